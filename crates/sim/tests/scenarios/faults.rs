//! Cuts, deaths and sleep.

use super::{clinic, settled, settled_as_is, shown};
use corridor_core::model::Presence;
use corridor_core::node::{Command, Lifecycle, Path};
use corridor_sim::net::End;
use corridor_sim::world::World;

#[test]
fn a_cut_of_5_20_or_45_seconds_heals_and_loses_nothing() {
    for (seed, seconds) in [(81, 5), (82, 20), (83, 45)] {
        for total in [false, true] {
            let (mut world, hosts) = clinic(seed, 2);
            if total {
                world.isolate(0);
            } else {
                world.cut(End::Host(0), End::Host(1));
            }
            for number in 0..seconds {
                world.post(0, &format!("a {number}.")).unwrap();
                world.post(1, &format!("b {number}.")).unwrap();
                world.run_for(1_000);
            }
            if !total && seconds > 5 {
                assert_eq!(world.path(0, 1), Path::Hub, "the relay steps in");
                let arrived = world.texts(1).iter().filter(|t| t.contains(" a ")).count();
                assert!(arrived + 3 > seconds as usize, "{arrived} of {seconds}");
            }
            world.heal();
            let linked = world.run_until(75_000, |w| w.all_linked(&hosts));
            assert!(
                linked,
                "{seconds} s, total {total}: {:?}",
                world.everything_wrong()
            );
            settled_as_is(&mut world, 20_000);
            assert_eq!(world.messages(0).len(), 2 * seconds as usize);
        }
    }
}

#[test]
fn a_cut_that_the_browser_notices_brings_a_restart_on_the_same_connection() {
    let (mut world, hosts) = clinic(84, 2);
    let before = world.rtc.live(0);
    world.cut(End::Host(0), End::Host(1));
    world.run_for(9_000);
    let restarts = |w: &corridor_sim::world::World| {
        let both = [w.link(0, 1), w.link(1, 0)];
        both.into_iter().flatten().map(|l| l.restarts).sum::<u32>()
    };
    assert!(restarts(&world) > 0, "restarted at `disconnected`");
    world.heal();
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    assert_eq!(world.rtc.live(0), before, "the same connection");
}

#[test]
fn a_one_way_cut_does_not_stop_anyone() {
    let (mut world, hosts) = clinic(85, 2);
    world.cut_one_way(End::Host(0), End::Host(1));
    world.run_for(4_000);
    world.post(0, "around the cut").unwrap();
    world.post(1, "and back").unwrap();
    assert!(world.run_until(15_000, |w| {
        shown(w, &hosts, "around the cut") == [1, 1] && shown(w, &hosts, "and back") == [1, 1]
    }));
    settled(&mut world);
}

#[test]
fn a_killed_peer_leaves_the_list_within_12_seconds() {
    for (seed, power) in [(86, false), (87, true)] {
        let (mut world, _) = clinic(seed, 3);
        world.kill(2, power);
        let gone = |w: &corridor_sim::world::World| {
            [0, 1]
                .iter()
                .all(|h| w.presence(*h, 2) == Some(Presence::Offline))
        };
        assert!(world.run_until(12_000, gone), "power {power}");
        settled_as_is(&mut world, 1_000);
    }
}

#[test]
fn a_closed_tab_leaves_the_list_within_a_second() {
    let (mut world, _) = clinic(88, 3);
    world.close(2);
    assert!(world.run_until(1_000, |w| {
        [0, 1]
            .iter()
            .all(|h| w.presence(*h, 2) == Some(Presence::Offline))
    }));
    settled_as_is(&mut world, 1_000);
}

#[test]
fn a_hidden_tab_is_away_and_never_evicted() {
    let (mut world, hosts) = clinic(89, 2);
    world.lifecycle(1, Lifecycle::Hidden);
    assert!(world.run_until(3_000, |w| w.presence(0, 1) == Some(Presence::Away)));
    for minute in 0..10 {
        let left = world.run_until(60_000, |w| w.presence(0, 1) != Some(Presence::Away));
        assert!(!left, "{minute}: {:?}", world.presence(0, 1));
        let text = format!("minute {minute}.");
        world.post(0, &text).unwrap();
        assert!(world.run_until(3_000, |w| shown(w, &hosts, &text) == [1, 1]));
    }
    // R-LINK-9: caught up within a second of its return, without a new connection.
    for number in 0..30 {
        world.ask(0, Command::say(format!("just before {number}."), None));
    }
    world.lifecycle(1, Lifecycle::Visible);
    assert!(world.run_until(1_000, |w| {
        w.presence(0, 1) == Some(Presence::Online) && w.messages(1).len() == 40
    }));
    let link = world.link(1, 0).unwrap();
    assert_eq!(
        (link.attempts, link.restarts, link.path),
        (1, 0, Path::Direct)
    );
    settled_as_is(&mut world, 10_000);
}

/// What comes from the other end wakes a hidden tab's timers; here nothing does for most of a minute.
#[test]
fn two_tabs_that_nobody_looks_at_do_not_evict_each_other() {
    let (mut world, hosts) = clinic(93, 2);
    for host in &hosts {
        world.lifecycle(*host, Lifecycle::Hidden);
    }
    let away = |w: &World| {
        let seen = [w.presence(0, 1), w.presence(1, 0)];
        seen.iter().all(|seen| *seen == Some(Presence::Away))
    };
    assert!(world.run_until(3_000, away));
    // Looked at after every event: whoever is wrongly gone is back at the next pong.
    let left = world.run_until(600_000, |w| !away(w));
    assert!(!left, "after {} ms", world.now);
    world.lifecycle(0, Lifecycle::Visible);
    world.post(0, "back.").unwrap();
    assert!(world.run_until(1_000, |w| shown(w, &hosts, "back.") == [1, 1]));
    let link = world.link(1, 0).unwrap();
    assert_eq!(
        (link.attempts, link.restarts, link.path),
        (1, 0, Path::Direct)
    );
    world.lifecycle(1, Lifecycle::Visible);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_sleeping_tablet_catches_up_when_it_wakes() {
    let (mut world, hosts) = clinic(90, 3);
    world.sleep(2);
    assert!(world.run_until(15_000, |w| w.presence(0, 2) == Some(Presence::Offline)));
    for number in 0..30 {
        world
            .post(number % 2, &format!("while asleep {number}."))
            .unwrap();
        world.run_for(120_000);
    }
    world.wake(2);
    assert!(world.run_until(60_000, |w| w.messages(2).len() == 30));
    assert!(world.run_until(90_000, |w| w.all_linked(&hosts)));
    settled_as_is(&mut world, 20_000);
}

#[test]
fn nobody_has_read_what_they_were_not_shown() {
    use corridor_core::node::{Command, Delivery};
    let (mut world, hosts) = clinic(91, 2);
    let first = world.post(0, "first").unwrap();
    let second = world.post(0, "second").unwrap();
    let state = |w: &corridor_sim::world::World, id| {
        let delivery = w.node(0).unwrap().message(id).unwrap().delivery;
        delivery
            .iter()
            .find(|(to, _)| *to == w.hosts[1].writer)
            .map(|(_, d)| *d)
    };
    assert!(world.run_until(5_000, |w| state(w, second) == Some(Delivery::Delivered)));
    world.done_by(1, Command::MarkRead(first)).unwrap();
    assert!(world.run_until(5_000, |w| state(w, first) == Some(Delivery::Read)));
    world.run_for(10_000);
    assert_eq!(state(&world, second), Some(Delivery::Delivered));
    world.isolate(1);
    let third = world.post(0, "third").unwrap();
    world.run_for(60_000);
    assert!(state(&world, third) < Some(Delivery::Delivered));
    settled(&mut world);
    assert_eq!(hosts.len(), 2);
}
