//! Names of stored records.

use super::chain::Stored;
use crate::id::{RoomId, Seq, WriterId};
use core::fmt;

/// One record in the vault. An operation under a [`Key::Op`] never changes, so tabs of one browser can share
/// them without overwriting each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// One operation of a room.
    Op(RoomId, WriterId, Seq),
    /// Consecutive operations of a room, from the first sequence through the second, of which some may have been dropped.
    /// Complete in itself, whichever tab wrote it last.
    Block(RoomId, WriterId, Seq, Seq),
    /// One own operation that was stamped by a clock nobody has checked. Nobody but its writer reads it: it may still
    /// get another stamp.
    Draft(RoomId, WriterId, Seq),
    /// What a writer remembers of a room beside the operations: confirmations, admission.
    Memory(RoomId, WriterId),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Op(room, writer, seq) => write!(f, "corridor/1/op/{room}/{writer}/{seq}"),
            Self::Block(room, writer, first, last) => {
                write!(f, "corridor/1/ops/{room}/{writer}/{first}/{last}")
            }
            Self::Draft(room, writer, seq) => {
                write!(f, "corridor/1/draft/{room}/{writer}/{seq}")
            }
            Self::Memory(room, writer) => write!(f, "corridor/1/memory/{room}/{writer}"),
        }
    }
}

impl Key {
    pub(crate) fn stored(room: RoomId, writer: WriterId, name: Stored) -> Self {
        match name {
            Stored::Op(seq) => Self::Op(room, writer, seq),
            Stored::Block(first, last) => Self::Block(room, writer, first, last),
        }
    }

    /// Reads what [`fmt::Display`] writes; `None` for anything else that shares the storage.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("corridor/1/")?.split('/');
        let key = match parts.next()? {
            "op" => Self::Op(
                RoomId::parse(parts.next()?)?,
                WriterId::parse(parts.next()?)?,
                parts.next()?.parse().ok()?,
            ),
            "ops" => Self::Block(
                RoomId::parse(parts.next()?)?,
                WriterId::parse(parts.next()?)?,
                parts.next()?.parse().ok()?,
                parts.next()?.parse().ok()?,
            ),
            "draft" => Self::Draft(
                RoomId::parse(parts.next()?)?,
                WriterId::parse(parts.next()?)?,
                parts.next()?.parse().ok()?,
            ),
            "memory" => Self::Memory(
                RoomId::parse(parts.next()?)?,
                WriterId::parse(parts.next()?)?,
            ),
            _ => return None,
        };
        parts.next().is_none().then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_what_they_write() {
        for key in [
            Key::Op(RoomId([1; 16]), WriterId([2; 16]), 3),
            Key::Block(RoomId([1; 16]), WriterId([2; 16]), 65, 128),
            Key::Draft(RoomId([1; 16]), WriterId([2; 16]), 4),
            Key::Memory(RoomId([1; 16]), WriterId([4; 16])),
        ] {
            assert_eq!(Key::parse(&key.to_string()), Some(key));
        }
        assert_eq!(Key::parse("corridor/1/op/x/y/1"), None);
    }
}
