//! Connections by invite beside the ordinary kind (rule N-ASIDE).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::tests::{Side, at};
use super::*;
use crate::node::RtcEvent;

/// Two sides that hold connection 50 each, by invite, not open yet.
fn carried() -> (Side, Side) {
    let (mut high, mut low) = (Side::new(true), Side::new(false));
    for side in [&mut high, &mut low] {
        let steps = side.machine.adopt(at(0), ConnId(50), "", None);
        assert!(side.play(at(0), steps).is_empty(), "nothing is signaled");
    }
    (high, low)
}

#[test]
fn what_people_carry_is_not_signaled_and_later_candidates_are() {
    let (mut high, _) = carried();
    let found = || {
        RtcEvent::Candidate(Candidate {
            candidate: "late".to_owned(),
            mid: None,
            line: None,
        })
    };
    assert_eq!(high.event(at(1), ConnId(50), found()), []);
    high.connected(at(2));
    assert!(matches!(
        high.event(at(3), ConnId(50), found())[..],
        [Step::Signal(Signal::Candidate(
            Round {
                attempt: 0,
                round: 0
            },
            _
        ))]
    ));
}

#[test]
fn a_carried_connection_outlives_checks_that_failed_and_a_restart_is_not_for_it() {
    let (mut high, _) = carried();
    for state in [RtcState::Disconnected, RtcState::Failed] {
        assert_eq!(high.event(at(1), ConnId(50), RtcEvent::State(state)), []);
    }
    assert_eq!(high.machine.restart(at(2)), []);
    high.connected(at(60_000));
    assert_eq!(high.machine.standing(), Standing::Linked);
    assert_eq!(high.machine.due(), None);
}

#[test]
fn an_ordinary_offer_takes_the_place_of_a_carried_connection() {
    let (mut high, mut low) = carried();
    let offer = high.reach(at(10));
    assert_eq!(high.closed, [ConnId(50)]);
    assert!(matches!(
        offer[0],
        Signal::Offer(Round { attempt: 1, .. }, _)
    ));
    let answer = low.hear(at(20), offer);
    assert_eq!(low.closed, [ConnId(50)]);
    assert_eq!(low.machine.standing(), Standing::UnderWay);
    high.hear(at(30), answer);
    assert_eq!(high.machine.standing(), Standing::UnderWay);
}

#[test]
fn an_answer_to_an_offer_that_was_given_up_for_the_invite_makes_a_new_offer() {
    let (mut high, mut low) = (Side::new(true), Side::new(false));
    let steps = low.machine.adopt(at(0), ConnId(50), "", None);
    low.play(at(0), steps);
    let offer = high.reach(at(10));
    let steps = high.machine.adopt(at(11), ConnId(50), "", Some(at(8_000)));
    high.play(at(11), steps);
    // The offer was on its way: the other side has given the invite up for it.
    let answer = low.hear(at(20), offer);
    let offer = high.hear(at(30), answer);
    assert!(matches!(
        offer[..],
        [Signal::Offer(Round { attempt: 2, .. }, _)]
    ));
    let answer = low.hear(at(40), offer);
    assert!(matches!(
        answer[..],
        [Signal::Answer(Round { attempt: 2, .. }, _)]
    ));
}

#[test]
fn once_open_it_is_restarted_by_whoever_offers_by_rule() {
    let (mut high, mut low) = carried();
    high.connected(at(100));
    low.connected(at(100));
    let steps = high.machine.restart(at(5_000));
    let offer = high.play(at(5_000), steps);
    assert!(matches!(
        offer[..],
        [Signal::Offer(
            Round {
                attempt: 0,
                round: 1
            },
            _
        )]
    ));
    let answer = low.hear(at(5_010), offer);
    assert!(matches!(
        answer[..],
        [Signal::Answer(
            Round {
                attempt: 0,
                round: 1
            },
            _
        )]
    ));
    assert_eq!(low.machine.conn(), Some(ConnId(50)));
    assert!(low.closed.is_empty());
}

#[test]
fn only_a_carried_connection_is_disowned() {
    let (mut high, mut low) = carried();
    high.connected(at(100));
    assert_eq!(high.machine.disown(ConnId(50)), []);
    assert_eq!(low.machine.disown(ConnId(51)), []);
    let steps = low.machine.disown(ConnId(50));
    low.play(at(200), steps);
    assert_eq!(low.closed, [ConnId(50)]);
    assert_eq!(low.machine.conn(), None);
}
