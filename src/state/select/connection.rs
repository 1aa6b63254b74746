//! The connection pill and the notices: what is wrong right now, and what a person can do about it.

use crate::state::Missing;
use corridor_core::node::{Connection, HubState, Refusal, RoomView, StorageState};

/// How things stand, in one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pill {
    /// Nothing has been reached and nothing has failed yet.
    Connecting,
    /// Everyone who is here is reached directly.
    Direct(usize),
    /// Everyone who is here is reached through the hub.
    Hub(usize),
    /// Some directly, some through the hub.
    Mixed {
        /// Reached directly.
        direct: usize,
        /// Reached through the hub.
        relayed: usize,
    },
    /// Whoever is not reached directly is reached through a colleague.
    Relay {
        /// Reached directly.
        direct: usize,
        /// Reached through a colleague.
        relayed: usize,
    },
    /// Everyone who was here is being reconnected.
    Reconnecting,
    /// The hub is fine, and nobody else is here.
    Alone {
        /// Own changes that nobody else has.
        waiting: usize,
    },
    /// Neither the hub nor anybody else is reached.
    Offline {
        /// Own changes kept here.
        waiting: usize,
    },
}

/// How a state feels: picks the symbol and the colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    /// As it should be.
    Good,
    /// Works, by a detour.
    Detour,
    /// In between.
    Busy,
    /// Not connected.
    Off,
}

/// The line for `room`, where `through_people` are reached through a colleague.
#[must_use]
pub fn pill(room: &RoomView, through_people: usize) -> Pill {
    let Connection {
        direct,
        relayed,
        reconnecting,
    } = room.connection;
    match (direct, relayed, room.hub) {
        (0, 0, _) if reconnecting > 0 => Pill::Reconnecting,
        (0, 0, HubState::Connecting) => Pill::Connecting,
        (0, 0, HubState::Joined) => Pill::Alone {
            waiting: room.waiting,
        },
        (0, 0, _) => Pill::Offline {
            waiting: room.waiting,
        },
        (direct, 0, _) => Pill::Direct(direct),
        (direct, relayed, _) if through_people >= relayed => Pill::Relay { direct, relayed },
        (0, relayed, _) => Pill::Hub(relayed),
        (direct, relayed, _) => Pill::Mixed { direct, relayed },
    }
}

impl Pill {
    /// How it feels.
    #[must_use]
    pub fn mood(self) -> Mood {
        match self {
            Self::Direct(_) | Self::Alone { .. } => Mood::Good,
            Self::Hub(_) | Self::Mixed { .. } | Self::Relay { .. } => Mood::Detour,
            Self::Connecting | Self::Reconnecting => Mood::Busy,
            Self::Offline { .. } => Mood::Off,
        }
    }
}

/// Something a person should know, most pressing first in [`notices`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Notice {
    /// This device can save nothing more.
    StorageFull,
    /// This browser saves nothing at all.
    StorageBlocked,
    /// The hub refuses.
    Refused(RefusalKind),
    /// The hub is away, and colleagues are still linked.
    HubAwayLinked,
    /// The hub is away, and so is everybody else.
    HubAwayAlone,
    /// No direct links in this browser.
    NoDirect,
    /// Changes that carry a time in the future wait for it.
    FutureChanges(usize),
    /// This device's clock is ahead of the others' by so many seconds (negative: behind).
    ClockAhead(i64),
}

/// Why the hub refuses, as far as a person can do something about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RefusalKind {
    /// It has no such room.
    UnknownRoom,
    /// The room has ended.
    Ended,
    /// The key does not belong to the room.
    WrongKey,
    /// A newer run of this tab took over.
    Replaced,
    /// No more people fit.
    Full,
    /// The app is older or newer than the hub.
    Version,
    /// Anything else, by its number.
    Other(u16),
}

/// All that should be told about `room` in a browser that lacks `missing`.
#[must_use]
pub fn notices(room: &RoomView, missing: &[Missing]) -> Vec<Notice> {
    let mut all = Vec::new();
    if room.storage == StorageState::Blocked || missing.contains(&Missing::Storage) {
        all.push(Notice::StorageBlocked);
    } else if room.storage == StorageState::Full {
        all.push(Notice::StorageFull);
    }
    match room.hub {
        HubState::Refused(why) => all.push(Notice::Refused(kind(why))),
        HubState::Unreachable if room.connection.direct > 0 => all.push(Notice::HubAwayLinked),
        HubState::Unreachable => all.push(Notice::HubAwayAlone),
        HubState::Connecting | HubState::Joined => {}
    }
    if missing.contains(&Missing::WebRtc) {
        all.push(Notice::NoDirect);
    }
    if room.quarantined > 0 {
        all.push(Notice::FutureChanges(room.quarantined));
    }
    if let Some(ms) = room.clock_ahead_ms {
        all.push(Notice::ClockAhead(ms / 1000));
    }
    all
}

/// A length of time as a person says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    /// Less than a minute.
    Seconds(u64),
    /// Less than an hour.
    Minutes(u64),
    /// Less than a day: hours and minutes.
    Hours(u64, u64),
    /// Days and hours.
    Days(u64, u64),
}

/// `seconds` rounded to its two largest units.
#[must_use]
pub fn span(seconds: u64) -> Span {
    let minutes = (seconds + 30) / 60;
    let hours = (minutes + 30) / 60;
    match (seconds, minutes, hours) {
        (..60, _, _) => Span::Seconds(seconds),
        (_, ..60, _) => Span::Minutes(minutes),
        _ if minutes < 24 * 60 => Span::Hours(minutes / 60, minutes % 60),
        _ => Span::Days(hours / 24, hours % 24),
    }
}

fn kind(why: Refusal) -> RefusalKind {
    match why {
        Refusal::UnknownRoom => RefusalKind::UnknownRoom,
        Refusal::Ended => RefusalKind::Ended,
        Refusal::WrongKey => RefusalKind::WrongKey,
        Refusal::Replaced => RefusalKind::Replaced,
        Refusal::Full => RefusalKind::Full,
        Refusal::Version => RefusalKind::Version,
        Refusal::Other(code) => RefusalKind::Other(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_core::id::{RoomId, SessionId, WriterId};

    fn room(hub: HubState, direct: usize, relayed: usize, reconnecting: usize) -> RoomView {
        RoomView {
            room: RoomId([1; 16]),
            me: WriterId([2; 16]),
            session: SessionId(3),
            profile: None,
            hub,
            connection: Connection {
                direct,
                relayed,
                reconnecting,
            },
            waiting: 3,
            unread: 0,
            unread_private: 0,
            undo: None,
            clock_ahead_ms: None,
            storage: StorageState::Fine,
            quarantined: 0,
            rejected: 0,
        }
    }

    #[test]
    fn the_pill_says_how_people_are_reached() {
        use HubState::{Connecting, Joined, Unreachable};
        let pill = |room: &RoomView| pill(room, 0);
        assert_eq!(pill(&room(Joined, 3, 0, 1)), Pill::Direct(3));
        assert_eq!(pill(&room(Unreachable, 3, 0, 0)), Pill::Direct(3));
        assert_eq!(pill(&room(Joined, 0, 2, 0)), Pill::Hub(2));
        assert_eq!(
            pill(&room(Joined, 1, 2, 0)),
            Pill::Mixed {
                direct: 1,
                relayed: 2
            }
        );
        assert_eq!(pill(&room(Joined, 0, 0, 1)), Pill::Reconnecting);
        assert_eq!(pill(&room(Connecting, 0, 0, 0)), Pill::Connecting);
        assert_eq!(pill(&room(Joined, 0, 0, 0)), Pill::Alone { waiting: 3 });
        assert_eq!(
            pill(&room(Unreachable, 0, 0, 0)),
            Pill::Offline { waiting: 3 }
        );
        assert_eq!(
            pill(&room(HubState::Refused(Refusal::Ended), 0, 0, 0)),
            Pill::Offline { waiting: 3 }
        );
    }

    #[test]
    fn the_pill_names_the_hub_only_where_the_hub_passes_things_on() {
        let relay = Pill::Relay {
            direct: 1,
            relayed: 2,
        };
        let mixed = Pill::Mixed {
            direct: 1,
            relayed: 2,
        };
        assert_eq!(pill(&room(HubState::Unreachable, 1, 2, 0), 2), relay);
        assert_eq!(pill(&room(HubState::Joined, 1, 2, 0), 1), mixed);
        assert_eq!(pill(&room(HubState::Joined, 1, 0, 0), 0), Pill::Direct(1));
    }

    #[test]
    fn a_wrong_clock_is_told_in_two_units() {
        assert_eq!(span(45), Span::Seconds(45));
        assert_eq!(span(90), Span::Minutes(2));
        assert_eq!(span(3720), Span::Hours(1, 2));
        assert_eq!(span(3599), Span::Hours(1, 0));
        assert_eq!(span(24 * 3600 - 1), Span::Days(1, 0));
        assert_eq!(span(26 * 3600 + 100), Span::Days(1, 2));
        let mut off = room(HubState::Joined, 1, 0, 0);
        off.clock_ahead_ms = Some(-3_720_400);
        assert_eq!(notices(&off, &[]), [Notice::ClockAhead(-3720)]);
    }

    #[test]
    fn notices_put_lost_work_first_and_say_nothing_when_all_is_well() {
        assert!(notices(&room(HubState::Joined, 1, 0, 0), &[]).is_empty());
        let mut bad = room(HubState::Unreachable, 2, 0, 0);
        bad.storage = StorageState::Full;
        bad.quarantined = 2;
        assert_eq!(
            notices(&bad, &[Missing::WebRtc]),
            [
                Notice::StorageFull,
                Notice::HubAwayLinked,
                Notice::NoDirect,
                Notice::FutureChanges(2)
            ]
        );
        bad.connection.direct = 0;
        assert!(notices(&bad, &[]).contains(&Notice::HubAwayAlone));
        assert_eq!(
            notices(&bad, &[Missing::Storage]).first(),
            Some(&Notice::StorageBlocked)
        );
    }
}
