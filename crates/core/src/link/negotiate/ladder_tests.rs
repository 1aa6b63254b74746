//! The recovery ladder, step by step: what is tried, in which order, and what must not be given up.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::tests::{Side, at, linked};
use super::*;
use crate::node::RtcEvent;

fn offer(attempt: u32, round: u32) -> Signal {
    Signal::Offer(Round { attempt, round }, "sdp".to_owned())
}

#[test]
fn a_refused_candidate_does_not_end_the_attempt() {
    let mut high = Side::new(true);
    high.reach(at(0));
    let id = high.machine.conn().unwrap();
    high.event(at(5), id, RtcEvent::CandidateRefused("no".to_owned()));
    assert!(high.closed.is_empty(), "the other candidates may do");
    high.connected(at(50));
    assert!(high.machine.is_open());
}

#[test]
fn another_step_that_fails_ends_the_attempt() {
    let mut high = Side::new(true);
    high.reach(at(0));
    let id = high.machine.conn().unwrap();
    let steps = high.event(at(5), id, RtcEvent::Failed("offer".to_owned()));
    high.play(at(5), steps);
    assert_eq!(high.closed, vec![id]);
    assert!(matches!(high.machine.due(), Some((_, Due::Dial))));
}

#[test]
fn a_link_that_does_not_answer_is_restarted_once_in_a_while() {
    let (mut high, mut low) = linked();
    let steps = high.machine.silent(at(5_000));
    assert_eq!(high.play(at(5_000), steps), vec![offer(1, 1)]);
    assert_eq!(high.machine.silent(at(5_100)), Vec::new(), "under way");
    high.wake(at(5_000).plus(limits::RESTART_PATIENCE));
    assert_eq!(high.machine.silent(at(14_000)), Vec::new(), "frozen pages");
    let later = at(5_000).plus(limits::SILENT_PAUSE);
    assert!(!high.machine.silent(later).is_empty());
    let asks = low.machine.silent(at(5_000));
    let asks = low.play(at(5_000), asks);
    assert_eq!(asks, vec![Signal::Ask { restart: true }]);
}

/// L1: when nobody could be signaled to, the channel may still come back by itself.
#[test]
fn a_restart_that_nobody_could_answer_gives_nothing_up_and_is_made_again() {
    let (mut high, _) = linked();
    let id = high.machine.conn().unwrap();
    high.event(at(100), id, RtcEvent::State(RtcState::Disconnected));
    high.wake(at(100).plus(limits::ICE_GRACE));
    let (due, what) = high.machine.due().unwrap();
    assert_eq!(what, Due::Restarted);
    let steps = high.machine.wake(due, false, &mut high.rng, || ConnId(99));
    assert_eq!(steps, Vec::new());
    assert!(high.machine.is_open());
    let again = high.reach(due.plus(limits::SIGNAL_PATIENCE));
    assert_eq!(again, vec![offer(1, 2)]);
    assert!(high.closed.is_empty());
}

#[test]
fn an_offer_that_got_lost_with_the_hub_is_made_again_when_the_peer_is_back() {
    let mut high = Side::new(true);
    assert_eq!(high.reach(at(0)), vec![offer(1, 0)]);
    assert_eq!(high.reach(at(200)), Vec::new(), "it may be on its way");
    assert_eq!(high.reach(at(1_500)), vec![offer(2, 0)]);
    assert_eq!(high.closed, vec![ConnId(1)]);
}

#[test]
fn a_changed_network_restarts_what_the_browser_still_believes_in() {
    let (mut high, _) = linked();
    assert_eq!(high.reach(at(9_000)), Vec::new());
    high.machine.unsettle();
    assert_eq!(high.reach(at(9_000)), vec![offer(1, 1)]);
    assert_eq!(high.reach(at(9_100)), Vec::new(), "once");
}

/// The browser makes offers one after the other; the first must not go out under the number of the second.
#[test]
fn of_two_offers_under_way_only_the_last_is_sent() {
    let (mut high, _) = linked();
    let id = high.machine.conn().unwrap();
    let first = high.machine.restart(at(10_000));
    let second = high.machine.restart(at(12_000));
    assert!(!first.is_empty() && !second.is_empty());
    let made = RtcEvent::LocalDescription(Description {
        kind: SdpKind::Offer,
        sdp: "first".to_owned(),
    });
    assert_eq!(high.event(at(12_001), id, made), Vec::new());
    let made = RtcEvent::LocalDescription(Description {
        kind: SdpKind::Offer,
        sdp: "sdp".to_owned(),
    });
    assert_eq!(
        high.event(at(12_002), id, made),
        vec![Step::Signal(offer(1, 2))]
    );
}
