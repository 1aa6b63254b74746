//! R-HUB-4: what is on the hub's shelf reaches whoever comes when nobody is there.

use super::{settled_as_is, shown};
use corridor_core::node::{Command, HubState};
use corridor_sim::hub::Stop;
use corridor_sim::net::End;
use corridor_sim::run::world_of;
use corridor_sim::script::{Profile, Script};
use corridor_sim::tap::{MARKER, contains};
use corridor_sim::world::{Setup, World};

fn clinic(seed: u64, people: usize) -> (World, Vec<usize>) {
    let mut world = World::new(Setup {
        shelf: true,
        ..Setup::calm(seed)
    });
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    (world, hosts)
}

/// Everybody closes the tab, and somebody new comes to the empty room.
fn newcomer(world: &mut World) -> usize {
    for host in world.present() {
        world.close(host);
    }
    world.run_for(20_000);
    let late = world.add_person();
    world.join(late);
    late
}

fn seen(world: &World, host: usize) -> (Vec<String>, Vec<String>) {
    let tasks = world.tasks(host).iter().map(|t| format!("{t:?}")).collect();
    let public = world
        .messages(host)
        .into_iter()
        .filter(|m| m.with.is_none());
    let messages = public.map(|m| format!("{} {}", m.id, m.text.expose()));
    (tasks, messages.collect())
}

#[test]
fn a_joiner_alone_in_a_room_gets_the_whole_history() {
    let (mut world, hosts) = clinic(900, 3);
    for number in 0..40 {
        let host = hosts[number % 3];
        world
            .post(host, &format!("before you came {number}."))
            .unwrap();
        world.add_task(host, &format!("task {number}.")).unwrap();
        world.run_for(120);
    }
    settled_as_is(&mut world, 10_000);
    let late = newcomer(&mut world);
    assert!(world.run_until(10_000, |w| w.messages(late).len() == 40
        && w.tasks(late).len() == 40));
    let shelf = world.hub.shelf().unwrap();
    assert!(shelf.len() > 20, "records and labels");
    assert!(
        shelf
            .iter()
            .all(|bytes| !contains(bytes, MARKER.as_bytes()))
    );
}

#[test]
fn the_last_word_before_the_page_closes_is_on_the_shelf() {
    let (mut world, hosts) = clinic(901, 2);
    world.run_for(5_000);
    for number in 0..3 {
        world.post(hosts[0], &format!("word {number}.")).unwrap();
    }
    world.close(hosts[0]);
    world.kill(hosts[1], true);
    let late = newcomer(&mut world);
    assert!(world.run_until(10_000, |w| w.messages(late).len() == 3));
}

#[test]
fn what_the_hub_confirmed_outlives_its_death_and_the_rest_comes_again() {
    for seed in 910..922 {
        let (mut world, hosts) = clinic(seed, 2);
        let how = if seed % 2 == 0 {
            Stop::Process
        } else {
            Stop::Power
        };
        for round in 0..3 {
            for number in 0..5 {
                world
                    .post(hosts[number % 2], &format!("{round} {number}."))
                    .unwrap();
                world.run_for(seed % 7);
            }
            world.stop_hub(how);
            world
                .post(hosts[0], &format!("{round} while it was dead."))
                .unwrap();
            world.run_for(5_000);
            world.start_hub();
            world.run_for(45_000);
        }
        let late = newcomer(&mut world);
        let there = world.run_until(10_000, |w| w.messages(late).len() == 18);
        assert!(there, "seed {seed}: {}", world.messages(late).len());
    }
}

#[test]
fn what_somebody_wrote_out_of_the_hubs_reach_is_stored_by_those_who_hold_it() {
    let (mut world, hosts) = clinic(930, 3);
    world.cut(End::Host(hosts[0]), End::Hub);
    world.run_for(30_000);
    world.post(hosts[0], "out of reach").unwrap();
    assert!(world.run_until(5_000, |w| shown(w, &hosts, "out of reach") == [1, 1, 1]));
    world.kill(hosts[0], true);
    world.run_for(60_000);
    let late = newcomer(&mut world);
    assert!(world.run_until(10_000, |w| shown(w, &[late], "out of reach") == [1]));
}

#[test]
fn nothing_is_stored_twice_and_nothing_at_all_without_operations() {
    let (mut world, hosts) = clinic(931, 4);
    world.run_for(60_000);
    let before = world.hub.shelf().unwrap().len();
    for _ in 0..20 {
        for host in &hosts {
            world.done_by(*host, Command::Typing(true)).unwrap();
        }
        world.run_for(500);
    }
    world.run_for(60_000);
    assert_eq!(world.hub.shelf().unwrap().len(), before, "ephemeral");
    world.post(hosts[2], "once").unwrap();
    world.run_for(90_000);
    // A record and its label, and those of "read", which everybody else writes.
    let grown = world.hub.shelf().unwrap().len() - before;
    assert!((2..=8).contains(&grown), "{grown}");
    world.stop_hub(Stop::Process);
    world.start_hub();
    world.run_for(90_000);
    assert_eq!(world.hub.shelf().unwrap().len(), before + grown);
}

#[test]
fn with_others_there_history_comes_from_them() {
    let (mut world, _) = clinic(932, 2);
    world.post(0, "from a neighbour").unwrap();
    world.run_for(40_000);
    let late = world.add_person();
    world.join(late);
    assert!(world.run_until(3_000, |w| shown(w, &[late], "from a neighbour") == [1]));
    settled_as_is(&mut world, 30_000);
    assert_eq!(world.hub_state(late), Some(HubState::Joined));
}

#[test]
fn whatever_happened_before_a_newcomer_alone_sees_what_the_others_saw() {
    let mut ran = 0;
    for seed in 0..160 {
        let mut world = world_of(seed);
        if world.hub.shelf().is_none() {
            continue;
        }
        let mut script = Script::new(seed, Profile::SHORT);
        script.gather(&mut world);
        script.play(&mut world);
        if world.settle(240_000).is_err() {
            panic!("seed {seed}: {:?}", world.everything_wrong());
        }
        // Whoever is there looks at the shelf every half a minute.
        world.run_for(100_000);
        let before = world.present()[0];
        let expected = seen(&world, before);
        let late = newcomer(&mut world);
        let caught_up = world.run_until(30_000, |w| seen(w, late) == expected);
        assert!(caught_up, "seed {seed}");
        assert_eq!(world.hub.tap.leaks, 0, "seed {seed}");
        ran += 1;
    }
    assert!(ran > 50);
}

/// A member can seal a label that promises what its record does not hold.
#[test]
fn records_that_lie_keep_nothing_from_the_shelf() {
    let (mut world, hosts) = clinic(940, 3);
    for number in 0..12 {
        let host = hosts[number % 3];
        world.post(host, &format!("true {number}.")).unwrap();
        world.run_for(1_500);
    }
    settled_as_is(&mut world, 10_000);
    world.run_for(5_000);
    for host in &hosts {
        world.close(*host);
    }
    world.run_for(20_000);
    world.hub.spoil_shelf();
    world.join_all(&hosts[..2]);
    // Each finds the lies about themselves, and the one with the least id those about who stays away.
    world.run_for(15 * 60_000);
    let late = newcomer(&mut world);
    let there = world.run_until(10_000, |w| w.messages(late).len() == 12);
    assert!(there, "{} of 12", world.messages(late).len());
}

#[test]
fn a_shelf_that_was_looked_into_is_left_alone() {
    let (mut world, hosts) = clinic(941, 2);
    for number in 0..10 {
        world
            .post(hosts[number % 2], &format!("{number}."))
            .unwrap();
        world.run_for(1_500);
    }
    world.run_for(15 * 60_000);
    let before = world.hub.shelf().unwrap();
    world.stop_hub(Stop::Process);
    world.start_hub();
    world.run_for(15 * 60_000);
    assert_eq!(world.hub.shelf().unwrap(), before, "nothing is stored anew");
}
