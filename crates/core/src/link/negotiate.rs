//! The negotiation machine: one direct connection with one peer (R-LINK-1, R-LINK-2).
//!
//! The side with the greater peer id offers, always: so offers cannot collide (no glare, RFC 8829
//! §4.1.8), and the other side asks for an offer when it wants one. `disconnected` is answered by an ICE
//! restart after a grace period (RFC 8445 §9); a restart that does not take, by a new connection.

use crate::id::ConnId;
use crate::limits;
use crate::node::{Candidate, Description, RtcEvent, RtcOp, RtcState, SdpKind};
use crate::rng::Rng;
use crate::time::Mono;
use crate::wire::signal::{Round, Signal};
use core::time::Duration;

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
    restarting: bool,
    held: Vec<(Round, Candidate)>,
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

    pub(crate) fn due(&self) -> Option<(Mono, Due)> {
        self.due
    }

    /// The peer can be signaled to: dial, or ask it to, unless there is a connection already.
    pub(crate) fn reach(&mut self, now: Mono, next: impl FnMut() -> ConnId) -> Vec<Step> {
        match &self.conn {
            None => self.dial(now, next),
            Some(conn) if !conn.open || conn.state != RtcState::Connected => self.restart(now),
            Some(_) => Vec::new(),
        }
    }

    /// Forgets the connection, and the pauses learnt.
    pub(crate) fn reset(&mut self) -> Vec<Step> {
        self.failures = 0;
        self.due = None;
        self.drop_conn("closed")
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
        if !conn.described {
            // An offer is out already: a second one would make its answer useless.
            return Vec::new();
        }
        conn.round.round = conn.round.round.saturating_add(1);
        conn.described = false;
        conn.restarting = true;
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
            restarting: false,
            held: Vec::new(),
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
            Signal::Answer(round, sdp) if self.offers => self.complete(round, sdp),
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
            steps.extend(describe(conn, SdpKind::Offer, sdp));
            if restarts {
                self.restarts += 1;
                self.due = Some((now.plus(limits::RESTART_PATIENCE), Due::Restarted));
                steps.push(Step::Changed("ICE restart"));
            }
        }
        steps
    }

    fn complete(&mut self, round: Round, sdp: String) -> Vec<Step> {
        match self.conn.as_mut() {
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
            Some(conn) if conn.restarting || !conn.described => Vec::new(),
            Some(_) if restart => self.restart(now),
            // The other side has no connection: ours is of no use.
            Some(_) => self.dial(now, next),
            None => self.dial(now, next),
        }
    }

    /// An event of our connection `id`; events of an earlier one are ignored.
    pub(crate) fn handle_event(
        &mut self,
        now: Mono,
        id: ConnId,
        event: RtcEvent,
        signalable: bool,
        rng: &mut Rng,
    ) -> Vec<Step> {
        let Some(conn) = self.conn.as_mut().filter(|conn| conn.id == id) else {
            return Vec::new();
        };
        match event {
            RtcEvent::LocalDescription(Description { kind, sdp }) => {
                vec![Step::Signal(match kind {
                    SdpKind::Offer => Signal::Offer(conn.round, sdp),
                    SdpKind::Answer => Signal::Answer(conn.round, sdp),
                })]
            }
            RtcEvent::Candidate(candidate) => {
                vec![Step::Signal(Signal::Candidate(conn.round, candidate))]
            }
            RtcEvent::ChannelOpen => {
                conn.open = true;
                self.settled();
                vec![Step::Changed("channel open")]
            }
            RtcEvent::ChannelClosed => self.fail(now, rng, "channel closed"),
            RtcEvent::State(state) => self.state_changed(now, state, signalable, rng),
            RtcEvent::Failed(_) if conn.open => vec![Step::Changed("a step failed")],
            RtcEvent::Failed(_) => self.fail(now, rng, "a step failed"),
            RtcEvent::Packet(_) => Vec::new(),
        }
    }

    fn state_changed(
        &mut self,
        now: Mono,
        state: RtcState,
        signalable: bool,
        rng: &mut Rng,
    ) -> Vec<Step> {
        let Some(conn) = self.conn.as_mut() else {
            return Vec::new();
        };
        conn.state = state;
        match state {
            RtcState::Connected => {
                conn.restarting = false;
                if conn.open {
                    self.settled();
                }
                vec![Step::Changed("connected")]
            }
            RtcState::Disconnected if !conn.restarting => {
                self.due = Some((now.plus(limits::ICE_GRACE), Due::Restart));
                vec![Step::Changed("disconnected")]
            }
            RtcState::Failed if conn.open && !conn.restarting && signalable => {
                let mut steps = self.restart(now);
                steps.push(Step::Changed("failed"));
                steps
            }
            RtcState::Failed if !conn.open => self.fail(now, rng, "failed"),
            RtcState::Closed => self.fail(now, rng, "closed"),
            _ => vec![Step::Changed("state")],
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

/// Exponential back-off with jitter: between half and the whole of `first · 2^failures`, capped.
pub(crate) fn backoff(
    (first, longest): (Duration, Duration),
    failures: u32,
    rng: &mut Rng,
) -> Duration {
    let whole = first.saturating_mul(1 << failures.min(16)).min(longest);
    let half = whole / 2;
    let jitter = rng.below(
        u64::try_from(half.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_add(1),
    );
    half + Duration::from_millis(jitter)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn at(millis: u64) -> Mono {
        Mono(millis)
    }

    fn sdp(kind: SdpKind) -> RtcEvent {
        RtcEvent::LocalDescription(Description {
            kind,
            sdp: "sdp".to_owned(),
        })
    }

    fn candidate(name: &str) -> Candidate {
        Candidate {
            candidate: name.to_owned(),
            mid: None,
            line: None,
        }
    }

    struct Side {
        machine: Negotiation,
        conns: u64,
        rng: Rng,
        closed: Vec<ConnId>,
    }

    impl Side {
        fn new(offers: bool) -> Self {
            Self {
                machine: Negotiation::new(offers),
                conns: 0,
                rng: Rng::new([0; 32]),
                closed: Vec::new(),
            }
        }

        /// Plays the browser: answers steps with events, and hands out the signals.
        fn play(&mut self, now: Mono, steps: Vec<Step>) -> Vec<Signal> {
            let mut signals = Vec::new();
            for step in steps {
                let event = match step {
                    Step::Signal(signal) => {
                        signals.push(signal);
                        continue;
                    }
                    Step::Rtc(id, RtcOp::Offer { .. }) => (id, sdp(SdpKind::Offer)),
                    Step::Rtc(id, RtcOp::SetRemote(remote)) if remote.kind == SdpKind::Offer => {
                        (id, sdp(SdpKind::Answer))
                    }
                    Step::Rtc(id, RtcOp::Close) => {
                        self.closed.push(id);
                        continue;
                    }
                    _ => continue,
                };
                let more = self.event(now, event.0, event.1);
                signals.extend(self.play(now, more));
            }
            signals
        }

        fn event(&mut self, now: Mono, id: ConnId, event: RtcEvent) -> Vec<Step> {
            self.machine
                .handle_event(now, id, event, true, &mut self.rng)
        }

        fn reach(&mut self, now: Mono) -> Vec<Signal> {
            let conns = &mut self.conns;
            let steps = self.machine.reach(now, || {
                *conns += 1;
                ConnId(*conns)
            });
            self.play(now, steps)
        }

        fn hear(&mut self, now: Mono, signals: Vec<Signal>) -> Vec<Signal> {
            let mut answers = Vec::new();
            for signal in signals {
                let conns = &mut self.conns;
                let steps = self.machine.handle_signal(now, signal, || {
                    *conns += 1;
                    ConnId(*conns)
                });
                answers.extend(self.play(now, steps));
            }
            answers
        }

        fn wake(&mut self, now: Mono) -> Vec<Signal> {
            let conns = &mut self.conns;
            let steps = self.machine.wake(now, true, &mut self.rng, || {
                *conns += 1;
                ConnId(*conns)
            });
            self.play(now, steps)
        }

        fn connected(&mut self, now: Mono) {
            let id = self.machine.conn().unwrap();
            self.event(now, id, RtcEvent::State(RtcState::Connected));
            self.event(now, id, RtcEvent::ChannelOpen);
        }
    }

    fn linked() -> (Side, Side) {
        let (mut high, mut low) = (Side::new(true), Side::new(false));
        let asked = low.reach(at(0));
        let offer = high.reach(at(0));
        assert_eq!(
            high.hear(at(1), asked),
            Vec::new(),
            "asked while an offer is out"
        );
        let answer = low.hear(at(1), offer);
        high.hear(at(2), answer);
        high.connected(at(3));
        low.connected(at(3));
        (high, low)
    }

    #[test]
    fn both_reaching_at_once_make_one_connection() {
        let (high, low) = linked();
        assert_eq!((high.conns, low.conns), (1, 1));
        assert!(high.machine.is_open() && low.machine.is_open());
        assert_eq!(high.machine.due(), None);
        assert_eq!(low.machine.due(), None);
    }

    #[test]
    fn a_restart_is_one_round_on_the_same_connection_and_its_deadline_spares_it() {
        let (mut high, mut low) = linked();
        let steps = low.machine.restart(at(10));
        let asked = low.play(at(10), steps);
        assert_eq!(asked, vec![Signal::Ask { restart: true }]);
        let offer = high.hear(at(11), asked);
        let round = Round {
            attempt: 1,
            round: 1,
        };
        assert_eq!(offer, vec![Signal::Offer(round, "sdp".to_owned())]);
        let again = high.hear(at(11), vec![Signal::Ask { restart: true }]);
        assert_eq!(again, Vec::new(), "one answer to many requests");
        let answer = low.hear(at(12), offer);
        assert_eq!(high.hear(at(13), answer), Vec::new());
        high.wake(at(60_000));
        low.wake(at(60_000));
        assert!(high.closed.is_empty() && low.closed.is_empty());
        assert_eq!((high.conns, low.conns), (1, 1));
    }

    #[test]
    fn a_connection_that_never_leaves_new_is_given_up_and_tried_again() {
        let mut high = Side::new(true);
        high.reach(at(0));
        let (due, _) = high.machine.due().unwrap();
        assert_eq!(due, at(0).plus(limits::DIAL_PATIENCE));
        assert_eq!(high.wake(due), Vec::new());
        assert_eq!(high.closed, vec![ConnId(1)]);
        let (retry, _) = high.machine.due().unwrap();
        let offer = high.wake(retry);
        assert!(matches!(
            &offer[..],
            [Signal::Offer(
                Round {
                    attempt: 2,
                    round: 0
                },
                _
            )]
        ));
    }

    #[test]
    fn candidates_wait_for_the_remote_description_of_their_round() {
        let mut high = Side::new(true);
        high.reach(at(0));
        let first = Round {
            attempt: 1,
            round: 0,
        };
        let early =
            high.machine
                .handle_signal(at(1), Signal::Candidate(first, candidate("early")), || {
                    ConnId(9)
                });
        assert_eq!(early, Vec::new());
        let steps =
            high.machine
                .handle_signal(at(2), Signal::Answer(first, "sdp".to_owned()), || ConnId(9));
        assert!(matches!(
            &steps[..],
            [Step::Rtc(_, RtcOp::SetRemote(_)), Step::Rtc(_, RtcOp::AddCandidate(held))] if held.candidate == "early"
        ));
        let stale = Round {
            attempt: 0,
            round: 0,
        };
        let old =
            high.machine
                .handle_signal(at(3), Signal::Candidate(stale, candidate("old")), || {
                    ConnId(9)
                });
        assert_eq!(old, Vec::new());
    }

    #[test]
    fn disconnected_is_answered_by_a_restart_after_a_grace() {
        let (mut high, _) = linked();
        let id = high.machine.conn().unwrap();
        high.event(at(100), id, RtcEvent::State(RtcState::Disconnected));
        assert_eq!(high.wake(at(100)), Vec::new());
        let offer = high.wake(at(100).plus(limits::ICE_GRACE));
        assert!(matches!(
            &offer[..],
            [Signal::Offer(
                Round {
                    attempt: 1,
                    round: 1
                },
                _
            )]
        ));
    }

    #[test]
    fn the_wrong_side_offering_changes_nothing() {
        let (mut high, _) = linked();
        let round = Round {
            attempt: 7,
            round: 0,
        };
        assert_eq!(
            high.hear(at(50), vec![Signal::Offer(round, "sdp".to_owned())]),
            Vec::new()
        );
        assert_eq!(high.conns, 1);
    }
}
