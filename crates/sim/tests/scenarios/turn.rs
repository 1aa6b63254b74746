//! Credentials of TURN servers end; whoever is in the room has some that hold (R-LINK-5).

use corridor_core::limits;
use corridor_core::node::Command;
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};

const HOUR: u64 = 3_600_000;

/// Two people who are linked, and a hub that tells of a TURN server.
fn clinic(seed: u64) -> World {
    let mut world = World::new(Setup {
        turn: true,
        ..Setup::calm(seed)
    });
    let hosts = [world.add_person(), world.add_person()];
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    world
}

/// The second at which the credentials end that a host gathered candidates with last.
fn ends(world: &World, host: usize) -> u64 {
    let users = &world.rtc.gathered_with[&host];
    assert_eq!(users.len(), 1, "one TURN server");
    users[0].parse().unwrap()
}

/// Restarts ICE; both ends gather with credentials that end later than `begun` and the time since then.
fn restart_with_fresh_ones(world: &mut World, begun: u64) {
    world.done_by(0, Command::RestartIce(None)).unwrap();
    assert!(world.run_until(10_000, |w| w.link(0, 1).unwrap().restarts > 0));
    world.run_for(5_000);
    for host in [0, 1] {
        let now = begun + world.now / 1_000;
        let left = ends(world, host).saturating_sub(now);
        assert!(
            left > limits::HUB_TURN_TTL.as_secs() / 5,
            "{left} s are left"
        );
    }
    assert!(world.all_linked(&[0, 1]));
    assert_eq!(world.link(0, 1).unwrap().attempts, 1, "the same connection");
}

#[test]
fn a_tab_that_is_open_for_a_day_restarts_with_credentials_that_hold() {
    for hours in [11, 13, 30] {
        let mut world = clinic(800);
        let begun = ends(&world, 0) - limits::HUB_TURN_TTL.as_secs();
        world.run_for(hours * HOUR);
        restart_with_fresh_ones(&mut world, begun);
    }
}

#[test]
fn a_hub_that_was_away_when_they_ended_gives_new_ones_when_it_is_back() {
    let mut world = clinic(801);
    let begun = ends(&world, 0) - limits::HUB_TURN_TTL.as_secs();
    world.stop_hub(Stop::Process);
    world.run_for(14 * HOUR);
    world.start_hub();
    world.run_for(60_000);
    restart_with_fresh_ones(&mut world, begun);
}
