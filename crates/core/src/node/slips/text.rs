//! Slips as text: `I1` or `R1`, then nonce, seal and check in base64url (rule S-SLIP).

use crate::base64;
use crate::id::{RoomId, SessionId, WriterId};
use crate::key::{DeviceKey, RoomKeys};
use crate::limits;
use crate::node::command::InviteError;
use crate::redact::Private;
use crate::rng::Rng;
use crate::seal::{self, End, Resting};
use crate::wire::slip::{Slip, SlipKind};
use sha2::{Digest as _, Sha256};

/// The first thing of a slip, and this version's second.
const INVITE: char = 'I';
const REPLY: char = 'R';
const VERSION: char = '1';
const CHECK: usize = 4;

/// Somebody who is not known yet.
pub(super) const ANYBODY: End = End {
    peer: WriterId([0; 16]),
    session: SessionId(0),
};

/// A slip as it travels: sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sealed {
    pub(crate) kind: SlipKind,
    pub(crate) bytes: Vec<u8>,
}

impl Sealed {
    /// Finds a slip in `text`: the last word of it that is one, also at the end of a link. What was copied from
    /// narrow columns may be broken into several lines.
    pub(crate) fn find(text: &str) -> Result<Self, InviteError> {
        if text.len() > limits::MAX_PASTED_BYTES {
            return Err(InviteError::NotOne);
        }
        let word = |word: &str| Self::parse(word.rsplit('/').next().unwrap_or(word));
        let joined: String = text.split_whitespace().collect();
        let mut outcome = word(&joined);
        for part in text.split_whitespace() {
            outcome = match (outcome, word(part)) {
                (Err(InviteError::NotOne), found) | (Err(_), found @ Ok(_)) => found,
                (outcome, _) => outcome,
            };
        }
        outcome
    }

    fn parse(text: &str) -> Result<Self, InviteError> {
        let mut chars = text.chars();
        let kind = match chars.next() {
            Some(INVITE) => SlipKind::Invite,
            Some(REPLY) => SlipKind::Reply,
            _ => return Err(InviteError::NotOne),
        };
        let version = chars.next().filter(char::is_ascii_digit);
        let version = version.ok_or(InviteError::NotOne)?;
        if text.len() > limits::MAX_SLIP_TEXT {
            return Err(InviteError::Damaged);
        }
        let bytes = base64::read(chars.as_str()).ok_or(InviteError::Damaged)?;
        let (bytes, sum) = bytes.split_last_chunk().ok_or(InviteError::Damaged)?;
        if *sum != check(kind, version, bytes) {
            return Err(InviteError::Damaged);
        }
        if version != VERSION {
            return Err(InviteError::Newer);
        }
        Ok(Self {
            kind,
            bytes: bytes.to_vec(),
        })
    }

    pub(crate) fn to_text(&self) -> Private {
        let mut text = String::from(letter(self.kind));
        text.push(VERSION);
        let sum = check(self.kind, VERSION, &self.bytes);
        base64::write(&mut text, &[self.bytes.as_slice(), &sum].concat());
        Private::new(text)
    }

    /// Its number: the beginning of its nonce.
    pub(super) fn number(&self) -> u64 {
        let start = self.bytes.first_chunk().copied();
        u64::from_be_bytes(start.unwrap_or_default())
    }

    /// Seals and signs a slip for `to`.
    pub(super) fn close(
        (keys, device, room): (&RoomKeys, &DeviceKey, RoomId),
        ends: (End, End),
        rng: &mut Rng,
        slip: &Slip,
    ) -> Self {
        let kind = slip.kind();
        let signed = seal::sign_step(device, ends, &slip.encode());
        let bytes = seal::lay_down(keys, (room, Resting::Slip(kind)), rng, &signed);
        Self { kind, bytes }
    }

    /// What is in it: proof and slip.
    pub(crate) fn open(&self, keys: &RoomKeys, room: RoomId) -> Result<Vec<u8>, InviteError> {
        seal::take_up(keys, (room, Resting::Slip(self.kind)), &self.bytes)
            .map_err(|_| InviteError::OtherRoom)
    }
}

/// Who claims to have written an opened slip, and what. `None` when it does not read.
pub(crate) fn claim(kind: SlipKind, signed: &[u8]) -> Option<(End, Slip)> {
    let (peer, step) = seal::claimed(signed).ok()?;
    let slip = Slip::decode(step).ok().filter(|slip| slip.kind() == kind)?;
    let session = slip.session();
    Some((End { peer, session }, slip))
}

/// True when `from` did write it: an invite for anybody, a reply for `me`.
pub(crate) fn is_genuine(kind: SlipKind, signed: &[u8], from: End, me: End) -> bool {
    let to = match kind {
        SlipKind::Invite => ANYBODY,
        SlipKind::Reply => me,
    };
    seal::verify_step((from, to), signed).is_ok()
}

/// Tells a damaged slip from another room's. The beginning and this are the same in every version.
fn check(kind: SlipKind, version: char, bytes: &[u8]) -> [u8; CHECK] {
    let sum = Sha256::new()
        .chain_update([letter(kind), version].map(|c| c as u8))
        .chain_update(bytes)
        .finalize();
    sum.first_chunk().copied().unwrap_or_default()
}

fn letter(kind: SlipKind) -> char {
    match kind {
        SlipKind::Invite => INVITE,
        SlipKind::Reply => REPLY,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(kind: SlipKind) -> Sealed {
        Sealed {
            kind,
            bytes: (0..=255).collect(),
        }
    }

    #[test]
    fn a_slip_is_found_in_what_people_paste() {
        for kind in [SlipKind::Invite, SlipKind::Reply] {
            let sealed = sample(kind);
            let text = sealed.to_text();
            let text = text.expose();
            let (start, end) = text.split_at(76);
            for pasted in [
                text.to_owned(),
                format!(" {text}\r\n"),
                format!("{start}\n{end}"),
                format!("http://192.0.2.1/#/room/x/y/{text}"),
                format!("http://192.0.2.1/#/room/x/y/{start}\n{end}\n"),
                format!("Take this, please:\n\n{text}\n\nI am in room 2 until 10/30"),
            ] {
                assert_eq!(Sealed::find(&pasted).as_ref(), Ok(&sealed), "{pasted}");
            }
        }
    }

    #[test]
    fn what_is_none_and_what_is_damaged_are_told_apart() {
        for none in [
            "",
            " ",
            "I",
            "I am here",
            "Invite",
            "1I",
            "R2D2 is not one, Ann",
        ] {
            let refused = Sealed::find(none);
            assert!(refused.is_err(), "{none}");
        }
        assert_eq!(Sealed::find("see you at 8"), Err(InviteError::NotOne));
        assert_eq!(
            Sealed::find(&"x ".repeat(limits::MAX_PASTED_BYTES)),
            Err(InviteError::NotOne)
        );
        let long = format!("I1{}", "A".repeat(limits::MAX_SLIP_TEXT));
        assert_eq!(Sealed::find(&long), Err(InviteError::Damaged));
    }

    #[test]
    fn a_newer_version_is_named() {
        let bytes = [7; 40];
        let mut text = String::from("R2");
        let sum = check(SlipKind::Reply, '2', &bytes);
        base64::write(&mut text, &[bytes.as_slice(), &sum].concat());
        assert_eq!(Sealed::find(&text), Err(InviteError::Newer));
        text.pop();
        assert_eq!(Sealed::find(&text), Err(InviteError::Damaged));
    }

    proptest! {
        #[test]
        fn text_reads_what_it_writes(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
            let sealed = Sealed { kind: SlipKind::Reply, bytes };
            prop_assert_eq!(Sealed::find(sealed.to_text().expose()), Ok(sealed));
        }

        /// A mutated slip is never taken for another one, and no text makes a reader panic.
        #[test]
        fn mutated_text_is_refused(at in 0usize..300, with in any::<char>(), any in ".{0,300}") {
            let text = sample(SlipKind::Invite).to_text();
            let mut bent: Vec<char> = text.expose().chars().collect();
            let changed = bent[at] != with && !with.is_whitespace() && with != '/';
            bent[at] = with;
            let bent: String = bent.into_iter().collect();
            if changed {
                prop_assert!(Sealed::find(&bent).is_err(), "{}", bent);
            }
            let _ = Sealed::find(&any);
        }
    }
}
