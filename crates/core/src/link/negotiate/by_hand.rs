//! A connection whose offer and answer people carried (rule N-ASIDE), until its channel opens. From then on it is like
//! any other.
//!
//! Whoever made the invite offers, whatever the ids say. Such a connection is attempt 0: every offer of the ordinary
//! kind is newer and takes its place.

use super::{Conn, Due, Negotiation, Step};
use crate::id::ConnId;
use crate::limits;
use crate::link::parts::message_limit;
use crate::node::RtcState;
use crate::time::Mono;
use crate::wire::signal::Round;

/// What an invite can mean for a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// There is none that could be spoiled.
    Open,
    /// Offer and answer of the ordinary kind are exchanged: it connects, or fails and is tried again.
    UnderWay,
    /// It is up.
    Linked,
}

impl Negotiation {
    pub(crate) fn standing(&self) -> Standing {
        match &self.conn {
            Some(conn) if conn.open => Standing::Linked,
            Some(conn) if conn.described && !conn.by_hand => Standing::UnderWay,
            _ => Standing::Open,
        }
    }

    /// Takes over connection `id`, in place of any other. It is given up at `until`; `None`: when the caller says so.
    /// `sdp` is the other end's description.
    pub(crate) fn adopt(
        &mut self,
        now: Mono,
        id: ConnId,
        sdp: &str,
        until: Option<Mono>,
    ) -> Vec<Step> {
        let mut steps = self.drop_conn("an invite instead");
        self.attempts += 1;
        self.due = until.map(|until| (until, Due::Connected));
        self.conn = Some(Conn {
            id,
            round: Round::default(),
            state: RtcState::New,
            open: false,
            described: true,
            by_hand: true,
            restarting: false,
            since: now,
            making: 0,
            message_limit: message_limit(sdp).unwrap_or(limits::MIN_MESSAGE_BYTES),
            stale: false,
            held: Vec::new(),
        });
        steps.push(Step::Changed("by invite"));
        steps
    }

    /// Gives connection `id` up, if it was adopted and is not open yet.
    pub(crate) fn disown(&mut self, id: ConnId) -> Vec<Step> {
        match &self.conn {
            Some(conn) if conn.id == id && conn.is_carried() => {
                self.drop_conn("the invite is too old")
            }
            _ => Vec::new(),
        }
    }
}

impl Conn {
    /// Its offer and answer are being carried by people: nothing is signaled for it.
    pub(super) fn is_carried(&self) -> bool {
        self.by_hand && !self.open
    }
}
