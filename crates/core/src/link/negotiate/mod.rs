//! The negotiation machine: one direct connection with one peer (R-LINK-1, R-LINK-2).
//!
//! The side with the greater peer id offers, always: so offers cannot collide (no glare, RFC 8829
//! §4.1.8), and the other side asks for an offer when it wants one. `disconnected` is answered by an ICE
//! restart after a grace period (RFC 8445 §9); a restart that does not take, by a new connection.

mod by_hand;
mod events;

pub(crate) use by_hand::Standing;

use crate::id::ConnId;
use crate::limits;
use crate::link::backoff::backoff;
use crate::link::parts::message_limit;
use crate::node::{Candidate, Description, RtcOp, RtcState, SdpKind};
use crate::rng::Rng;
use crate::time::Mono;
use crate::wire::signal::{Round, Signal};

/// What the machine wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Tell the peer.
    Signal(Signal),
    /// Make a connection with this id. The node fills in the ICE servers.
    Create(ConnId),
    /// Use the connection.
    Rtc(ConnId, RtcOp),
    /// The state changed, for this reason.
    Changed(&'static str),
}

/// The direct connection with one peer.
#[derive(Debug)]
pub(crate) struct Negotiation {
    offers: bool,
    conn: Option<Conn>,
    attempt: u32,
    failures: u32,
    /// When the next step is due by itself.
    due: Option<(Mono, Due)>,
    /// A connection that is silent is left alone until then.
    patient_until: Mono,
    pub(crate) attempts: u32,
    pub(crate) restarts: u32,
}

#[derive(Debug)]
struct Conn {
    id: ConnId,
    round: Round,
    state: RtcState,
    open: bool,
    /// The remote description of `round` is set, or being set: candidates may follow it.
    described: bool,
    /// Offer and answer came by invite.
    by_hand: bool,
    restarting: bool,
    /// When the offer of `round` was made or taken.
    since: Mono,
    /// Offers that the browser still makes: only the last one is of use.
    making: u32,
    /// The network may have changed under it: whatever the browser says, it is restarted at the next occasion.
    stale: bool,
    held: Vec<(Round, Candidate)>,
    /// The longest message that the other side takes.
    message_limit: usize,
}

/// What falls due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    /// Time to try again.
    Dial,
    /// The connection should have been up by now.
    Connected,
    /// The grace after `disconnected` is over.
    Restart,
    /// The ICE restart should have taken by now.
    Restarted,
}

impl Negotiation {
    /// A machine without a connection. `offers`: ours is the greater peer id.
    pub(crate) fn new(offers: bool) -> Self {
        Self {
            offers,
            conn: None,
            attempt: 0,
            failures: 0,
            due: None,
            patient_until: Mono(0),
            attempts: 0,
            restarts: 0,
        }
    }

    /// Ours is the side that offers.
    pub(crate) fn offers(&self) -> bool {
        self.offers
    }

    pub(crate) fn conn(&self) -> Option<ConnId> {
        self.conn.as_ref().map(|conn| conn.id)
    }

    pub(crate) fn state(&self) -> Option<RtcState> {
        self.conn.as_ref().map(|conn| conn.state)
    }

    /// The data channel takes messages. That proves nothing about the peer (DESIGN §2).
    pub(crate) fn is_open(&self) -> bool {
        self.conn.as_ref().is_some_and(|conn| conn.open)
    }

    /// The longest message that the other side takes.
    pub(crate) fn message_limit(&self) -> usize {
        self.conn
            .as_ref()
            .map_or(limits::MIN_MESSAGE_BYTES, |conn| conn.message_limit)
    }

    /// Attempts in a row that failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn due(&self) -> Option<(Mono, Due)> {
        self.due
    }

    /// The peer can be signaled to: dial, or ask it to, unless there is a connection already.
    pub(crate) fn reach(&mut self, now: Mono, next: impl FnMut() -> ConnId) -> Vec<Step> {
        match &self.conn {
            None => self.dial(now, next),
            Some(conn) if conn.open && conn.state == RtcState::Connected && !conn.stale => {
                Vec::new()
            }
            // Signaling is quicker than people are.
            Some(conn) if conn.is_carried() => self.dial(now, next),
            // Signals of this moment may still be on their way.
            Some(conn) if !conn.described && now.since(conn.since) < limits::SIGNAL_PATIENCE => {
                Vec::new()
            }
            // An offer that was made before the peer could be reached again is lost.
            Some(conn) if self.offers && !conn.open && !conn.described => self.dial(now, next),
            Some(_) => self.restart(now),
        }
    }

    /// The network may have changed: restart as soon as the peer can be signaled to.
    pub(crate) fn unsettle(&mut self) {
        if let Some(conn) = self.conn.as_mut() {
            conn.stale = true;
        }
    }

    /// The open channel does not answer, although the browser may believe in the connection: restart ICE, once in
    /// a while.
    pub(crate) fn silent(&mut self, now: Mono) -> Vec<Step> {
        let believed = self
            .conn
            .as_ref()
            .is_some_and(|conn| conn.open && conn.state == RtcState::Connected && !conn.restarting);
        if !believed || self.due.is_some() || now < self.patient_until {
            return Vec::new();
        }
        self.patient_until = now.plus(limits::SILENT_PAUSE);
        let mut steps = vec![Step::Changed("does not answer")];
        steps.extend(self.restart(now));
        steps
    }

    /// Forgets the connection, and the pauses learnt.
    pub(crate) fn reset(&mut self) -> Vec<Step> {
        self.failures = 0;
        self.due = None;
        self.drop_conn("closed")
    }

    /// Restarts ICE, or dials, at that time. False when something is under way already.
    pub(crate) fn restart_at(&mut self, at: Mono) -> bool {
        let idle = matches!(self.due, None | Some((_, Due::Dial | Due::Restart)));
        if idle {
            let due = if self.conn.is_some() {
                Due::Restart
            } else {
                Due::Dial
            };
            self.due = Some((at, due));
        }
        idle
    }

    /// Restarts ICE of the connection there is; dials when there is none.
    pub(crate) fn restart(&mut self, now: Mono) -> Vec<Step> {
        if !self.offers {
            return vec![Step::Signal(Signal::Ask {
                restart: self.conn.is_some(),
            })];
        }
        let Some(conn) = self.conn.as_mut() else {
            self.due = Some((now, Due::Dial));
            return Vec::new();
        };
        if conn.is_carried() {
            return Vec::new();
        }
        if !conn.described && now.since(conn.since) < limits::SIGNAL_PATIENCE {
            // An offer is out already: a second one would make its answer useless.
            return Vec::new();
        }
        conn.round.round = conn.round.round.saturating_add(1);
        conn.described = false;
        conn.restarting = true;
        conn.stale = false;
        conn.since = now;
        conn.making += 1;
        self.restarts += 1;
        self.due = Some((now.plus(limits::RESTART_PATIENCE), Due::Restarted));
        vec![
            Step::Rtc(conn.id, RtcOp::Offer { restart: true }),
            Step::Changed("ICE restart"),
        ]
    }

    /// Something fell due. `signalable`: the peer can be reached with a signal now.
    pub(crate) fn wake(
        &mut self,
        now: Mono,
        signalable: bool,
        rng: &mut Rng,
        next: impl FnMut() -> ConnId,
    ) -> Vec<Step> {
        let Some((at, due)) = self.due else {
            return Vec::new();
        };
        if at > now {
            return Vec::new();
        }
        self.due = None;
        match due {
            Due::Dial if signalable => self.dial(now, next),
            Due::Restart if signalable => self.restart(now),
            // Without a way to signal there is nothing to do: `reach` is called when there is one.
            Due::Dial | Due::Restart => Vec::new(),
            Due::Connected => self.fail(now, rng, "no connection in time"),
            // A restart of a working connection need not change its state.
            Due::Restarted if self.is_connected() => {
                self.settled();
                Vec::new()
            }
            // Nobody could answer. The channel may still come back; what is on it is not given up.
            Due::Restarted if !signalable => {
                self.await_occasion();
                Vec::new()
            }
            Due::Restarted => self.fail(now, rng, "ICE restart did not take"),
        }
    }

    /// Gives the connection up and tries again after a pause.
    fn fail(&mut self, now: Mono, rng: &mut Rng, reason: &'static str) -> Vec<Step> {
        let steps = self.drop_conn(reason);
        let pause = backoff(limits::DIAL_BACKOFF, self.failures, rng);
        self.failures = self.failures.saturating_add(1);
        self.due = Some((now.plus(pause), Due::Dial));
        steps
    }

    fn dial(&mut self, now: Mono, next: impl FnMut() -> ConnId) -> Vec<Step> {
        if !self.offers {
            self.due = Some((now.plus(limits::DIAL_PATIENCE), Due::Dial));
            return vec![Step::Signal(Signal::Ask { restart: false })];
        }
        let mut steps = self.drop_conn("dialing again");
        self.attempt = self.attempt.saturating_add(1);
        let round = Round {
            attempt: self.attempt,
            round: 0,
        };
        let id = self.open_conn(now, round, next);
        if let Some(conn) = self.conn.as_mut() {
            conn.making = 1;
        }
        steps.extend([
            Step::Create(id),
            Step::Rtc(id, RtcOp::Offer { restart: false }),
            Step::Changed("dialing"),
        ]);
        steps
    }

    fn open_conn(&mut self, now: Mono, round: Round, mut next: impl FnMut() -> ConnId) -> ConnId {
        let id = next();
        self.attempts += 1;
        self.conn = Some(Conn {
            id,
            round,
            state: RtcState::New,
            open: false,
            described: false,
            by_hand: false,
            restarting: false,
            since: now,
            making: 0,
            stale: false,
            held: Vec::new(),
            message_limit: limits::MIN_MESSAGE_BYTES,
        });
        self.due = Some((now.plus(limits::DIAL_PATIENCE), Due::Connected));
        id
    }

    fn drop_conn(&mut self, reason: &'static str) -> Vec<Step> {
        match self.conn.take() {
            Some(conn) => vec![Step::Rtc(conn.id, RtcOp::Close), Step::Changed(reason)],
            None => Vec::new(),
        }
    }

    /// A step arrived from the peer, authenticated.
    pub(crate) fn handle_signal(
        &mut self,
        now: Mono,
        signal: Signal,
        next: impl FnMut() -> ConnId,
    ) -> Vec<Step> {
        match signal {
            Signal::Offer(round, sdp) if !self.offers => self.accept(now, round, sdp, next),
            Signal::Answer(round, sdp) if self.offers => self.complete(now, round, sdp, next),
            Signal::Candidate(round, candidate) => self.add_candidate(round, candidate),
            Signal::Ask { restart } if self.offers => self.asked(now, restart, next),
            // The wrong side offers, answers or asks: no honest peer does.
            _ => Vec::new(),
        }
    }

    fn accept(
        &mut self,
        now: Mono,
        round: Round,
        sdp: String,
        next: impl FnMut() -> ConnId,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        let restarts = self.conn.as_ref().is_some_and(|conn| {
            conn.round.attempt == round.attempt && conn.round.round < round.round
        });
        if !restarts {
            if round.attempt <= self.attempt || round.round > 0 {
                // An old offer; or a restart of a connection that is gone here: ask for a new one.
                return if round.round > 0 && self.conn.is_none() {
                    vec![Step::Signal(Signal::Ask { restart: false })]
                } else {
                    Vec::new()
                };
            }
            let held = self
                .conn
                .as_mut()
                .map(|conn| std::mem::take(&mut conn.held));
            steps.extend(self.drop_conn("the other side dials again"));
            self.attempt = round.attempt;
            let id = self.open_conn(now, round, next);
            if let (Some(conn), Some(held)) = (self.conn.as_mut(), held) {
                conn.held = held;
            }
            steps.extend([Step::Create(id), Step::Changed("answering")]);
        }
        if let Some(conn) = self.conn.as_mut() {
            conn.round = round;
            conn.restarting = restarts;
            conn.since = now;
            conn.stale = false;
            steps.extend(describe(conn, SdpKind::Offer, sdp));
            if restarts {
                self.restarts += 1;
                self.due = Some((now.plus(limits::RESTART_PATIENCE), Due::Restarted));
                steps.push(Step::Changed("ICE restart"));
            }
        }
        steps
    }

    fn complete(
        &mut self,
        now: Mono,
        round: Round,
        sdp: String,
        next: impl FnMut() -> ConnId,
    ) -> Vec<Step> {
        match self.conn.as_mut() {
            // The other side has given the invite's connection up for an offer that we gave up for the invite.
            Some(conn) if conn.is_carried() => self.dial(now, next),
            Some(conn) if conn.round == round && !conn.described => {
                describe(conn, SdpKind::Answer, sdp)
            }
            _ => Vec::new(),
        }
    }

    fn add_candidate(&mut self, round: Round, candidate: Candidate) -> Vec<Step> {
        let Some(conn) = self.conn.as_mut() else {
            return Vec::new();
        };
        if round == conn.round && conn.described {
            return vec![Step::Rtc(conn.id, RtcOp::AddCandidate(candidate))];
        }
        if round >= conn.round && conn.held.len() < limits::MAX_HELD_CANDIDATES {
            conn.held.push((round, candidate));
        }
        Vec::new()
    }

    fn asked(&mut self, now: Mono, restart: bool, next: impl FnMut() -> ConnId) -> Vec<Step> {
        match self.conn.as_ref() {
            // One answer to many requests while it is under way.
            Some(conn)
                if (conn.restarting || !conn.described)
                    && now.since(conn.since) < limits::SIGNAL_PATIENCE =>
            {
                Vec::new()
            }
            Some(_) if restart => self.restart(now),
            // The other side has no connection: ours is of no use.
            Some(_) => self.dial(now, next),
            None => self.dial(now, next),
        }
    }

    /// Leaves the connection as it is until [`Self::reach`] finds somebody to restart it with.
    fn await_occasion(&mut self) {
        if let Some(conn) = self.conn.as_mut() {
            conn.restarting = false;
            conn.described = true;
            conn.stale = true;
        }
    }

    fn is_connected(&self) -> bool {
        self.state() == Some(RtcState::Connected)
    }

    fn settled(&mut self) {
        self.failures = 0;
        self.due = None;
        if let Some(conn) = self.conn.as_mut() {
            conn.restarting = false;
            // An offer whose answer never came may be made again.
            conn.described = true;
        }
    }
}

fn describe(conn: &mut Conn, kind: SdpKind, sdp: String) -> Vec<Step> {
    conn.described = true;
    // Descriptions that say too little were refused before.
    conn.message_limit = message_limit(&sdp).unwrap_or(limits::MIN_MESSAGE_BYTES);
    let mut steps = vec![Step::Rtc(
        conn.id,
        RtcOp::SetRemote(Description { kind, sdp }),
    )];
    let (ready, held) = std::mem::take(&mut conn.held)
        .into_iter()
        .partition(|(round, _)| *round <= conn.round);
    conn.held = held;
    steps.extend(
        ready
            .into_iter()
            .filter(|(round, _)| *round == conn.round)
            .map(|(_, candidate)| Step::Rtc(conn.id, RtcOp::AddCandidate(candidate))),
    );
    steps
}

#[cfg(test)]
mod by_hand_tests;
#[cfg(test)]
mod ladder_tests;
#[cfg(test)]
mod tests;
