//! Everybody dials, restarts or comes back at the same moment: one open channel per pair, and no storm.

use corridor_core::node::{Command, HubState, Lifecycle};
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};
use std::collections::VecDeque;

const PEOPLE: usize = 5;

/// Exactly one connection per pair, and its channel is open.
fn one_channel_per_pair(world: &World, hosts: &[usize], what: &str) {
    for host in hosts {
        let mut others: Vec<usize> = world.rtc.live(*host).iter().map(|(_, o)| *o).collect();
        others.sort_unstable();
        let expected: Vec<usize> = hosts.iter().copied().filter(|h| h != host).collect();
        assert_eq!(others, expected, "{what}, host {host}");
    }
}

/// Joins and returns at the same moment, as after a power cut in the clinic; one device's clock is 10 minutes ahead.
#[test]
fn two_hundred_rounds_of_simultaneous_joins_make_one_channel_per_pair() {
    for round in 0..200_u64 {
        let mut world = World::new(Setup::calm(7_000 + round));
        world.net.weather.delay = (1, 1 + round % 80);
        let hosts: Vec<usize> = (0..PEOPLE).map(|_| world.add_person()).collect();
        world.hosts[(round % PEOPLE as u64) as usize].skew = 600_000;
        world.join_all(&hosts);
        let linked = world.run_until(20_000, |w| w.all_linked(&hosts));
        assert!(linked, "round {round}: {:?}", world.everything_wrong());
        world.run_for(3_000);
        one_channel_per_pair(&world, &hosts, &format!("round {round}"));
        if round % 4 == 0 {
            for host in &hosts {
                world.reload(*host);
            }
            let linked = world.run_until(30_000, |w| w.all_linked(&hosts));
            assert!(
                linked,
                "round {round}, back: {:?}",
                world.everything_wrong()
            );
            world.run_for(3_000);
            one_channel_per_pair(&world, &hosts, &format!("round {round}, back"));
        }
    }
}

/// The most handshake steps in any second, and the most offers open at once, until `span` is over.
fn busiest(world: &mut World, span: u64) -> (u64, usize) {
    let (mut steps, mut most, mut open) = (VecDeque::from([world.hub.tap.signals]), 0, 0);
    for _ in 0..span / 10 {
        world.run_for(10);
        open = open.max(world.rtc.negotiating());
        steps.push_back(world.hub.tap.signals);
        if steps.len() > 100 {
            let before = steps.pop_front().unwrap();
            most = most.max(world.hub.tap.signals - before);
        }
    }
    (most, open)
}

/// Twelve tabs, 66 links: each restarts once, whoever asked for it, and not all at once.
#[test]
fn twelve_tabs_that_restart_everything_at_once_make_no_storm() {
    let (mut world, hosts) = super::clinic(7_300, 12);
    let links: Vec<_> = hosts.iter().map(|host| world.rtc.live(*host)).collect();
    let before = world.hub.tap.signals;
    for host in &hosts {
        world.ask(*host, Command::RestartIce(None)).unwrap();
    }
    let (steps, open) = busiest(&mut world, 15_000);
    println!("at most {steps} steps in a second and {open} offers open at once");
    assert!(open <= 24, "{open} offers open at once");
    assert!(steps <= 300, "{steps} steps in a second");
    let signals = world.hub.tap.signals - before;
    // Per link: a request, an offer, an answer, and a few candidates from both ends.
    assert!((66 * 3..66 * 12).contains(&signals), "{signals} steps");
    for host in &hosts {
        for other in hosts.iter().filter(|other| *other != host) {
            let restarts = world.link(*host, *other).unwrap().restarts;
            assert!((1..=2).contains(&restarts), "{restarts} restarts");
        }
    }
    assert_eq!(
        links,
        hosts.iter().map(|h| world.rtc.live(*h)).collect::<Vec<_>>()
    );
    assert!(world.all_linked(&hosts));
}

/// The hub's return is no reason to touch links that work: everybody joins again, and that is all.
#[test]
fn twelve_tabs_whose_hub_is_back_join_again_and_negotiate_nothing() {
    let (mut world, hosts) = super::clinic(7_302, 12);
    let signals = world.hub.tap.signals;
    world.stop_hub(Stop::Process);
    world.run_for(120_000);
    let frames = world.hub.tap.frames;
    world.start_hub();
    let joined = |w: &World, host| w.hub_state(host) == Some(HubState::Joined);
    assert!(world.run_until(20_000, |w| hosts.iter().all(|host| joined(w, *host))));
    world.run_for(3_000);
    // A challenge, a join and its answer each, and at most the arrival of everybody else; pings and answers besides.
    let frames = world.hub.tap.frames - frames;
    assert!(frames < 12 * (3 + 11 + 20), "{frames} frames");
    assert_eq!(
        world.hub.tap.signals, signals,
        "links that work are left alone"
    );
    one_channel_per_pair(&world, &hosts, "the hub is back");
}

/// The access point restarts: all tablets are online again in the same moment.
#[test]
fn twelve_tabs_that_are_online_again_at_once_make_no_storm() {
    let (mut world, hosts) = super::clinic(7_301, 12);
    let (frames, signals) = (world.hub.tap.frames, world.hub.tap.signals);
    for host in &hosts {
        world.lifecycle(*host, Lifecycle::Offline);
        world.lifecycle(*host, Lifecycle::Online);
    }
    assert!(world.run_until(5_000, |w| w.all_linked(&hosts)));
    world.run_for(10_000);
    let signals = world.hub.tap.signals - signals;
    assert!(signals < 66 * 24, "{signals} steps");
    // Joining, arrivals of the others, pings and their answers besides.
    let frames = world.hub.tap.frames - frames;
    assert!(frames < 12 * 12 * 60, "{frames} frames");
    one_channel_per_pair(&world, &hosts, "online again");
}
