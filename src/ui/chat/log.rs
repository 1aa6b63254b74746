//! What was said. Opens at the first unread message, follows the end while one is there, and never moves
//! while one is reading further up. A message counts as read once it was on screen of an attended page.

use super::message::Message;
use super::scroll::Scroll;
use super::talk::Talk;
use crate::state::select::chat::{first_unread, lines};
use crate::ui::ctx::ui;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::later::Later;
use crate::ui::parts::react::{Entry, effect, flag, memo, rows, text, when};
use crate::ui::room::places;
use crate::ui::words::{fill, w};
use corridor_core::id::OpId;
use corridor_core::node::Command;
use leptos::prelude::*;

/// Messages mounted at first, and more with each "Show earlier".
const WINDOW: usize = 150;
/// Above this, the oldest are let go while the person is at the end.
const MOST: usize = 450;
/// Messages shown above the first unread one.
const BEFORE_UNREAD: usize = 20;

#[component]
pub(crate) fn Log(talk: Talk) -> impl IntoView {
    let ui = ui();
    let places = places();
    let words = w();
    let Talk { room, order, .. } = talk;
    let scroll = Scroll::new();
    let unread_from = RwSignal::new(unread(talk));
    // How many of the oldest are not mounted.
    let skip = RwSignal::new(first_skip(talk, unread_from.get_untracked()));
    let label = text(move || match talk.with {
        None => String::from(words.conversation),
        Some(_) => fill(words.private_log, &[&talk.name()]),
    });

    let shown = memo(move || {
        let from = unread_from.get();
        let heads: Vec<_> = order.with(|order| {
            order
                .iter()
                .skip(skip.get())
                .filter_map(|id| {
                    let row = room.messages.get(*id)?;
                    Some((*id, row.with_untracked(|message| message.stamp.wall())))
                })
                .collect()
        });
        lines(&heads, from, |at| ui.day(at))
    });

    let mark_read = move || {
        let Some(first) = unread(talk).filter(|_| ui.attended.get_untracked()) else {
            return;
        };
        let lines = shown.get_untracked();
        let Some(last) = scroll.last_seen(lines.iter().map(|line| line.id)) else {
            return;
        };
        let reached = order.with_untracked(|order| {
            let place = |id| order.iter().position(|other| *other == id);
            place(first) <= place(last)
        });
        if reached {
            ui.send(Command::MarkRead(last), |_| ());
        }
    };
    let later = Later::new();
    let to_end = StoredValue::new(false);
    let settle = move || {
        later.next_frame(move || {
            scroll.land(unread_from.get_untracked());
            if to_end.get_value() {
                to_end.set_value(false);
                scroll.to_end();
            }
            scroll.look();
            mark_read();
        });
    };

    // New messages: follow the end, or say that there are some.
    let mut before = None;
    effect(move || {
        let last = order.with(|order| order.last().copied());
        let mine = last.is_some_and(|id| id.writer == room.room.with_untracked(|room| room.me));
        let arrived = before.is_some_and(|before| before != last);
        before = Some(last);
        let reading = ui.attended.get_untracked() && scroll.at_end.get_untracked();
        if arrived && !reading {
            set_unread_line(talk, unread_from);
        }
        if scroll.at_end.get_untracked() {
            let count = order.with_untracked(Vec::len);
            if count.saturating_sub(skip.get_untracked()) > MOST {
                skip.set(count.saturating_sub(WINDOW));
            }
        }
        if arrived && mine {
            to_end.set_value(true);
        }
        settle();
    });
    // Coming back to the page, or to this tab of it.
    effect(move || {
        ui.attended.track();
        places.tab.track();
        settle();
    });

    let earlier = move || skip.update(|skip| *skip = skip.saturating_sub(WINDOW));

    view! {
        <div class="log-frame">
            <div
                class="log"
                role="log"
                aria-live="polite"
                aria-label=label
                tabindex="0"
                node_ref=scroll.node
                on:scroll=move |_| settle()
            >
                <div class="log-content">
                    {when(
                        move || { skip.get() > 0 },
                        move || {
                            view! {
                                <button type="button" class="button earlier" on:click=move |_| earlier()>
                                    {words.earlier}
                                </button>
                            }
                                .into_any()
                        },
                    )}
                    {when(
                        move || shown.with(Vec::is_empty),
                        move || {
                            view! {
                                <div class="empty">
                                    <p class="empty-title">{words.no_messages}</p>
                                    <p>
                                        {text(move || match talk.with {
                                            None => String::from(words.no_messages_hint),
                                            Some(_) => fill(words.private_empty, &[&talk.name()]),
                                        })}
                                    </p>
                                </div>
                            }
                                .into_any()
                        },
                    )}
                    <ol class="message-list">
                        {rows(
                            move || shown.with(|lines| lines.iter().copied().map(Entry::Line).collect()),
                            move |entry| match entry {
                                Entry::Line(line) => {
                                    view! { <Message talk line scroll /> }.into_any()
                                }
                                _ => ().into_any(),
                            },
                        )}
                    </ol>
                </div>
            </div>
            {when(
                move || !scroll.at_end.get(),
                move || view! { <ToEnd talk scroll /> }.into_any(),
            )}
        </div>
    }
    .into_any()
}

/// The way back to the end, with what waits there.
#[component]
fn ToEnd(talk: Talk, scroll: Scroll) -> impl IntoView {
    let news = talk.unread;
    let label = text(move || match news.get() {
        0 => String::from(w().to_end),
        news => w().new_below.of(news),
    });
    view! {
        <button
            type="button"
            class="button to-end"
            class:news=flag(move || { news.get() > 0 })
            on:click=move |_| scroll.to_end()
        >
            <Icon name="#i-down" />
            {label}
        </button>
    }
    .into_any()
}

fn unread(talk: Talk) -> Option<OpId> {
    // The count is cheap, the search is not.
    talk.unread.try_get_untracked().filter(|count| *count > 0)?;
    let order = talk.order.get_untracked();
    order.into_iter().find(|id| {
        talk.room
            .messages
            .get(*id)
            .is_some_and(|row| row.with_untracked(|m| first_unread([m]).is_some()))
    })
}

/// The line stands where it was put until what is below it has been read.
fn set_unread_line(talk: Talk, line: RwSignal<Option<OpId>>) {
    let still_unread = line.get_untracked().is_some_and(|id| {
        talk.room
            .messages
            .get(id)
            .is_some_and(|row| row.with_untracked(|m| !m.read))
    });
    if !still_unread && let Some(first) = unread(talk) {
        line.set(Some(first));
    }
}

fn first_skip(talk: Talk, unread: Option<OpId>) -> usize {
    talk.order.with_untracked(|order| {
        let unread = unread.and_then(|id| order.iter().position(|other| *other == id));
        let newest = order.len().saturating_sub(WINDOW);
        unread.map_or(newest, |at| newest.min(at.saturating_sub(BEFORE_UNREAD)))
    })
}
