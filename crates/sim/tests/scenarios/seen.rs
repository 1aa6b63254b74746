//! `.local` names that do not resolve, and no STUN: the addresses that the hub sees are the second line (rule H-SEEN).

use super::{settled_as_is, shown};
use corridor_core::node::Path;
use corridor_core::wire::hub::{HubFrame, Sighting};
use corridor_sim::world::{Setup, World};
use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;

/// `people` whose browsers resolve nobody's name; nobody has joined. `lan`: the hub is in their network.
fn nameless(seed: u64, people: usize, lan: bool) -> (World, Vec<usize>) {
    let mut world = World::new(Setup {
        lan,
        ..Setup::calm(seed)
    });
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    block_names(&mut world);
    (world, hosts)
}

fn block_names(world: &mut World) {
    for one in 0..world.hosts.len() {
        for other in 0..one {
            world.net.block_mdns(one, other, true);
        }
    }
}

/// Where `host` was told that `other` is.
fn told(world: &World, host: usize, other: usize) -> Option<IpAddr> {
    let peer = world.hosts[other].writer;
    let inspected = world.node(host).unwrap().inspect();
    let link = inspected.links.iter().find(|row| row.link.peer == peer);
    link.and_then(|row| row.seen_at)
}

fn at(address: &str) -> IpAddr {
    address.parse().unwrap()
}

#[test]
fn people_in_the_hubs_network_link_directly_without_mdns_and_stun() {
    for seed in 700..710 {
        let (mut world, hosts) = nameless(seed, 3, true);
        world.join_all(&hosts);
        assert!(
            world.run_until(10_000, |w| w.all_linked(&hosts)),
            "seed {seed}"
        );
        world.post(0, "directly").unwrap();
        assert!(world.run_until(2_000, |w| shown(w, &hosts, "directly") == [1; 3]));
        settled_as_is(&mut world, 10_000);
        for host in &hosts {
            assert_eq!(world.rtc.live(*host).len(), 2, "seed {seed}");
        }
    }
}

#[test]
fn people_whom_the_hub_sees_outside_stay_with_the_relay() {
    let (mut world, hosts) = nameless(711, 2, false);
    world.join_all(&hosts);
    world.run_for(60_000);
    assert_eq!(told(&world, 0, 1), None);
    assert_eq!(world.path(0, 1), Path::Hub);
    assert_eq!(world.rtc.count.bytes, 0);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_new_address_is_told_and_the_link_comes_back() {
    for seed in 712..720 {
        let (mut world, hosts) = nameless(seed, 2, true);
        world.join_all(&hosts);
        assert!(world.run_until(10_000, |w| w.all_linked(&hosts)));
        let before = told(&world, 0, 1);
        world.readdress(1);
        let again =
            |w: &World| told(w, 0, 1).is_some_and(|at| Some(at) != before) && w.linked(0, 1);
        assert!(world.run_until(60_000, again), "seed {seed}");
        settled_as_is(&mut world, 10_000);
    }
}

#[test]
fn tabs_of_one_machine_share_an_address_and_are_told_of_it() {
    let (mut world, _) = nameless(720, 2, true);
    let tab = world.add_tab(0).unwrap();
    block_names(&mut world);
    let hosts = [0, 1, tab];
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    assert_eq!(told(&world, 1, 0), told(&world, 1, tab));
    settled_as_is(&mut world, 10_000);
}

#[test]
fn devices_behind_one_nat_are_not_told_and_not_told_of() {
    let (mut world, hosts) = nameless(721, 3, false);
    let nat = at("192.168.1.1");
    world.net.place(0, at("10.0.0.5"), nat);
    world.net.place(1, at("10.0.0.6"), nat);
    let outside = at("192.168.1.9");
    world.net.place(2, outside, outside);
    world.join_all(&hosts);
    world.run_for(30_000);
    // Whoever was there alone may have been told of; of two behind it the hub knows better.
    assert_eq!((told(&world, 0, 1), told(&world, 1, 0)), (None, None));
    assert_eq!(told(&world, 0, 2), Some(outside), "they can reach out");
    assert_eq!(world.path(0, 1), Path::Hub);
    settled_as_is(&mut world, 10_000);
}

/// One device alone behind a NAT inside of the hub's network looks like any other: the address told is wrong, and does
/// no harm.
#[test]
fn a_wrong_address_is_only_added() {
    for seed in 722..730 {
        let mut world = World::new(Setup {
            stun: true,
            lan: true,
            ..Setup::calm(seed)
        });
        let hosts = [world.add_person(), world.add_person()];
        world.net.place(1, at("10.0.0.5"), at("192.168.7.200"));
        world.join_all(&hosts);
        let linked = world.run_until(3_000, |w| w.all_linked(&hosts));
        assert_eq!(told(&world, 0, 1), Some(at("192.168.7.200")));
        assert!(linked, "seed {seed}");
        assert_eq!(
            world.link(0, 1).unwrap().attempts,
            1,
            "seed {seed}: at first go"
        );
        settled_as_is(&mut world, 10_000);
    }
}

#[test]
fn a_hub_that_lies_about_addresses_is_not_believed_beyond_the_local_network_and_breaks_nothing() {
    let lies: [(&str, bool); 4] = [
        ("203.0.113.9", false),
        ("127.0.0.1", false),
        ("2001:db8::9", false),
        ("10.99.99.99", true),
    ];
    for (seed, (lie, believed)) in (730..).zip(lies) {
        let mut world = World::new(Setup::calm(seed));
        let hosts = [world.add_person(), world.add_person()];
        let peers: Rc<RefCell<Vec<_>>> = Rc::default();
        let known = peers.clone();
        world.hub.liar = Some(Box::new(move |_, frame| {
            let peers = known.borrow();
            let lies = peers.iter().map(|peer| Sighting {
                peer: *peer,
                at: at(lie),
            });
            match frame {
                HubFrame::Joined(_) | HubFrame::Arrived(_) => {
                    vec![frame, HubFrame::Seen(lies.collect())]
                }
                other => vec![other],
            }
        }));
        *peers.borrow_mut() = world.hosts.iter().map(|host| host.writer).collect();
        world.join_all(&hosts);
        assert!(world.run_until(5_000, |w| w.all_linked(&hosts)), "{lie}");
        let expected = believed.then(|| at(lie));
        assert_eq!(told(&world, 0, 1), expected, "{lie}");
        settled_as_is(&mut world, 10_000);
    }
}
