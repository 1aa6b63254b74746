//! The hub dies, returns, or never was the way.

use super::{clinic, settled, settled_as_is, shown};
use corridor_core::node::{Command, Fault, HubState, Path};
use corridor_core::wire::hub::HubFrame;
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};

#[test]
fn links_outlive_the_hub_for_good() {
    for (seed, how) in [(11, Stop::Process), (12, Stop::Power)] {
        let (mut world, hosts) = clinic(seed, 3);
        world.stop_hub(how);
        world.run_for(60_000);
        for host in &hosts {
            world.post(*host, &format!("hubless {host}.")).unwrap();
            world.add_task(*host, &format!("hubless {host}.")).unwrap();
        }
        let there = |w: &World| {
            hosts
                .iter()
                .all(|h| w.messages(*h).len() == 3 && w.tasks(*h).len() == 3)
        };
        assert!(world.run_until(3_000, there));
        assert!(
            hosts
                .iter()
                .all(|h| world.hub_state(*h) == Some(HubState::Unreachable))
        );
        world.run_for(600_000);
        assert!(world.all_linked(&hosts));
        settled_as_is(&mut world, 10_000);
    }
}

#[test]
fn an_ice_restart_works_without_the_hub_while_the_channel_does() {
    let (mut world, hosts) = clinic(13, 2);
    world.stop_hub(Stop::Process);
    world.run_for(5_000);
    let before = world.rtc.live(hosts[0]);
    world.done_by(hosts[0], Command::RestartIce(None)).unwrap();
    world.run_for(5_000);
    world.post(hosts[0], "still here").unwrap();
    assert!(world.run_until(2_000, |w| shown(w, &hosts, "still here") == [1, 1]));
    assert_eq!(world.rtc.live(hosts[0]), before, "the same connection");
    settled_as_is(&mut world, 20_000);
}

#[test]
fn a_restarted_hub_is_joined_again_and_lets_people_in() {
    let (mut world, hosts) = clinic(14, 2);
    world.stop_hub(Stop::Process);
    world.run_for(20_000);
    world.start_hub();
    let joined = |w: &World| {
        hosts
            .iter()
            .all(|h| w.hub_state(*h) == Some(HubState::Joined))
    };
    assert!(world.run_until(40_000, joined));
    let late = world.add_person();
    world.post(hosts[0], "before you came").unwrap();
    world.join(late);
    assert!(world.run_until(20_000, |w| shown(w, &[late], "before you came") == [1]));
    settled_as_is(&mut world, 30_000);
}

#[test]
fn five_hundred_messages_cross_from_relay_to_direct_once_and_in_order() {
    for seed in 20..26 {
        let mut world = World::new(Setup::calm(seed));
        world.net.weather.delay = (1, 30);
        let hosts = [world.add_person(), world.add_person()];
        world.join(0);
        world.run_for(1_000);
        world.net.refuse_direct(0, 1, true);
        world.join(1);
        assert!(world.run_until(10_000, |w| w.path(0, 1) == Path::Hub
            && w.path(1, 0) == Path::Hub));
        let mut expected = Vec::new();
        for number in 0..500 {
            if number == 100 {
                world.net.refuse_direct(0, 1, false);
            }
            world.post(0, &format!("number {number}.")).unwrap();
            expected.push(format!("{} number {number}.", corridor_sim::tap::MARKER));
            world.run_for(150);
            let texts = world.texts(1);
            assert!(
                expected.starts_with(&texts),
                "seed {seed}: out of order at {number}"
            );
        }
        assert!(
            world.run_until(5_000, |w| w.texts(1) == expected),
            "seed {seed}"
        );
        assert!(
            world.run_until(70_000, |w| w.all_linked(&hosts)),
            "seed {seed}"
        );
        assert!(world.count.upgrades >= 1);
        assert!(world.rtc.count.packets > 20 && world.hub.tap.relayed > 20);
        settled_as_is(&mut world, 10_000);
    }
}

#[test]
fn a_dropped_link_goes_over_the_relay_and_back_without_loss() {
    let (mut world, hosts) = clinic(30, 2);
    let peer = world.hosts[1].writer;
    for round in 0..6 {
        world
            .done_by(0, Command::Fault(Fault::DropLink(peer)))
            .unwrap();
        for number in 0..10 {
            world.post(0, &format!("a {round} {number}.")).unwrap();
            world.post(1, &format!("b {round} {number}.")).unwrap();
        }
        assert!(
            world.run_until(70_000, |w| w.all_linked(&hosts)),
            "round {round}"
        );
    }
    settled_as_is(&mut world, 10_000);
    assert_eq!(world.messages(0).len(), 120);
}

#[test]
fn what_was_under_way_when_a_link_dropped_arrives_soon() {
    for seed in 32..42 {
        let (mut world, _) = clinic(seed, 2);
        world.net.weather.delay = (20, 60);
        let peer = world.hosts[1].writer;
        for number in 0..30 {
            world.post(0, &format!("{number}.")).unwrap();
        }
        world.run_for(seed);
        world
            .done_by(0, Command::Fault(Fault::DropLink(peer)))
            .unwrap();
        let soon = world.run_until(2_000, |w| w.messages(1).len() == 30);
        assert!(soon, "seed {seed}: {} of 30", world.messages(1).len());
        settled_as_is(&mut world, 70_000);
    }
}

#[test]
fn relay_only_is_obeyed_and_can_be_undone() {
    let (mut world, hosts) = clinic(31, 2);
    world
        .done_by(0, Command::Fault(Fault::RelayOnly(true)))
        .unwrap();
    assert!(world.run_until(5_000, |w| w.path(0, 1) == Path::Hub));
    world.post(0, "by relay").unwrap();
    world.post(1, "back by relay").unwrap();
    assert!(world.run_until(8_000, |w| shown(w, &hosts, "by relay") == [2, 2]));
    world
        .done_by(0, Command::Fault(Fault::RelayOnly(false)))
        .unwrap();
    assert!(world.run_until(90_000, |w| w.all_linked(&hosts)));
    settled(&mut world);
}

/// A STUN server outside answers whether the hub is there or not: it is not asked for a sign of the hub's life.
#[test]
fn only_the_hub_itself_is_looked_for() {
    let mut world = World::new(Setup {
        stun: true,
        ..Setup::calm(24)
    });
    let hosts = [world.add_person(), world.add_person()];
    world.hub.liar = Some(Box::new(|_, mut frame| {
        if let HubFrame::Joined(joined) = &mut frame {
            joined.ice.push("stun:stun.clinic.example:3478".to_owned());
        }
        vec![frame]
    }));
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    let servers = world.node(0).unwrap().inspect().servers;
    assert_eq!(servers.len(), 2, "{servers:?}");
    world.stop_hub(Stop::Process);
    world.run_for(60_000);
    world.start_hub();
    let back = |w: &World| w.hub_state(0) == Some(HubState::Joined);
    assert!(world.run_until(4_000, back), "seen by STUN");
    assert_eq!(world.hub.strays, 0);
}
