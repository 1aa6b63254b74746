//! Messages: day separators, grouping by author, the unread line, and how far an own message got.

use corridor_core::id::{OpId, WriterId};
use corridor_core::node::{Delivery, MessageView};
use corridor_core::time::Wall;
use std::time::Duration;

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
    match (
        reached(Delivery::Read),
        reached(Delivery::Delivered),
        reached(Delivery::Sent),
    ) {
        (_, _, 0) => Progress::Saved,
        (_, 0, _) => Progress::OnItsWay,
        (0, by, _) => Progress::Delivered { by, of },
        (read, _, _) if read == of => Progress::ReadByAll,
        (by, _, _) => Progress::Read { by, of },
    }
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
        use Delivery::{Delivered, Read, Saved, Sent};
        assert_eq!(to(&[]), Progress::Saved);
        assert_eq!(to(&[Saved, Saved]), Progress::Saved);
        assert_eq!(to(&[Saved, Sent]), Progress::OnItsWay);
        assert_eq!(
            to(&[Delivered, Sent, Delivered]),
            Progress::Delivered { by: 2, of: 3 }
        );
        assert_eq!(to(&[Read, Delivered]), Progress::Read { by: 1, of: 2 });
        assert_eq!(to(&[Read, Read]), Progress::ReadByAll);
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        assert_eq!(excerpt("one\n two", 20), "one two");
        assert_eq!(excerpt("äöü äöü", 3), "äöü…");
        assert_eq!(excerpt("", 3), "");
    }
}
