//! Modal dialogs on the native element, which brings focus, Esc, the backdrop and the way back.

use super::icon::Icon;
use super::react::{effect, when};
use crate::ui::words::w;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog with a heading and a close button. Its content exists only while it is open.
#[component]
pub(crate) fn Dialog(
    /// Open or closed.
    open: RwSignal<bool>,
    /// The heading.
    title: &'static str,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // A dialog that cannot open stays closed, and says so.
            (true, false) => open.set(dialog.show_modal().is_ok()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class="dialog" node_ref=node on:close=move |_| open.set(false) aria-label=title>
            {when(
                move || open.get(),
                move || {
                    view! {
                        <div class="dialog-head">
                            <h2>{title}</h2>
                            <button
                                type="button"
                                class="button icon-only quiet"
                                aria-label=w().close
                                on:click=move |_| open.set(false)
                            >
                                <Icon name="#i-close" />
                            </button>
                        </div>
                        <div class="dialog-body">{children()}</div>
                    }
                        .into_any()
                },
            )}
        </dialog>
    }
    .into_any()
}

/// Asks before something that cannot be undone. Open while `about` holds something.
#[component]
pub(crate) fn Confirm<T: Clone + Send + Sync + 'static>(
    /// What it is about.
    about: RwSignal<Option<T>>,
    /// The question.
    title: &'static str,
    /// What will happen.
    text: &'static str,
    /// The words on the button that does it.
    yes: &'static str,
    /// Does it.
    run: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let open = RwSignal::new(false);
    effect(move || open.set(about.with(Option::is_some)));
    effect(move || {
        if !open.get() && about.with_untracked(Option::is_some) {
            about.set(None);
        }
    });
    view! {
        <Dialog open title>
            <p>{text}</p>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    {w().keep}
                </button>
                <button
                    type="button"
                    class="button danger"
                    on:click=move |_| {
                        let it = about.get_untracked();
                        open.set(false);
                        if let Some(it) = it {
                            run(it);
                        }
                    }
                >
                    {yes}
                </button>
            </div>
        </Dialog>
    }
    .into_any()
}
