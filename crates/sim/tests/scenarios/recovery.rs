//! How long people hear nothing when something breaks, and after it heals: the rows of the lab, by seed.

use super::settled_as_is;
use corridor_core::node::{Lifecycle, Path};
use corridor_sim::net::End;
use corridor_sim::world::{Setup, World};

/// The goal for the first message after healing, in milliseconds.
const HEALED: u64 = 2_000;
/// The goal for the first message when a direct link dies and the hub is there.
const REROUTED: u64 = 1_500;
/// Everybody says something this often.
const EVERY: u64 = 250;
const SEEDS: core::ops::Range<u64> = 0..12;

/// Two people who are linked, and a hub that answers STUN, as real ones do.
fn clinic(seed: u64) -> World {
    let mut world = World::new(Setup {
        stun: true,
        ..Setup::calm(seed)
    });
    let hosts = [world.add_person(), world.add_person()];
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    world
}

/// Both talk for `span`. Answers the longest silence that either heard.
fn talk(world: &mut World, label: &str, span: u64) -> u64 {
    let mut heard = [(world.texts(0).len(), world.now); 2];
    heard[1].0 = world.texts(1).len();
    let (mut longest, end) = (0, world.now + span);
    let mut count = 0;
    while world.now < end {
        if world.now % EVERY < 50 {
            for host in 0..2 {
                count += 1;
                world
                    .post(host, &format!("{label} {host}-{count}."))
                    .unwrap();
            }
        }
        world.run_for(50);
        for (host, (seen, at)) in heard.iter_mut().enumerate() {
            let theirs = world
                .messages(host)
                .iter()
                .filter(|message| message.id.writer != world.hosts[host].writer)
                .count();
            if theirs != *seen {
                (*seen, *at) = (theirs, world.now);
            }
            longest = longest.max(world.now - *at);
        }
    }
    longest
}

fn nothing_lost(world: &mut World) {
    assert!(world.run_until(10_000, |w| w.messages(0).len() == w.messages(1).len()));
    assert!(world.run_until(75_000, |w| w.all_linked(&[0, 1])));
    settled_as_is(world, 20_000);
}

#[test]
fn the_relay_steps_in_within_a_second_and_a_half_when_the_direct_link_dies() {
    for seed in SEEDS {
        let mut world = clinic(500 + seed);
        talk(&mut world, "before", 2_000 + seed * 111);
        world.cut(End::Host(0), End::Host(1));
        let silence = talk(&mut world, "cut", 12_000);
        assert!(silence < REROUTED, "seed {seed}: {silence} ms");
        assert_eq!(world.path(0, 1), Path::Hub);
        world.heal();
        let silence = talk(&mut world, "healed", 12_000);
        assert!(silence < REROUTED, "seed {seed}, healed: {silence} ms");
        nothing_lost(&mut world);
    }
}

#[test]
fn a_cut_from_everybody_is_over_two_seconds_after_it_heals() {
    for (seed, seconds) in SEEDS.zip([5, 20, 45, 120].into_iter().cycle()) {
        let mut world = clinic(520 + seed);
        talk(&mut world, "before", 2_000 + seed * 111);
        world.isolate(0);
        talk(&mut world, "cut", seconds * 1_000);
        world.heal();
        let silence = talk(&mut world, "healed", 12_000);
        assert!(silence < HEALED, "seed {seed}, {seconds} s: {silence} ms");
        nothing_lost(&mut world);
    }
}

#[test]
fn a_new_address_is_over_in_two_seconds() {
    for seed in SEEDS {
        let mut world = clinic(540 + seed);
        talk(&mut world, "before", 2_000 + seed * 111);
        world.readdress(0);
        let silence = talk(&mut world, "moved", 12_000);
        assert!(silence < HEALED, "seed {seed}: {silence} ms");
        nothing_lost(&mut world);
    }
}

#[test]
fn a_link_that_comes_back_with_a_new_address_is_over_in_a_second() {
    for seed in SEEDS {
        let mut world = clinic(560 + seed);
        talk(&mut world, "before", 2_000 + seed * 111);
        world.isolate(0);
        world.lifecycle(0, Lifecycle::Offline);
        talk(&mut world, "down", 3_000);
        world.readdress(0);
        world.heal();
        world.lifecycle(0, Lifecycle::Online);
        let silence = talk(&mut world, "up", 12_000);
        assert!(silence < 1_000, "seed {seed}: {silence} ms");
        nothing_lost(&mut world);
    }
}

/// The system says "online" before packets flow: the first tries meet silence.
#[test]
fn a_tablet_that_wakes_before_its_network_is_there_is_back_soon_after() {
    for seed in SEEDS {
        let mut world = clinic(580 + seed);
        world.sleep(0);
        world.run_for(3_600_000);
        world.isolate(0);
        world.wake(0);
        world.lifecycle(0, Lifecycle::Online);
        world.run_for(4_000 + seed * 333);
        world.readdress(0);
        world.heal();
        let silence = talk(&mut world, "awake", 12_000);
        assert!(silence < HEALED, "seed {seed}: {silence} ms");
        nothing_lost(&mut world);
    }
}
