//! Several hubs behind one address: people do not notice.

use super::{settled_as_is, shown};
use corridor_core::broker::LinkCounts;
use corridor_core::node::{HubState, Path};
use corridor_core::wire::hub::HubFrame;
use corridor_sim::world::{Setup, World};
use std::cell::Cell;
use std::rc::Rc;

/// So many people over three hubs, who must all talk through them.
fn relayed(seed: u64, people: usize) -> (World, Vec<usize>) {
    let setup = Setup {
        hubs: 3,
        ..Setup::calm(seed)
    };
    let mut world = World::new(setup);
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    for a in &hosts {
        for b in hosts.iter().filter(|b| *b > a) {
            world.net.refuse_direct(*a, *b, true);
        }
    }
    world.join_all(&hosts);
    assert!(
        world.run_until(20_000, |w| through_hubs(w, &hosts)),
        "seed {seed}: {:?}",
        world.everything_wrong()
    );
    (world, hosts)
}

fn through_hubs(world: &World, hosts: &[usize]) -> bool {
    let mut pairs = hosts
        .iter()
        .flat_map(|a| hosts.iter().filter(move |b| *b != a).map(|b| (*a, *b)));
    pairs.all(|(a, b)| world.path(a, b) == Path::Hub)
}

/// Members, links through the hubs, and hubs, as the page of one hub says.
fn page(world: &World, site: usize) -> Option<(usize, usize, usize)> {
    let totals = world.hub.mesh_status_of(world.now, site)?.totals;
    Some((totals.members, totals.links.hub, totals.hubs))
}

#[test]
fn a_room_over_three_hubs_is_one_room() {
    let (mut world, hosts) = relayed(600, 6);
    for host in &hosts {
        assert_eq!(world.hub.site_of(*host), Some(host % 3));
        world.post(*host, &format!("from {host}.")).unwrap();
    }
    let everywhere = |w: &World| hosts.iter().all(|host| w.messages(*host).len() == 6);
    assert!(world.run_until(3_000, everywhere));
    assert!(world.run_until(5_000, |w| {
        (0..3).all(|site| page(w, site) == Some((6, 15, 3)))
    }));
    assert!(world.hub.crossings() > 100);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn negotiation_crosses_hubs() {
    let setup = Setup {
        hubs: 2,
        ..Setup::calm(601)
    };
    let mut world = World::new(setup);
    let hosts: Vec<usize> = (0..4).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    let six = LinkCounts {
        direct: 6,
        ..LinkCounts::default()
    };
    let pages = |w: &World| {
        (0..2).all(|site| {
            let status = w.hub.mesh_status_of(w.now, site).unwrap();
            (status.totals.links, status.totals.disagreeing) == (six, 0)
        })
    };
    assert!(world.run_until(3_000, pages));
    world.close(3);
    assert!(world.run_until(3_000, |w| {
        (0..2).all(|site| {
            w.hub
                .mesh_status_of(w.now, site)
                .unwrap()
                .totals
                .links
                .direct
                == 3
        })
    }));
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_killed_hub_loses_nothing_and_its_people_come_elsewhere() {
    for seed in 610..616 {
        let (mut world, hosts) = relayed(seed, 6);
        for round in 0..3 {
            for host in &hosts {
                world.post(*host, &format!("{round} from {host}.")).unwrap();
            }
            world.stop_site(round);
            for host in &hosts {
                world
                    .post(*host, &format!("{round} again {host}."))
                    .unwrap();
            }
            let expected = 12 * (round + 1);
            let everywhere =
                |w: &World| hosts.iter().all(|host| w.messages(*host).len() == expected);
            assert!(world.run_until(12_000, everywhere), "seed {seed}");
            world.run_for(12_000);
            world.start_site(round);
            let pages = |w: &World| (0..3).all(|site| page(w, site) == Some((6, 15, 3)));
            assert!(
                world.run_until(15_000, pages),
                "seed {seed}: {:?}",
                (0..3).map(|site| page(&world, site)).collect::<Vec<_>>()
            );
        }
        settled_as_is(&mut world, 20_000);
    }
}

#[test]
fn r_link_9_whoever_dies_with_a_hub_is_gone_within_12_s() {
    let (mut world, hosts) = relayed(620, 3);
    world.stop_site(1);
    world.kill(hosts[1], true);
    let gone = |w: &World| [0, 2].iter().all(|site| page(w, *site) == Some((2, 1, 2)));
    assert!(world.run_until(12_000, gone));
    settled_as_is(&mut world, 10_000);
}

#[test]
fn loss_between_hubs_costs_time_and_nothing_else() {
    for seed in 630..636 {
        let (mut world, hosts) = relayed(seed, 5);
        world.hub.lose_between(200);
        for round in 0..5 {
            for host in &hosts {
                world.post(*host, &format!("{round} from {host}.")).unwrap();
            }
            world.reload(round);
            world.run_for(3_000);
        }
        world.hub.join_sites();
        let everywhere = |w: &World| hosts.iter().all(|h| w.messages(*h).len() == 25);
        assert!(world.run_until(20_000, everywhere), "seed {seed}");
        let pages = |w: &World| (0..3).all(|site| page(w, site) == Some((5, 10, 3)));
        assert!(world.run_until(10_000, pages), "seed {seed}");
        settled_as_is(&mut world, 20_000);
    }
}

#[test]
fn hubs_that_lost_sight_of_each_other_find_together_again() {
    let (mut world, hosts) = relayed(640, 6);
    world.hub.set_apart(0);
    assert!(
        world.run_until(12_000, |w| page(w, 0).is_some_and(|page| page.0 == 2)
            && page(w, 1).is_some_and(|page| page.0 == 4))
    );
    world.post(hosts[0], "out of sight").unwrap();
    world.run_for(5_000);
    world.hub.join_sites();
    assert!(world.run_until(10_000, |w| shown(w, &hosts, "out of sight") == [1; 6]));
    assert!(world.run_until(5_000, |w| through_hubs(w, &hosts)));
    let joined = |h: &usize| world.hub_state(*h) == Some(HubState::Joined);
    assert!(hosts.iter().all(joined));
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_room_made_at_one_hub_outlives_it() {
    let (mut world, hosts) = relayed(650, 2);
    // The hub that handed out the room, where nobody of those who come later is.
    world.stop_site(0);
    world.run_for(15_000);
    let late = world.add_person();
    world.join(late);
    world.post(hosts[1], "welcome").unwrap();
    assert!(world.run_until(20_000, |w| shown(w, &[late], "welcome") == [1]));
    settled_as_is(&mut world, 30_000);
}

/// So many people over three hubs that share a shelf.
fn shelved(seed: u64, people: usize) -> (World, Vec<usize>) {
    let setup = Setup {
        hubs: 3,
        shelf: true,
        ..Setup::calm(seed)
    };
    let mut world = World::new(setup);
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    (world, hosts)
}

/// R-HUB-4 over several hubs: whatever a hub confirmed is there for whoever comes to another one later, alone, although that
/// hub and whoever wrote it die at the moment of the confirmation.
#[test]
fn a_hub_killed_right_after_confirming_loses_nothing() {
    for seed in 660..672 {
        let (mut world, hosts) = shelved(seed, 3);
        let stored = Rc::new(Cell::new(0));
        let count = Rc::clone(&stored);
        world.hub.liar = Some(Box::new(move |_, frame| {
            count.set(count.get() + usize::from(matches!(frame, HubFrame::ShelfStored(_))));
            vec![frame]
        }));
        for (round, host) in hosts.iter().copied().enumerate() {
            world.join(host);
            let before = |w: &World| w.messages(host).len() == round;
            assert!(world.run_until(45_000, before), "seed {seed}");
            world.run_for(10_000);
            let confirmed = stored.get();
            world.post(host, &format!("round {round}.")).unwrap();
            let deadline = world.now + 10_000;
            while stored.get() == confirmed {
                assert!(world.now < deadline, "seed {seed}: never confirmed");
                world.run_for(1);
            }
            let site = world.hub.site_of(host).unwrap();
            world.stop_site(site);
            world.kill(host, true);
            world.run_for(20_000);
            world.start_site(site);
        }
        let late = world.add_person();
        world.join(late);
        let there = world.run_until(45_000, |w| w.messages(late).len() == 3);
        assert!(there, "seed {seed}: {} of 3", world.messages(late).len());
    }
}

/// People who are never there together hand on by the shelf alone, each time by another hub, while the hub of the one
/// before dies as soon as it may.
#[test]
fn whoever_moves_between_hubs_misses_nothing_on_their_shelf() {
    for seed in 680..688 {
        let (mut world, hosts) = shelved(seed, 3);
        for round in 0..9 {
            let host = hosts[round % 3];
            world.join(host);
            let all = |w: &World| w.messages(host).len() == round;
            assert!(
                world.run_until(45_000, all),
                "seed {seed}, round {round}: {}",
                world.messages(host).len()
            );
            world.post(host, &format!("round {round}.")).unwrap();
            let before = world.hub.shelf().map_or(0, |shelf| shelf.len());
            assert!(world.run_until(10_000, |w| {
                w.hub.shelf().is_some_and(|shelf| shelf.len() > before)
            }));
            world.run_for(100);
            let site = world.hub.site_of(host).unwrap();
            world.stop_site(site);
            world.close(host);
            world.run_for(1_000);
            world.start_site(site);
            world.run_for(14_000);
        }
    }
}

/// People whose hubs have lost sight of each other, and who cannot reach each other directly, have the shelf only. Each hub
/// hears late, and at another time, what the others stored.
#[test]
fn listing_while_other_hubs_store_misses_nothing() {
    for seed in 690..694 {
        let (mut world, hosts) = shelved(seed, 3);
        for (at, a) in hosts.iter().enumerate() {
            for b in &hosts[at + 1..] {
                world.net.refuse_direct(*a, *b, true);
            }
        }
        world.join_all(&hosts);
        assert!(world.run_until(20_000, |w| through_hubs(w, &hosts)));
        world.hub.set_apart(0);
        world.hub.set_apart(1);
        world.run_for(15_000);
        for number in 0..150 {
            for host in &hosts {
                world
                    .post(*host, &format!("{number} from {host}."))
                    .unwrap();
            }
            world.run_for(600);
        }
        world.run_for(100_000);
        for host in &hosts {
            let there = world.messages(*host).len();
            assert_eq!(there, 450, "seed {seed}, host {host}");
        }
    }
}
