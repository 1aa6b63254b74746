use super::world::{TAG, World};
use crate::broker::{BrokerLimits, HubLimit, PhoneEntry, Refusal};
use crate::id::{RoomId, RoomTag, WriterId};
use crate::limits::{HUB_MAX_ADDRESS_BYTES, HUB_SWEEP, ROOM_TTL};
use core::time::Duration;

const OTHER_TAG: RoomTag = RoomTag([0x11; 16]);
const HOUR: Duration = Duration::from_secs(3600);

fn register(world: &mut World, room: RoomId, peer: u8, address: &str) -> Result<Duration, Refusal> {
    let now = world.now;
    world
        .broker
        .register(now, room, TAG, WriterId([peer; 16]), address)
}

fn addresses(world: &mut World, room: RoomId) -> Vec<String> {
    let page = world.broker.peers(world.now, room, TAG).unwrap();
    page.into_iter().map(|entry| entry.address).collect()
}

#[test]
fn r_hub_1_a_page_shows_who_registered_to_holders_of_the_tag_only() {
    let mut world = World::new();
    let room = world.room();
    assert_eq!(register(&mut world, room, 1, "192.0.2.1:9"), Ok(ROOM_TTL));
    world.pass(HOUR);
    assert_eq!(register(&mut world, room, 2, "192.0.2.2:9"), Ok(ROOM_TTL));
    assert_eq!(
        world.broker.peers(world.now, room, TAG).unwrap(),
        [
            PhoneEntry {
                peer: WriterId([1; 16]),
                address: "192.0.2.1:9".into(),
                expires_in: ROOM_TTL - HOUR
            },
            PhoneEntry {
                peer: WriterId([2; 16]),
                address: "192.0.2.2:9".into(),
                expires_in: ROOM_TTL
            },
        ]
    );
    let now = world.now;
    let peek = world.broker.peers(now, room, OTHER_TAG);
    assert_eq!(peek, Err(Refusal::WrongTag));
    let intruder = WriterId([3; 16]);
    let push = world.broker.register(now, room, OTHER_TAG, intruder, "x");
    assert_eq!(push, Err(Refusal::WrongTag));
    let nowhere = world.broker.peers(now, RoomId([5; 16]), TAG);
    assert_eq!(nowhere, Err(Refusal::UnknownRoom));
}

#[test]
fn r_hub_1_entries_live_eight_hours_and_use_renews_them() {
    let mut world = World::new();
    let room = world.room();
    register(&mut world, room, 1, "stale").unwrap();
    register(&mut world, room, 2, "renewed").unwrap();
    world.pass(HOUR * 7);
    register(&mut world, room, 2, "renewed").unwrap();
    world.pass(HOUR);
    assert_eq!(addresses(&mut world, room), ["renewed"]);
    assert_eq!(world.broker.health(world.now).entries, 1);
    world.pass(HOUR * 7);
    assert_eq!(addresses(&mut world, room), [""; 0]);
    world.pass(ROOM_TTL + HUB_SWEEP);
    let now = world.now;
    assert_eq!(world.broker.peers(now, room, TAG), Err(Refusal::Ended));
}

#[test]
fn r_hub_1_a_connected_peer_keeps_its_entry() {
    let mut world = World::new();
    let room = world.room();
    let member = world.member(room, 1);
    let now = world.now;
    world
        .broker
        .register(now, room, TAG, member.peer(), "here")
        .unwrap();
    for _ in 0..10 * 3600 {
        world.pass(Duration::from_secs(1));
        world.handle(crate::broker::BrokerInput::Alive { conn: member.conn });
    }
    assert_eq!(addresses(&mut world, room), ["here"]);
    world.drop_socket(&member);
    world.pass(HOUR * 7);
    assert_eq!(addresses(&mut world, room), ["here"]);
    world.pass(HOUR);
    assert_eq!(addresses(&mut world, room), [""; 0]);
}

#[test]
fn a_page_and_its_addresses_are_bounded() {
    let mut world = World::with(BrokerLimits {
        members: 2,
        ..BrokerLimits::default()
    });
    let room = world.room();
    let longest = "a".repeat(HUB_MAX_ADDRESS_BYTES);
    assert!(register(&mut world, room, 1, &longest).is_ok());
    for bad in ["", "two\nlines", &format!("{longest}a")] {
        assert_eq!(register(&mut world, room, 1, bad), Err(Refusal::Malformed));
    }
    assert!(register(&mut world, room, 2, "b").is_ok());
    assert_eq!(register(&mut world, room, 3, "c"), Err(Refusal::Full));
    assert_eq!(world.broker.hits(HubLimit::Entries), 1);
    assert!(register(&mut world, room, 2, "b2").is_ok());
    world.pass(ROOM_TTL - HOUR);
    assert!(register(&mut world, room, 2, "b3").is_ok());
    world.pass(HOUR);
    assert!(
        register(&mut world, room, 3, "c").is_ok(),
        "the stale entry made room"
    );
}
