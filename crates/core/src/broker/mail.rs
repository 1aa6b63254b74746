//! Rule H-MAIL: offers and answers for whoever has no WebSocket, posted and fetched, with or without waiting.

use super::mailbox::{Mail, MailKind, Slot, Waiting};
use super::{Broker, BrokerCommand, HubLimit, Layer, Refusal, WakeReason, network_of, sealed};
use crate::id::{PeerId, RoomId, RoomTag};
use crate::limits::{HUB_MAIL_TTL, HUB_MAIL_WAIT, MAX_SEALED_SIGNAL_BYTES};
use crate::time::{Mono, Now};
use core::net::IpAddr;
use core::time::Duration;
use std::sync::Arc;

/// One request that waits for mail. Never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PollId(pub u64);

/// Which letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MailQuery {
    /// The room.
    pub room: RoomId,
    /// What proves that the asker holds the room's key.
    pub tag: RoomTag,
    /// Offers or answers.
    pub kind: MailKind,
    /// The recipient.
    pub to: PeerId,
    /// Only letters numbered above this.
    pub after: u64,
}

/// A letter on its way in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The room.
    pub room: RoomId,
    /// What proves that the sender holds the room's key.
    pub tag: RoomTag,
    /// Offer or answer.
    pub kind: MailKind,
    /// The sender.
    pub from: PeerId,
    /// The recipient.
    pub to: PeerId,
    /// The sealed bytes (rule S-SIGNAL).
    pub sealed: Vec<u8>,
}

/// What became of a posting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posted {
    /// Its number.
    pub number: u64,
    /// How long it is kept.
    pub expires_in: Duration,
}

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Poll {
    pub(super) network: IpAddr,
    query: MailQuery,
    until: Mono,
}

impl Poll {
    pub(super) fn slot(&self) -> Slot {
        slot(&self.query)
    }
}

fn slot(query: &MailQuery) -> Slot {
    Slot {
        room: query.room,
        kind: query.kind,
        to: query.to,
    }
}

impl Broker {
    /// Keeps an offer or answer for its recipient, in the place of an older one of the same sender.
    ///
    /// # Errors
    /// [`Refusal::LayerOff`], [`Refusal::UnknownRoom`], [`Refusal::Ended`], [`Refusal::WrongTag`], [`Refusal::Full`],
    /// or [`Refusal::Malformed`] for what cannot be sealed.
    pub fn post_mail(&mut self, now: Now, posting: Posting) -> Result<Posted, Refusal> {
        self.require(Layer::Handshake)?;
        if !sealed::may_rest(&posting.sealed, MAX_SEALED_SIGNAL_BYTES) {
            return Err(Refusal::Malformed);
        }
        let room = self.rooms.visit(now.mono, posting.room)?;
        room.check_tag(posting.tag)?;
        let slot = Slot {
            room: posting.room,
            kind: posting.kind,
            to: posting.to,
        };
        let sealed: Arc<[u8]> = posting.sealed.into();
        let kept = self.mailbox.put(
            (now.mono, now.wall),
            slot,
            posting.from,
            Arc::clone(&sealed),
        );
        if kept.is_ok() {
            room.claim(posting.tag);
            room.touch(now.mono);
        }
        let number = self.count(HubLimit::Mail, kept)?;
        let waiting = Waiting {
            slot,
            from: posting.from,
            number,
            age: Duration::ZERO,
            sealed,
        };
        self.tell_letter(posting.tag, &waiting);
        self.answer_polls(now.mono, |poll| poll.slot() == slot);
        Ok(Posted {
            number,
            expires_in: HUB_MAIL_TTL,
        })
    }

    /// Answers at once if there is mail, an error, or nothing to wait for; else when mail comes or `wait` is over.
    pub(super) fn poll_mail(
        &mut self,
        now: Now,
        id: PollId,
        address: IpAddr,
        query: MailQuery,
        wait: Duration,
    ) {
        let mail = match self.read_mail(now.mono, &query) {
            Ok(mail) if mail.is_empty() && !wait.is_zero() => mail,
            other => return self.answer(id, other),
        };
        let network = network_of(address);
        if let Err(refusal) = self.has_place(network) {
            return self.answer(id, Err(refusal));
        }
        debug_assert!(mail.is_empty());
        let until = now.mono.plus(wait.min(HUB_MAIL_WAIT));
        self.timers.set_earliest(WakeReason::Poll, until);
        let poll = Poll {
            network,
            query,
            until,
        };
        self.seat_poll(id, poll);
    }

    fn read_mail(&mut self, now: Mono, query: &MailQuery) -> Result<Vec<Mail>, Refusal> {
        self.require(Layer::Handshake)?;
        let room = self.rooms.visit(now, query.room)?;
        room.check_tag(query.tag)?;
        room.touch(now);
        Ok(self.mailbox.read(now, slot(query), query.after))
    }

    /// Requests whose time is over get what there is: nothing.
    pub(super) fn end_polls(&mut self, now: Mono) {
        self.answer_polls(now, |poll| poll.until <= now);
        if let Some(at) = self.polls.values().map(|poll| poll.until).min() {
            self.timers.set(WakeReason::Poll, at);
        }
    }

    pub(super) fn answer_polls(&mut self, now: Mono, which: impl Fn(&Poll) -> bool) {
        let due: Vec<(PollId, Poll)> = self
            .polls
            .iter()
            .filter(|(_, poll)| which(poll))
            .map(|(id, poll)| (*id, *poll))
            .collect();
        for (id, poll) in due {
            self.drop_poll(id);
            let mail = self.read_mail(now, &poll.query);
            self.answer(id, mail);
        }
    }

    fn answer(&mut self, poll: PollId, mail: Result<Vec<Mail>, Refusal>) {
        self.commands
            .push_back(BrokerCommand::Answer { poll, mail });
    }
}
