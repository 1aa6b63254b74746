//! An invite or reply made here: first its half is gathered, then it waits for people.

use super::text::Sealed;
use crate::id::{ConnId, Ticket};
use crate::limits;
use crate::link::half;
use crate::node::input::{Candidate, RtcEvent};
use crate::seal::End;
use crate::time::{Mono, Now};
use crate::wire::slip::Half;

#[derive(Debug)]
pub(super) struct Ours {
    pub(super) conn: ConnId,
    /// Of a reply: the invite's number, and who made it.
    pub(super) to: Option<(u64, End)>,
    /// Who asked for it, until it is complete.
    pub(super) waiting: Option<Ticket>,
    /// As it was handed out.
    pub(super) sealed: Option<Sealed>,
    /// Too old, and its connection closed.
    pub(super) over: bool,
    since: Mono,
    sdp: Option<String>,
    found: Vec<Candidate>,
    gathered: bool,
}

impl Ours {
    pub(super) fn begin(now: Now, conn: ConnId, ticket: Ticket, to: Option<(u64, End)>) -> Self {
        Self {
            conn,
            to,
            waiting: Some(ticket),
            sealed: None,
            over: false,
            since: now.mono,
            sdp: None,
            found: Vec::new(),
            gathered: false,
        }
    }

    /// Its number is this invite's.
    pub(super) fn is(&self, invite: u64) -> bool {
        self.sealed
            .as_ref()
            .is_some_and(|sealed| sealed.number() == invite)
    }

    pub(super) fn hear(&mut self, event: &RtcEvent) {
        match event {
            RtcEvent::LocalDescription(description) => self.sdp = Some(description.sdp.clone()),
            RtcEvent::Candidate(found) if self.found.len() < limits::MAX_HELD_CANDIDATES => {
                self.found.push(found.clone());
            }
            RtcEvent::Gathered | RtcEvent::Failed(_) => self.gathered = true,
            _ => {}
        }
    }

    /// When something is to be done about it by itself.
    pub(super) fn due(&self) -> Option<Mono> {
        let patience = if self.sealed.is_some() {
            limits::INVITE_TTL
        } else {
            limits::GATHER_PATIENCE
        };
        (!self.over).then(|| self.since.plus(patience))
    }

    /// Gathered, or too late for that; later, too old.
    pub(super) fn is_due(&self, now: Now) -> bool {
        let complete = self.gathered && self.sealed.is_none();
        complete || self.due().is_some_and(|due| due <= now.mono)
    }

    /// How this end can be reached, as far as was gathered.
    pub(super) fn half(&self) -> Option<Half> {
        half::reduce(self.sdp.as_ref()?, &self.found)
    }
}
