//! One message, with what stands above it: the day, the unread line, who spoke.

use super::delivery::{Detail, Rung};
use super::scroll::Scroll;
use super::talk::Talk;
use crate::state::select::chat::{Line, excerpt};
use crate::state::{RoomState, TimeStyle};
use crate::ui::ctx::{Ui, ui};
use crate::ui::parts::avatar::Avatar;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{self, memo, when};
use crate::ui::room::{Focus as _, name_of, places};
use crate::ui::words::{fill, w};
use corridor_core::id::OpId;
use corridor_core::node::MessageView;
use corridor_core::time::Wall;
use leptos::prelude::*;

/// Characters of a quoted message.
const QUOTE: usize = 80;
/// Characters of a message in a button's name.
const LABEL: usize = 40;

/// The id of a message's element.
pub(crate) fn dom_id(id: OpId) -> String {
    let mut text = String::from("m-");
    text.push_str(&id.to_string());
    text
}

#[component]
pub(crate) fn Message(talk: Talk, line: Line, scroll: Scroll) -> impl IntoView {
    let words = w();
    let ui = ui();
    let Talk { room, replying, .. } = talk;
    let private = talk.with.is_some();
    let Some(row) = room.messages.get(line.id) else {
        return ().into_any();
    };
    let row = RwSignal::from(row);
    let (mine, at, reply_to, expires) =
        row.with_untracked(|m: &MessageView| (m.mine, m.stamp.wall(), m.reply_to, m.expires));
    let author = memo(move || name_of(room, line.id.writer));
    let text = memo(move || row.with(|m| String::from(m.text.expose())));
    let host = ui.host();
    let clock = host.format(at, TimeStyle::Clock);
    let full = host.format(at, TimeStyle::Full);
    let open = RwSignal::new(false);
    view! {
        <li
            id=dom_id(line.id)
            class="message"
            class:mine=mine
            class:head=line.head
            class:tail=line.tail
        >
            {line
                .new_day
                .then(|| view! { <p class="day">{host.format(at, TimeStyle::Day)}</p> })}
            {line
                .unread
                .then(|| {
                    view! {
                        <p class="unread-line">
                            <span>{words.unread_line}</span>
                        </p>
                    }
                })}
            {when(
                move || row.with(|m| m.gap),
                || {
                    view! {
                        <p class="gap">
                            <Icon name="#i-warn" />
                            {w().gap}
                        </p>
                    }
                        .into_any()
                },
            )}
            <div class="spoken">
                {(line.head && !mine)
                    .then(|| view! { <Avatar id=line.id.writer name=author /> })}
                <div class="bubble-box">
                    {if line.head {
                        view! {
                            <p class="who">
                                <strong class:visually-hidden=mine>{author}</strong>
                                <time title=full>{clock}</time>
                            </p>
                        }
                            .into_any()
                    } else {
                        view! { <p class="visually-hidden">{author} " " {clock}</p> }
                            .into_any()
                    }}
                    <div class="bubble-line">
                        <div class="bubble">
                            {reply_to.map(|id| view! { <Quote room id scroll /> })}
                            <p class="text">{text}</p>
                        </div>
                        {if !mine {
                            view! { <ReplyButton line=line.id author text replying /> }.into_any()
                        } else if !line.tail {
                            view! { <Rung row open private brief=true /> }.into_any()
                        } else {
                            ().into_any()
                        }}
                    </div>
                    {expires.map(|at| view! { <p class="hint">{matters(ui, at)}</p> })}
                    {(mine && line.tail).then(|| view! { <Rung row open private brief=false /> })}
                    {mine
                        .then(|| {
                            when(
                                move || open.get(),
                                move || view! { <Detail room row /> }.into_any(),
                            )
                        })}
                </div>
            </div>
        </li>
    }
    .into_any()
}

/// Until when a message matters, or did.
fn matters(ui: Ui, until: Wall) -> Signal<String> {
    react::text(move || {
        let words = if ui.clock.get() < until {
            w().matters_until
        } else {
            w().mattered_until
        };
        fill(words, &[&ui.when(until)])
    })
}

#[component]
fn ReplyButton(
    line: OpId,
    author: Memo<String>,
    text: Memo<String>,
    replying: RwSignal<Option<OpId>>,
) -> impl IntoView {
    let places = places();
    let label = react::text(move || {
        author.with(|author| text.with(|text| fill(w().reply, &[author, &excerpt(text, LABEL)])))
    });
    view! {
        <button
            type="button"
            class="button icon-only quiet reply"
            aria-label=label
            on:click=move |_| {
                replying.set(Some(line));
                places.composer.focus();
            }
        >
            <Icon name="#i-reply" />
        </button>
    }
    .into_any()
}

/// The message that is answered; a press goes to it.
#[component]
fn Quote(room: RoomState, id: OpId, scroll: Scroll) -> impl IntoView {
    let says = memo(move || {
        let author = name_of(room, id.writer);
        room.messages
            .read(id, |m| {
                fill(w().answered, &[&author, &excerpt(m.text.expose(), QUOTE)])
            })
            .unwrap_or_else(|| String::from(w().answered_missing))
    });
    view! {
        <button
            type="button"
            class="quote"
            on:click=move |_| {
                scroll.show(id);
            }
        >
            {says}
        </button>
    }
    .into_any()
}
