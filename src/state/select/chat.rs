//! Messages: conversations, day separators, grouping by author, the unread line, and how far an own message got.

use corridor_core::id::{OpId, WriterId};
use corridor_core::node::{Delivery, MessageView, RoomView};
use corridor_core::time::Wall;
use std::time::Duration;

/// The conversations of a room: the one everybody reads, and those between two people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Talks {
    room: Vec<OpId>,
    /// The one begun first comes first, so that none moves when somebody writes.
    private: Vec<(WriterId, Vec<OpId>)>,
}

impl Talks {
    /// Sorts out `messages`, given in order with the other person of a private one.
    #[must_use]
    pub fn new(messages: impl IntoIterator<Item = (OpId, Option<WriterId>)>) -> Self {
        let mut talks = Self::default();
        for (id, with) in messages {
            let Some(with) = with else {
                talks.room.push(id);
                continue;
            };
            match talks.private.iter_mut().find(|talk| talk.0 == with) {
                Some((_, ids)) => ids.push(id),
                None => talks.private.push((with, vec![id])),
            }
        }
        talks
    }

    /// The messages with one person, or (`None`) those to the room, in order.
    #[must_use]
    pub fn with(&self, with: Option<WriterId>) -> &[OpId] {
        let Some(with) = with else { return &self.room };
        let talk = self.private.iter().find(|talk| talk.0 == with);
        talk.map_or(&[], |(_, ids)| ids)
    }

    /// With whom there are private messages, and at the end the person with whom a conversation is `open` that
    /// has none yet.
    #[must_use]
    pub fn people(&self, open: Option<WriterId>) -> Vec<WriterId> {
        let known = self.private.iter().map(|talk| talk.0);
        let new = open.filter(|open| self.with(Some(*open)).is_empty());
        known.chain(new).collect()
    }
}

/// Messages of one author closer together than this share a head.
pub const GROUP_WITHIN: Duration = Duration::from_secs(5 * 60);

/// How a message sits among its neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Line {
    /// The message.
    pub id: OpId,
    /// The first of its day: a separator stands above it.
    pub new_day: bool,
    /// The first unread one: the unread line stands above it.
    pub unread: bool,
    /// The first of its group: shows who and when.
    pub head: bool,
    /// The last of its group.
    pub tail: bool,
}

/// Lays out `messages`, given in order as (id, written at). `day` names the local day of a moment.
#[must_use]
pub fn lines(
    messages: &[(OpId, Wall)],
    unread_from: Option<OpId>,
    day: impl Fn(Wall) -> Wall,
) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(messages.len());
    let mut before: Option<(WriterId, Wall, Wall)> = None;
    for (id, at) in messages {
        let today = match before {
            // Most neighbours share a day; asking the calendar is the expensive part.
            Some((_, last, day)) if *at >= last && at.0 < day.0 + EARLIEST_NEXT_DAY => day,
            _ => day(*at),
        };
        let new_day = before.is_none_or(|(_, _, day)| day != today);
        let unread = unread_from == Some(*id);
        let head = new_day
            || unread
            || before.is_none_or(|(author, last, _)| {
                author != id.writer || at.0.saturating_sub(last.0) > millis(GROUP_WITHIN)
            });
        if head && let Some(last) = lines.last_mut() {
            last.tail = true;
        }
        lines.push(Line {
            id: *id,
            new_day,
            unread,
            head,
            tail: false,
        });
        before = Some((id.writer, *at, today));
    }
    if let Some(last) = lines.last_mut() {
        last.tail = true;
    }
    lines
}

/// No local day is shorter than this (a clock change takes an hour or two).
const EARLIEST_NEXT_DAY: u64 = 22 * 3600 * 1000;

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How far an own message got, over all its recipients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// On this device only.
    Saved,
    /// Nobody has confirmed it in the time it mattered.
    Expired,
    /// Handed to a path that leads to somebody.
    OnItsWay,
    /// Some devices, or all, have confirmed it.
    Delivered {
        /// Confirmed.
        by: usize,
        /// Recipients.
        of: usize,
    },
    /// Some people have seen it.
    Read {
        /// Seen by.
        by: usize,
        /// Recipients.
        of: usize,
    },
    /// Everybody has seen it.
    ReadByAll,
}

/// Sums up `delivery`. Claims nothing that nobody confirmed.
#[must_use]
pub fn progress(delivery: &[(WriterId, Delivery)]) -> Progress {
    let of = delivery.len();
    let reached = |rung: Delivery| delivery.iter().filter(|(_, at)| *at >= rung).count();
    let expired = delivery.iter().any(|(_, at)| *at == Delivery::Expired);
    match (
        reached(Delivery::Read),
        reached(Delivery::Delivered),
        reached(Delivery::Sent),
    ) {
        (_, 0, _) if expired => Progress::Expired,
        (_, _, 0) => Progress::Saved,
        (_, 0, _) => Progress::OnItsWay,
        (0, by, _) => Progress::Delivered { by, of },
        (read, _, _) if read == of => Progress::ReadByAll,
        (by, _, _) => Progress::Read { by, of },
    }
}

/// Messages not yet read here, to the room and private.
#[must_use]
pub fn all_unread(room: &RoomView) -> usize {
    room.unread + room.unread_private
}

/// The first message, in order, that was not read here.
#[must_use]
pub fn first_unread<'a>(messages: impl IntoIterator<Item = &'a MessageView>) -> Option<OpId> {
    messages
        .into_iter()
        .find(|message| !message.read)
        .map(|message| message.id)
}

/// The start of `text`, for a quote or a label, cut at a word where possible.
#[must_use]
pub fn excerpt(text: &str, chars: usize) -> String {
    let mut short = String::new();
    for (count, word) in text.split_whitespace().enumerate() {
        if count > 0 {
            short.push(' ');
        }
        short.push_str(word);
        if let Some((cut, _)) = short.char_indices().nth(chars) {
            short.truncate(cut);
            short.push('…');
            break;
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600 * 1000;
    const DAY: u64 = 24 * HOUR;

    fn id(writer: u8, seq: u64) -> OpId {
        OpId {
            writer: WriterId([writer; 16]),
            seq,
        }
    }

    fn layout(messages: &[(OpId, Wall)], unread: Option<OpId>) -> Vec<String> {
        lines(messages, unread, |at| Wall(at.0 / DAY * DAY))
            .iter()
            .map(|line| {
                [
                    (line.new_day, 'd'),
                    (line.unread, 'u'),
                    (line.head, 'h'),
                    (line.tail, 't'),
                ]
                .iter()
                .filter_map(|(on, mark)| on.then_some(*mark))
                .collect()
            })
            .collect()
    }

    #[test]
    fn a_room_shows_no_private_message_and_talks_keep_their_order() {
        let [ann, ben, eve] = [1, 2, 3].map(|n| WriterId([n; 16]));
        let talks = Talks::new([
            (id(1, 1), Some(ann)),
            (id(2, 1), None),
            (id(9, 1), Some(ben)),
            (id(9, 2), None),
            (id(9, 3), Some(ann)),
        ]);
        assert_eq!(talks.with(None), [id(2, 1), id(9, 2)]);
        assert_eq!(talks.with(Some(ann)), [id(1, 1), id(9, 3)]);
        assert_eq!(talks.with(Some(ben)), [id(9, 1)]);
        assert!(talks.with(Some(eve)).is_empty());
        assert_eq!(talks.people(None), [ann, ben]);
        assert_eq!(talks.people(Some(ben)), [ann, ben]);
        assert_eq!(talks.people(Some(eve)), [ann, ben, eve]);
    }

    #[test]
    fn one_author_within_five_minutes_shares_a_head() {
        let minute = 60 * 1000;
        let at = |minutes: u64| Wall(10 * DAY + 9 * HOUR + minutes * minute);
        assert_eq!(
            layout(
                &[
                    (id(1, 1), at(0)),
                    (id(1, 2), at(5)),
                    (id(1, 3), at(11)),
                    (id(2, 1), at(11)),
                    (id(2, 2), at(12)),
                ],
                None
            ),
            ["dh", "t", "ht", "h", "t"]
        );
    }

    #[test]
    fn days_and_the_unread_line_break_a_group() {
        let at = |ms: u64| Wall(10 * DAY + ms);
        assert_eq!(
            layout(
                &[
                    (id(1, 1), at(DAY - 2000)),
                    (id(1, 2), at(DAY - 1000)),
                    (id(1, 3), at(DAY + 1000)),
                    (id(1, 4), at(DAY + 2000)),
                ],
                Some(id(1, 2))
            ),
            ["dht", "uht", "dh", "t"]
        );
    }

    #[test]
    fn progress_claims_only_what_was_confirmed() {
        let to = |all: &[Delivery]| {
            let delivery: Vec<_> = all
                .iter()
                .zip(1u8..)
                .map(|(d, n)| (WriterId([n; 16]), *d))
                .collect();
            progress(&delivery)
        };
        use Delivery::{Delivered, Expired, Read, Saved, Sent};
        assert_eq!(to(&[]), Progress::Saved);
        assert_eq!(to(&[Saved, Saved]), Progress::Saved);
        assert_eq!(to(&[Saved, Sent]), Progress::OnItsWay);
        assert_eq!(
            to(&[Delivered, Sent, Delivered]),
            Progress::Delivered { by: 2, of: 3 }
        );
        assert_eq!(to(&[Read, Delivered]), Progress::Read { by: 1, of: 2 });
        assert_eq!(to(&[Read, Read]), Progress::ReadByAll);
        assert_eq!(to(&[Expired, Sent]), Progress::Expired);
        assert_eq!(
            to(&[Expired, Delivered]),
            Progress::Delivered { by: 1, of: 2 }
        );
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        assert_eq!(excerpt("one\n two", 20), "one two");
        assert_eq!(excerpt("äöü äöü", 3), "äöü…");
        assert_eq!(excerpt("", 3), "");
    }
}
