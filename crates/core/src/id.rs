//! Identifiers as newtypes. None of them is personal text, so all may be logged.

use core::fmt;

macro_rules! bytes16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Reads 32 hexadecimal digits; hyphens are ignored, so UUIDs are read too.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                parse_hex(text).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

bytes16! {
    /// A room: a UUID version 7 that the hub hands out (RFC 9562).
    RoomId
}
bytes16! {
    /// What the hub may know about a room key: one HKDF output of it.
    RoomTag
}
bytes16! {
    /// A writer: one tab slot of one device. `SHA-256(public key ‖ slot)`, first 16 bytes.
    WriterId
}
bytes16! {
    /// A task: a UUID version 7 made by its creator.
    TaskId
}

bytes16! {
    /// A record on the hub's shelf: one HKDF output, which tells the hub nothing.
    RecordId
}

/// A peer is addressed by its writer id.
pub type PeerId = WriterId;

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Display for RoomTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Display for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl WriterId {
    /// The first eight hexadecimal digits, for logs and the debug panel.
    #[must_use]
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }
}

/// A position in a writer's gapless sequence. The first operation has sequence 1.
pub type Seq = u64;

/// An operation, and therefore a message: who wrote it and where in their sequence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OpId {
    /// The author.
    pub writer: WriterId,
    /// The position in the author's sequence.
    pub seq: Seq,
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.writer, self.seq)
    }
}

impl OpId {
    /// Reads what [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (writer, seq) = text.split_once('-')?;
        Some(Self {
            writer: WriterId::parse(writer)?,
            seq: seq.parse().ok()?,
        })
    }
}

/// One run of a node: random, so that a returning peer's newest session fences the older one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SessionId(pub u64);

/// One RTCPeerConnection of this node. Never reused, so late events of a closed one are told apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ConnId(pub u64);

/// One process of a hub, among several that serve the same rooms: random, so that a restarted one is another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct HubId(pub u64);

/// Matches an answer (saved, refused, done) to its request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ticket(pub u64);

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads hexadecimal digits; hyphens and colons are ignored.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0u8; N];
    let mut digits = text.chars().filter(|c| !matches!(c, '-' | ':'));
    for byte in &mut out {
        let high = digits.next()?.to_digit(16)?;
        let low = digits.next()?.to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    digits.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_what_they_write() {
        let room = RoomId([7; 16]);
        assert_eq!(RoomId::parse(&room.to_string()), Some(room));
        let op = OpId {
            writer: WriterId([0xab; 16]),
            seq: 12,
        };
        assert_eq!(OpId::parse(&op.to_string()), Some(op));
        assert_eq!(RoomId::parse("zz"), None);
        assert_eq!(RoomId::parse(&format!("{room}0")), None);
    }
}
