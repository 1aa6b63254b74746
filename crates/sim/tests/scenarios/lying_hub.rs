//! A hub that tampers with handshakes is refused on both sides, loudly, and can do no more than cut (R-LINK-8).

use super::shown;
use corridor_core::node::{Path, Tampering};
use corridor_core::wire::hub::{HubFrame, Parcel};
use corridor_sim::hub::Liar;
use corridor_sim::world::{Setup, World};
use std::cell::RefCell;
use std::rc::Rc;

/// People who join by way of such a hub.
fn clinic(seed: u64, people: usize, liar: Liar) -> World {
    let mut world = World::new(Setup::calm(seed));
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    world.hub.liar = Some(liar);
    world.join_all(&hosts);
    world
}

fn tampering(world: &World, host: usize, other: usize) -> Option<Tampering> {
    let (count, last) = world.link(host, other)?.tampered;
    assert_eq!(count > 0, last.is_some());
    last
}

/// The hub cannot read what it carries; changing a fingerprint means changing some of its bytes.
#[test]
fn a_rewritten_fingerprint_is_refused_on_both_sides() {
    let mut flipped = 0;
    let mut world = clinic(
        600,
        2,
        Box::new(move |_, frame| match frame {
            HubFrame::Signal(Parcel { peer, sealed }) => {
                let mut sealed = sealed.to_vec();
                // After the clear header: every byte is tried in turn.
                let at = 24 + flipped % (sealed.len() - 24);
                flipped += 1;
                sealed[at] ^= 1;
                let sealed = sealed.into();
                vec![HubFrame::Signal(Parcel { peer, sealed })]
            }
            other => vec![other],
        }),
    );
    world.run_for(60_000);
    for (host, other) in [(0, 1), (1, 0)] {
        let seen = tampering(&world, host, other);
        // The one who never gets an offer has nothing to answer: what it asks for is refused at the other end.
        assert_eq!(seen, Some(Tampering::Altered), "host {host}");
    }
    assert!(world.rtc.live(0).is_empty(), "no link was made");
    assert_eq!(world.path(0, 1), Path::Hub, "sealed packets still pass");
    world.hub.liar = None;
    assert!(world.run_until(75_000, |w| w.all_linked(&[0, 1])));
    still_of_use(&mut world);
}

#[test]
fn a_step_passed_off_as_another_peers_is_refused() {
    let members: Rc<RefCell<Vec<_>>> = Rc::default();
    let seen = members.clone();
    let mut world = clinic(
        601,
        3,
        Box::new(move |_, frame| match frame {
            HubFrame::Signal(Parcel { peer, sealed }) => {
                let other = seen.borrow().iter().copied().find(|other| *other != peer);
                let peer = other.unwrap_or(peer);
                vec![HubFrame::Signal(Parcel { peer, sealed })]
            }
            other => vec![other],
        }),
    );
    *members.borrow_mut() = world.hosts.iter().map(|host| host.writer).collect();
    world.run_for(30_000);
    let told = (0..3)
        .any(|host| (0..3).any(|other| tampering(&world, host, other) == Some(Tampering::Swapped)));
    assert!(told, "nobody noticed");
    world.hub.liar = None;
    assert!(world.run_until(75_000, |w| w.all_linked(&[0, 1, 2])));
    still_of_use(&mut world);
}

#[test]
fn a_step_delivered_to_somebody_else_is_refused() {
    let kept: Rc<RefCell<Vec<(usize, HubFrame)>>> = Rc::default();
    let keeps = kept.clone();
    let mut world = clinic(
        602,
        3,
        Box::new(move |host, frame| {
            if matches!(frame, HubFrame::Signal(_)) {
                keeps.borrow_mut().push((host, frame.clone()));
            }
            vec![frame]
        }),
    );
    assert!(world.run_until(20_000, |w| w.all_linked(&[0, 1, 2])));
    let links: Vec<_> = (0..3).map(|host| world.rtc.live(host)).collect();
    let (_, stolen) = kept
        .borrow()
        .iter()
        .find(|(host, _)| *host == 1)
        .unwrap()
        .clone();
    let HubFrame::Signal(parcel) = &stolen else {
        panic!("only signals are kept");
    };
    let from = world
        .hosts
        .iter()
        .position(|host| host.writer == parcel.peer)
        .unwrap();
    let wrong = 3 - from - 1;
    inject(&mut world, wrong, &stolen);
    world.run_for(10_000);
    assert_eq!(tampering(&world, wrong, from), Some(Tampering::Swapped));
    assert_eq!(
        links,
        (0..3).map(|host| world.rtc.live(host)).collect::<Vec<_>>()
    );
}

#[test]
fn an_old_offer_that_is_replayed_is_refused_on_both_sides() {
    let kept: Rc<RefCell<Vec<(usize, HubFrame)>>> = Rc::default();
    let keeps = kept.clone();
    let mut world = clinic(
        603,
        2,
        Box::new(move |host, frame| {
            if matches!(frame, HubFrame::Signal(_)) {
                keeps.borrow_mut().push((host, frame.clone()));
            }
            vec![frame]
        }),
    );
    assert!(world.run_until(20_000, |w| w.all_linked(&[0, 1])));
    let links = [world.rtc.live(0), world.rtc.live(1)];
    for (host, frame) in kept.borrow().iter() {
        inject(&mut world, *host, frame);
        world.run_for(100);
    }
    world.run_for(20_000);
    assert_eq!(tampering(&world, 0, 1), Some(Tampering::Replayed));
    assert_eq!(tampering(&world, 1, 0), Some(Tampering::Replayed));
    assert_eq!([world.rtc.live(0), world.rtc.live(1)], links);
    still_of_use(&mut world);
}

/// Steps of the session before a reload are late, not forged: nobody is accused.
#[test]
fn a_reload_accuses_nobody() {
    let (mut world, hosts) = super::clinic(604, 3);
    for host in hosts.clone() {
        world.reload(host);
        world.run_for(700);
    }
    assert!(world.run_until(75_000, |w| w.all_linked(&hosts)));
    for host in &hosts {
        for other in &hosts {
            assert_eq!(tampering(&world, *host, *other), None);
        }
    }
}

/// Whatever the hub did, people reach each other.
fn still_of_use(world: &mut World) {
    let hosts: Vec<usize> = (0..world.hosts.len()).collect();
    for host in &hosts {
        let text = format!("afterwards {host}.");
        world.post(*host, &text).unwrap();
        let everywhere = vec![1; hosts.len()];
        assert!(world.run_until(10_000, |w| shown(w, &hosts, &text) == everywhere));
    }
}

fn inject(world: &mut World, host: usize, frame: &HubFrame) {
    use corridor_core::node::{HubEvent, Input};
    world.inject(host, Input::Hub(HubEvent::Frame(frame.encode())));
}
