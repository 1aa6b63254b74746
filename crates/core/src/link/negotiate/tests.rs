//! The machine, played by hand: two sides, signals carried between them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::node::RtcEvent;

pub(super) fn at(millis: u64) -> Mono {
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

pub(super) struct Side {
    pub(super) machine: Negotiation,
    pub(super) conns: u64,
    pub(super) rng: Rng,
    pub(super) closed: Vec<ConnId>,
}

impl Side {
    pub(super) fn new(offers: bool) -> Self {
        Self {
            machine: Negotiation::new(offers),
            conns: 0,
            rng: Rng::new([0; 32]),
            closed: Vec::new(),
        }
    }

    /// Plays the browser: answers steps with events, and hands out the signals.
    pub(super) fn play(&mut self, now: Mono, steps: Vec<Step>) -> Vec<Signal> {
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

    pub(super) fn event(&mut self, now: Mono, id: ConnId, event: RtcEvent) -> Vec<Step> {
        self.machine
            .handle_event(now, id, event, true, &mut self.rng)
    }

    pub(super) fn reach(&mut self, now: Mono) -> Vec<Signal> {
        let conns = &mut self.conns;
        let steps = self.machine.reach(now, || {
            *conns += 1;
            ConnId(*conns)
        });
        self.play(now, steps)
    }

    pub(super) fn hear(&mut self, now: Mono, signals: Vec<Signal>) -> Vec<Signal> {
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

    pub(super) fn wake(&mut self, now: Mono) -> Vec<Signal> {
        let conns = &mut self.conns;
        let steps = self.machine.wake(now, true, &mut self.rng, || {
            *conns += 1;
            ConnId(*conns)
        });
        self.play(now, steps)
    }

    pub(super) fn connected(&mut self, now: Mono) {
        let id = self.machine.conn().unwrap();
        self.event(now, id, RtcEvent::State(RtcState::Connected));
        self.event(now, id, RtcEvent::ChannelOpen);
    }
}

pub(super) fn linked() -> (Side, Side) {
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
    let steps = high
        .machine
        .handle_signal(at(2), Signal::Answer(first, "sdp".to_owned()), || ConnId(9));
    assert!(matches!(
        &steps[..],
        [Step::Rtc(_, RtcOp::SetRemote(_)), Step::Rtc(_, RtcOp::AddCandidate(held))] if held.candidate == "early"
    ));
    let stale = Round {
        attempt: 0,
        round: 0,
    };
    let old = high
        .machine
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
