//! Bytes that no honest peer sends (law L5): they change nothing, and nobody else is touched.

use super::{settled_as_is, shown};
use corridor_core::clock::Stamp;
use corridor_core::limits;
use corridor_core::model::{Body, Op, Post};
use corridor_core::node::{HubEvent, Input, RtcEvent};
use corridor_core::wire::peer::PeerFrame;
use corridor_core::wire::run::{Item, Run};
use corridor_sim::dice::Dice;
use corridor_sim::world::{Setup, World};
use std::collections::VecDeque;

/// Hands `bytes` to host 0 as if host 1 had sent them directly.
fn inject(world: &mut World, bytes: Vec<u8>) -> bool {
    let conn = world
        .rtc
        .live(0)
        .iter()
        .find(|(_, other)| *other == 1)
        .map(|(id, _)| id.conn);
    if let Some(conn) = conn {
        world.inject(0, Input::Rtc(conn, RtcEvent::Packet(bytes)));
    }
    conn.is_some()
}

type Content = (Vec<corridor_core::node::TaskView>, Vec<String>);

/// A clinic of three with some content, and the content.
fn busy_clinic(seed: u64) -> (World, Content) {
    let mut world = World::new(Setup::calm(seed));
    world.hub.tap.kept = Some(VecDeque::new());
    world.record_packets();
    let hosts: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    for number in 0..6 {
        world.post(number % 3, &format!("note {number}.")).unwrap();
        world
            .add_task(number % 3, &format!("task {number}."))
            .unwrap();
    }
    settled_as_is(&mut world, 10_000);
    let content = (world.tasks(0), world.texts(0));
    (world, content)
}

/// Nothing changed, the third person noticed nothing, and the attacked link works again.
fn unharmed(world: &mut World, (tasks, texts): &Content) {
    assert_eq!(&world.tasks(0), tasks);
    assert_eq!(&world.texts(0), texts);
    assert!(world.linked(0, 2), "the link with the third is untouched");
    let healed = world.run_until(75_000, |w| w.all_linked(&[0, 1, 2]));
    assert!(
        healed,
        "the attacked link is back: {:?}",
        world.everything_wrong()
    );
    world.post(1, "afterwards").unwrap();
    assert!(world.run_until(10_000, |w| shown(w, &[0, 1, 2], "afterwards") == [1, 1, 1]));
}

#[test]
fn replayed_packets_change_nothing() {
    let (mut world, content) = busy_clinic(201);
    let packets = world.packets_of(1);
    assert!(packets.len() > 10);
    for bytes in packets.iter().chain(packets.iter().rev()) {
        assert!(inject(&mut world, bytes.clone()));
        world.run_for(5);
    }
    unharmed(&mut world, &content);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn packets_of_another_peer_change_nothing() {
    let (mut world, content) = busy_clinic(202);
    for bytes in world.packets_of(2) {
        inject(&mut world, bytes);
        world.run_for(20);
    }
    unharmed(&mut world, &content);
}

#[test]
fn altered_packets_change_nothing() {
    let (mut world, content) = busy_clinic(203);
    let packets = world.packets_of(1);
    let mut dice = Dice::new(203, 99);
    let mut sent = 0;
    for _ in 0..400 {
        let mut bytes = dice.pick(&packets).unwrap().clone();
        for _ in 0..dice.range(1, 4) {
            let at = dice.index(bytes.len());
            bytes[at] = dice.bytes::<1>()[0];
        }
        sent += usize::from(inject(&mut world, bytes));
        world.run_for(dice.range(0, 400));
        assert_eq!(world.texts(0), content.1);
    }
    assert!(sent > 100, "{sent} reached the node");
    unharmed(&mut world, &content);
}

#[test]
fn malformed_and_oversize_packets_fault_one_link_only() {
    let (mut world, content) = busy_clinic(204);
    let rejected = world.node(0).unwrap().room().rejected;
    for bytes in [
        vec![],
        vec![0xff; 100],
        vec![0x82],
        vec![0x9f; 5_000],
        vec![0; limits::MAX_PACKET_BYTES + 1],
        vec![0x82; limits::MAX_PACKET_BYTES + 100_000],
    ] {
        assert!(world.run_until(75_000, |w| w.linked(0, 1)));
        assert!(inject(&mut world, bytes));
        world.run_for(500);
    }
    assert!(world.node(0).unwrap().room().rejected > rejected);
    unharmed(&mut world, &content);
}

#[test]
fn a_hub_that_repeats_alters_and_invents_frames_changes_nothing() {
    let (mut world, content) = busy_clinic(205);
    let frames: Vec<Vec<u8>> = world.hub.tap.kept.iter().flatten().cloned().collect();
    assert!(frames.len() > 20);
    let mut dice = Dice::new(205, 99);
    for frame in &frames {
        world.inject(0, Input::Hub(HubEvent::Frame(frame.clone())));
        let mut altered = frame.clone();
        let at = dice.index(altered.len());
        if let Some(byte) = altered.get_mut(at) {
            *byte ^= 1 << dice.range(0, 7);
        }
        world.inject(0, Input::Hub(HubEvent::Frame(altered)));
        let noise = dice.bytes::<64>().to_vec();
        world.inject(0, Input::Hub(HubEvent::Frame(noise)));
        world.run_for(50);
        assert_eq!(world.texts(0), content.1);
    }
    assert_eq!(world.tasks(0), content.0);
    world.post(0, "afterwards").unwrap();
    assert!(world.run_until(75_000, |w| shown(w, &[0, 1, 2], "afterwards") == [1, 1, 1]));
}

#[test]
fn a_member_cannot_speak_for_another() {
    let (mut world, content) = busy_clinic(206);
    let victim = world.hosts[2].writer;
    let first = world.node(0).unwrap().version_vector().get(victim) + 1;
    let op = |wall: u64| Op {
        stamp: Stamp::at(corridor_core::time::Wall(wall)),
        context: Vec::new(),
        body: Body::Post(Post {
            text: "what the victim never said".into(),
            ..Post::default()
        }),
    };
    let bytes = corridor_core::wire::op::encode(&op(1_767_600_000_000)).unwrap();
    let rejected = world.node(0).unwrap().room().rejected;
    let own_key = world.hosts[1].key();
    for signature in [[0; 64], [7; 64], own_key.sign(&bytes)] {
        assert!(world.run_until(75_000, |w| w.linked(0, 1)));
        let mut packet = Vec::new();
        let items = vec![Item::Op(bytes.clone().into())];
        PeerFrame::Ops(Run {
            writer: victim,
            first,
            items,
            signature,
        })
        .encode_into(&mut packet);
        assert!(inject(&mut world, packet));
        world.run_for(500);
    }
    assert!(world.node(0).unwrap().room().rejected > rejected);
    unharmed(&mut world, &content);
}
