//! The messages of a room: its conversation and the private ones, one at a time; how far one's own words got, and
//! the box to write in.

mod composer;
mod delivery;
mod incoming;
mod log;
mod message;
mod scroll;
mod switch;
mod talk;

pub(crate) use incoming::tell_private;
pub(crate) use switch::Badge;

use super::parts::icon::Icon;
use super::parts::react::{either, memo, slot, text};
use super::room::places;
use super::words::{fill, w};
use crate::state::RoomState;
use crate::state::select::chat::Talks;
use leptos::prelude::*;
use talk::{Answers, Talk};

#[component]
pub(crate) fn Messages(room: RoomState) -> impl IntoView {
    let places = places();
    let answers = Answers::new();
    let talks = memo(move || {
        let order = room.messages.order();
        order.with(|order| {
            Talks::new(order.iter().filter_map(|id| {
                let row = room.messages.get(*id)?;
                Some((*id, row.with_untracked(|message| message.with)))
            }))
        })
    });
    view! {
        <section
            class="region messages"
            aria-label=w().messages
            tabindex="-1"
            node_ref=places.messages
        >
            <h2 class="region-title">{w().messages}</h2>
            <switch::Switch room talks />
            {slot(move || {
                let talk = Talk::new(room, talks, answers, places.talk.get());
                let private = talk.with.map(|_| view! { <Private talk /> });
                view! {
                    {private}
                    <log::Log talk />
                    <Pen talk />
                }
                    .into_any()
            })}
        </section>
    }
    .into_any()
}

/// Who reads this conversation.
#[component]
fn Private(talk: Talk) -> impl IntoView {
    view! {
        <p class="private-line">
            <Icon name="#i-lock" />
            <span>{text(move || fill(w().private_line, &[&talk.name()]))}</span>
        </p>
    }
    .into_any()
}

/// The box to write in, or why there is none.
#[component]
fn Pen(talk: Talk) -> impl IntoView {
    let gone = move || {
        let room = talk.room;
        talk.with
            .and_then(|with| room.people.read(with, |person| person.left))
            .unwrap_or(false)
    };
    either(
        gone,
        move || {
            view! {
                <p class="talk-over">
                    {text(move || {
                        fill(w().private_gone, &[&talk.name()])
                    })}
                </p>
            }
            .into_any()
        },
        move || view! { <composer::Composer talk /> }.into_any(),
    )
}
