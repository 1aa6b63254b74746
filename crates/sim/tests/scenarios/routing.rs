//! Ways through other peers (R-LINK-4, R-LINK-6).

use super::{clinic, settled_as_is, shown};
use corridor_core::node::{Delivery, Path};
use corridor_sim::hub::Stop;
use corridor_sim::net::End;
use corridor_sim::world::{Setup, World};

/// People in a line: each links with the next only, and the hub is dead.
fn line(seed: u64, people: usize) -> (World, Vec<usize>) {
    let mut world = World::new(Setup::calm(seed));
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    for a in 0..people {
        for b in a + 2..people {
            world.net.refuse_direct(a, b, true);
        }
    }
    world.join_all(&hosts);
    let linked = world.run_until(30_000, |w| (1..people).all(|b| w.linked(b - 1, b)));
    assert!(linked, "{:?}", world.everything_wrong());
    world.stop_hub(Stop::Process);
    (world, hosts)
}

fn delivered(world: &World, from: usize, to: usize, end: &str) -> bool {
    let reader = world.hosts[to].writer;
    let messages = world.messages(from);
    let message = messages.iter().find(|m| m.text.expose().ends_with(end));
    message.is_some_and(|m| m.delivery.contains(&(reader, Delivery::Delivered)))
}

#[test]
fn the_ends_of_a_line_reach_each_other_through_the_middle_without_a_hub() {
    let (mut world, hosts) = line(300, 3);
    let through = |w: &World| w.path(0, 2) == Path::Peer && w.path(2, 0) == Path::Peer;
    assert!(world.run_until(30_000, through));
    let middle = world.hosts[1].writer;
    assert_eq!(world.link(0, 2).unwrap().route, [middle]);
    world.post(0, "from the left").unwrap();
    world.post(2, "from the right").unwrap();
    assert!(world.run_until(3_000, |w| {
        delivered(w, 0, 2, "from the left") && delivered(w, 2, 0, "from the right")
    }));
    assert_eq!(shown(&world, &hosts, "from the left"), [1, 1, 1]);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_packet_goes_through_three_peers_and_not_through_four() {
    let (mut world, _) = line(301, 6);
    let far = |w: &World| w.path(0, 4) == Path::Peer && w.path(4, 0) == Path::Peer;
    assert!(world.run_until(40_000, far));
    assert_eq!(world.link(0, 4).unwrap().route.len(), 3);
    world.run_for(10_000);
    assert_eq!(world.path(0, 5), Path::None);
    // No way for packets, and still everything arrives: from hand to hand.
    world.post(0, "all along the line").unwrap();
    assert!(world.run_until(10_000, |w| shown(w, &[5], "all along the line") == [1]));
    assert!(world.run_until(3_000, |w| delivered(w, 0, 4, "all along the line")));
}

#[test]
fn another_way_is_taken_when_the_peer_between_goes() {
    let mut world = World::new(Setup::calm(302));
    let hosts: Vec<usize> = (0..4).map(|_| world.add_person()).collect();
    world.net.refuse_direct(0, 3, true);
    world.join_all(&hosts);
    let pairs = [(0, 1), (0, 2), (1, 3), (2, 3), (1, 2)];
    assert!(world.run_until(30_000, |w| pairs.iter().all(|(a, b)| w.linked(*a, *b))));
    world.stop_hub(Stop::Process);
    assert!(world.run_until(30_000, |w| w.path(0, 3) == Path::Peer));
    let between = world.link(0, 3).unwrap().route[0];
    let at = world
        .hosts
        .iter()
        .position(|h| h.writer == between)
        .unwrap();
    world.kill(at, true);
    let around = |w: &World| {
        w.link(0, 3)
            .is_some_and(|l| l.path == Path::Peer && l.route != [between])
    };
    assert!(world.run_until(8_000, around));
    world.post(0, "the other way").unwrap();
    assert!(world.run_until(3_000, |w| delivered(w, 0, 3, "the other way")));
}

#[test]
fn strangers_link_directly_through_somebody_both_know_when_the_hub_is_dead() {
    let mut world = World::new(Setup::calm(303));
    let hosts: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    // The first two meet; then the third comes while the first is away and never hears of it from the hub.
    world.join_all(&[0, 1]);
    assert!(world.run_until(20_000, |w| w.linked(0, 1)));
    world.cut(End::Host(0), End::Hub);
    world.run_for(30_000);
    world.cut(End::Host(0), End::Host(2));
    world.join(2);
    assert!(world.run_until(20_000, |w| w.linked(1, 2)));
    world.stop_hub(Stop::Process);
    assert!(world.run_until(30_000, |w| w.path(0, 2) == Path::Peer));
    world.heal();
    assert!(world.run_until(120_000, |w| w.all_linked(&hosts)));
    world.post(2, "we have not met").unwrap();
    assert!(world.run_until(3_000, |w| delivered(w, 2, 0, "we have not met")));
    settled_as_is(&mut world, 10_000);
}

#[test]
fn the_direct_way_is_taken_again_as_soon_as_it_works() {
    let (mut world, hosts) = clinic(304, 3);
    world.stop_hub(Stop::Process);
    world.cut(End::Host(0), End::Host(2));
    assert!(world.run_until(20_000, |w| w.path(0, 2) == Path::Peer));
    world.post(0, "around").unwrap();
    assert!(world.run_until(3_000, |w| delivered(w, 0, 2, "around")));
    world.heal();
    assert!(world.run_until(90_000, |w| w.all_linked(&hosts)));
    settled_as_is(&mut world, 10_000);
}
