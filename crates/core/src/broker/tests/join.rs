use super::world::{Client, Got, TAG, World};
use crate::broker::{BrokerLimits, CloseReason, HubLimit};
use crate::id::{RoomId, RoomTag, SessionId};
use crate::key;
use crate::limits::{ENDED_TTL, ROOM_TTL};
use crate::wire::hub::{ClientFrame, HubFrame, Join};
use crate::wire::registry::refusal;
use core::net::{IpAddr, Ipv6Addr};

fn refused(code: u16) -> Vec<Got> {
    vec![Got::Frame(HubFrame::Refused(code))]
}

/// The answers to a join that `change` has tampered with, signed before the change.
fn attempt(
    world: &mut World,
    client: &Client,
    room: RoomId,
    change: impl FnOnce(&mut Join),
) -> Vec<Got> {
    let mut join = client.join(room);
    change(&mut join);
    world.send(client, ClientFrame::Join(join));
    world.got(client)
}

#[test]
fn h_join_tells_the_newcomer_who_is_there_and_the_others_who_came() {
    let mut world = World::new();
    let room = world.room();
    let first = world.member(room, 1);
    let second = world.connect(2);
    world.send(&second, ClientFrame::Join(second.join(room)));
    let frames = world.frames(&second);
    let [HubFrame::Joined(joined)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(joined.members, [first.member()]);
    assert_eq!(joined.wall, world.now.wall.0);
    assert_eq!(joined.ice, ["stun:?:3478"]);
    assert_eq!(world.frames(&first), [HubFrame::Arrived(second.member())]);

    world.send(&second, ClientFrame::Leave);
    assert_eq!(world.frames(&first), [HubFrame::Departed(second.member())]);
    world.send(&second, ClientFrame::Join(second.join(room)));
    world.drop_socket(&second);
    assert_eq!(
        world.frames(&first),
        [
            HubFrame::Arrived(second.member()),
            HubFrame::Departed(second.member())
        ]
    );
    let health = world.broker.health(world.now);
    assert_eq!(
        (health.connections, health.members, health.rooms),
        (1, 1, 1)
    );
}

#[test]
fn h_challenge_differs_for_every_socket_and_a_proof_is_good_for_one() {
    let mut world = World::new();
    let room = world.room();
    let (first, second) = (world.connect(1), world.connect(1));
    assert_ne!(first.nonce, second.nonce);
    let replayed = first.join(room);
    world.send(&second, ClientFrame::Join(replayed));
    assert_eq!(world.got(&second), refused(refusal::BAD_PROOF));
}

#[test]
fn h_join_is_refused_with_the_code_of_its_fault() {
    let mut world = World::new();
    let room = world.room();
    let _owner = world.member(room, 1);
    let client = world.connect(2);
    let other = world.connect(3);

    let got = attempt(&mut world, &client, room, |join| join.version += 1);
    assert_eq!(got, refused(refusal::VERSION));
    let got = attempt(&mut world, &client, room, |join| join.proof[5] ^= 1);
    assert_eq!(got, refused(refusal::BAD_PROOF));
    let got = attempt(&mut world, &client, room, |join| join.peer = other.peer());
    assert_eq!(got, refused(refusal::BAD_PROOF));
    let got = attempt(&mut world, &client, room, |join| join.slot += 1);
    assert_eq!(got, refused(refusal::BAD_PROOF));
    let got = attempt(&mut world, &client, room, |join| {
        join.session = SessionId(77);
    });
    assert_eq!(got, refused(refusal::BAD_PROOF));
    let got = attempt(&mut world, &client, RoomId([9; 16]), |_| {});
    assert_eq!(got, refused(refusal::UNKNOWN_ROOM));
    let wrong = RoomTag([1; 16]);
    let got = attempt(&mut world, &client, room, |join| {
        let message = key::join_message(&client.nonce, room, wrong, join.session);
        join.tag = wrong;
        join.proof = client.device.sign(&message);
    });
    assert_eq!(got, refused(refusal::WRONG_TAG));

    assert_eq!(world.broker.health(world.now).members, 1);
    assert!(matches!(
        attempt(&mut world, &client, room, |_| {})[..],
        [Got::Frame(HubFrame::Joined(_))]
    ));
}

#[test]
fn h_join_with_history_opens_a_forgotten_room_again_under_its_tag() {
    let mut world = World::new();
    let room = RoomId([9; 16]);
    let client = world.connect(1);
    let got = attempt(&mut world, &client, room, |join| join.resume = true);
    assert!(matches!(got[..], [Got::Frame(HubFrame::Joined(_))]));
    assert_eq!(
        world.broker.peers(world.now, room, RoomTag([1; 16])),
        Err(crate::broker::Refusal::WrongTag)
    );
    assert!(world.broker.peers(world.now, room, TAG).is_ok());
}

#[test]
fn h_join_fences_the_older_run_of_a_peer_and_announces_no_departure() {
    let mut world = World::new();
    let room = world.room();
    let witness = world.member(room, 1);
    let older = world.member(room, 2);
    world.frames(&witness);

    let newer = world.member(room, 2);
    assert_eq!(
        world.got(&older),
        [
            Got::Frame(HubFrame::Refused(refusal::REPLACED)),
            Got::Closed(CloseReason::Replaced)
        ]
    );
    assert_eq!(world.frames(&witness), [HubFrame::Arrived(newer.member())]);

    world.drop_socket(&older);
    world.send(&older, ClientFrame::Leave);
    assert_eq!(world.got(&witness), []);
    assert_eq!(world.broker.health(world.now).members, 2);
    world.drop_socket(&newer);
    assert_eq!(world.frames(&witness), [HubFrame::Departed(newer.member())]);
}

#[test]
fn h_join_again_on_the_same_socket_repeats_the_answer_and_tells_nobody() {
    let mut world = World::new();
    let room = world.room();
    let witness = world.member(room, 1);
    let client = world.member(room, 2);
    world.frames(&witness);
    world.send(&client, ClientFrame::Join(client.join(room)));
    assert!(matches!(world.frames(&client)[..], [HubFrame::Joined(_)]));
    assert_eq!(world.got(&witness), []);
}

#[test]
fn h_join_of_another_room_leaves_the_first() {
    let mut world = World::new();
    let (here, there) = (world.room(), world.room());
    let witness = world.member(here, 1);
    let client = world.member(here, 2);
    world.frames(&witness);
    world.send(&client, ClientFrame::Join(client.join(there)));
    assert!(matches!(world.frames(&client)[..], [HubFrame::Joined(_)]));
    assert_eq!(
        world.frames(&witness),
        [HubFrame::Departed(client.member())]
    );
}

#[test]
fn limits_answer_full() {
    let mut world = World::with(BrokerLimits {
        rooms: 1,
        members: 2,
        connections: 5,
        per_address: 3,
        ..BrokerLimits::default()
    });
    let room = world.room();
    assert!(world.broker.create_room(world.now).is_err());
    let _first = world.member(room, 1);
    let second = world.member(room, 2);
    let third = world.connect(3);
    let got = attempt(&mut world, &third, room, |_| {});
    assert_eq!(got, refused(refusal::FULL));
    assert_eq!(world.broker.hits(HubLimit::Members), 1);
    assert_eq!(world.broker.hits(HubLimit::Rooms), 1);
    let _again = world.member(room, 2);
    assert!(
        world
            .got(&second)
            .contains(&Got::Closed(CloseReason::Replaced))
    );

    // A host picks its IPv6 addresses at will from its /64, so the whole prefix shares one allowance.
    let host = |low: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, low));
    let mut world = World::with(BrokerLimits {
        per_address: 2,
        ..BrokerLimits::default()
    });
    let clients: Vec<Client> = (1..=3)
        .map(|low| world.connect_from(host(low), 1))
        .collect();
    assert_ne!(clients[1].nonce, [0; 32]);
    assert_eq!(clients[2].nonce, [0; 32]);
    assert_eq!(world.broker.hits(HubLimit::Connections), 1);
    assert_eq!(world.broker.health(world.now).connections, 2);
}

#[test]
fn r_hub_1_an_unused_room_ends_and_says_so_until_it_is_forgotten() {
    let mut world = World::new();
    let room = world.room();
    let client = world.member(room, 1);
    world.drop_socket(&client);
    world.pass(ROOM_TTL - core::time::Duration::from_secs(1));
    assert_eq!(world.broker.health(world.now).rooms, 1);
    world.pass(core::time::Duration::from_secs(1));
    assert_eq!(world.broker.health(world.now).rooms, 0);

    let late = world.connect(2);
    let got = attempt(&mut world, &late, room, |join| join.resume = true);
    assert_eq!(got, refused(refusal::ENDED));
    world.drop_socket(&late);

    world.pass(ENDED_TTL + crate::limits::HUB_SWEEP);
    assert_eq!(world.broker.next_wake(), None, "nothing is left to sweep");
    let later = world.connect(2);
    let got = attempt(&mut world, &later, room, |_| {});
    assert_eq!(got, refused(refusal::UNKNOWN_ROOM));
}
