//! A few shared shapes for what changes on screen. Every closure in a view is a type of its own, and the
//! framework's code is compiled once per type; these few types keep the download small.

use crate::state::select::chat::Line;
use crate::state::select::lost::LostKey;
use corridor_core::id::{TaskId, WriterId};
use leptos::prelude::*;
use std::sync::Arc;

/// Text that changes.
pub(crate) fn text(read: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(read)
}

/// Fixed words, of which one shows.
pub(crate) fn says(
    read: impl Fn() -> &'static str + Send + Sync + 'static,
) -> Signal<&'static str> {
    Signal::derive(read)
}

/// An attribute that is there or not.
pub(crate) fn maybe(
    read: impl Fn() -> Option<&'static str> + Send + Sync + 'static,
) -> Signal<Option<&'static str>> {
    Signal::derive(read)
}

/// A class or property that is on or off.
pub(crate) fn flag(read: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(read)
}

/// `true` or `false`, for ARIA states.
pub(crate) fn state(read: impl Fn() -> bool + Send + Sync + 'static) -> Signal<&'static str> {
    Signal::derive(move || if read() { "true" } else { "false" })
}

/// A value worked out again only when what it reads changes, and told only when it differs.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    work: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    memo_of(Box::new(work))
}

fn memo_of<T: PartialEq + Send + Sync + 'static>(
    work: Box<dyn Fn() -> T + Send + Sync>,
) -> Memo<T> {
    Memo::new(move |_| work())
}

/// Does something now, and again whenever what it reads changes.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    effect_of(Box::new(run));
}

fn effect_of(run: Box<dyn FnMut()>) {
    Effect::new(run);
}

type View = Box<dyn Fn() -> AnyView + Send + Sync>;

/// A view that is made anew whenever what it reads changes.
pub(crate) fn slot(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    boxed(Box::new(view))
}

fn boxed(view: View) -> AnyView {
    (move || view()).into_any()
}

/// A view that is there while `on`; made anew only when that changes.
pub(crate) fn when(
    on: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    switched(
        Signal::derive(on),
        Box::new(view),
        Box::new(|| ().into_any()),
    )
}

/// One of two views; made anew only when the choice changes.
pub(crate) fn either(
    on: impl Fn() -> bool + Send + Sync + 'static,
    yes: impl Fn() -> AnyView + Send + Sync + 'static,
    no: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    switched(Signal::derive(on), Box::new(yes), Box::new(no))
}

fn switched(on: Signal<bool>, yes: View, no: View) -> AnyView {
    let on = memo(move || on.get());
    boxed(Box::new(move || {
        let chosen = if on.get() { &yes } else { &no };
        untrack(chosen)
    }))
}

/// What a list on screen can be made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Entry {
    /// A task.
    Task(TaskId),
    /// The heading above what is done.
    DoneHead,
    /// A message in its place.
    Line(Line),
    /// A person.
    Person(WriterId),
    /// A lost edit.
    Lost(LostKey),
    /// A toast.
    Toast(u64),
}

/// Rows that keep their elements, and with them the focus, while others come and go.
pub(crate) fn rows(
    entries: impl Fn() -> Vec<Entry> + Send + Sync + 'static,
    row: impl Fn(Entry) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    rows_of(Signal::derive(entries), Arc::new(row))
}

fn rows_of(
    entries: Signal<Vec<Entry>>,
    row: Arc<dyn Fn(Entry) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=move || entries.get() key=|entry| *entry children=move |entry| row(entry) /> }
        .into_any()
}
