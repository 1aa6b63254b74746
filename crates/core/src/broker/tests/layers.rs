//! L2: each layer can be off, and then takes its frames and its state with it.

use super::world::{Client, Got, TAG, World, parcel};
use crate::broker::{BrokerInput, CloseReason, Refusal, SocketId};
use crate::id::{RoomId, WriterId};
use crate::limits::{HUB_SWEEP, ROOM_TTL};
use crate::wire::hub::{ClientFrame, HubFrame};
use crate::wire::registry::{layer, refusal};

/// A room of two on a hub that may have no phone book: they bring the room with them.
fn pair(world: &mut World) -> (Client, Client) {
    let mut enter = |secret| {
        let client = world.connect(secret);
        let mut join = client.join(RoomId([9; 16]));
        join.resume = true;
        world.send(&client, ClientFrame::Join(join));
        client
    };
    let (a, b) = (enter(1), enter(2));
    let frames = world.frames(&a);
    assert!(
        matches!(frames[..], [HubFrame::Joined(_), HubFrame::Arrived(_)]),
        "{frames:?}"
    );
    world.frames(&b);
    (a, b)
}

fn refused() -> Vec<HubFrame> {
    vec![HubFrame::Refused(refusal::LAYER_OFF)]
}

#[test]
fn without_the_phone_book_nobody_opens_or_registers_and_members_still_meet() {
    let mut world = World::layered("handshake,relay");
    let (a, b) = pair(&mut world);
    world.send(&a, ClientFrame::Relay(parcel(&b, b"sealed")));
    assert!(matches!(world.frames(&b)[..], [HubFrame::Relayed(_)]));

    let (now, room) = (world.now, RoomId([9; 16]));
    let broker = &mut world.broker;
    assert_eq!(broker.create_room(now), Err(Refusal::LayerOff));
    let entry = broker.register(now, room, TAG, a.peer(), "here");
    assert_eq!(entry, Err(Refusal::LayerOff));
    assert_eq!(broker.peers(now, room, TAG), Err(Refusal::LayerOff));
    assert_eq!(broker.health(now).entries, 0);
}

#[test]
fn without_the_handshake_no_negotiation_passes_and_packets_do() {
    let mut world = World::layered("phonebook,relay");
    let (a, b) = pair(&mut world);
    world.send(&a, ClientFrame::Signal(parcel(&b, b"offer")));
    assert_eq!(world.frames(&a), refused());
    assert_eq!(world.got(&b), []);
    world.send(&a, ClientFrame::Relay(parcel(&b, b"sealed")));
    assert!(matches!(world.frames(&b)[..], [HubFrame::Relayed(_)]));
}

#[test]
fn without_the_relay_no_packet_passes_and_negotiation_does() {
    let mut world = World::layered("phonebook,handshake");
    let (a, b) = pair(&mut world);
    world.send(&a, ClientFrame::Relay(parcel(&b, b"sealed")));
    assert_eq!(world.frames(&a), refused());
    assert_eq!(world.got(&b), []);
    world.send(&a, ClientFrame::Signal(parcel(&b, b"offer")));
    assert!(matches!(world.frames(&b)[..], [HubFrame::Signal(_)]));
}

#[test]
fn h_layers_tells_a_member_what_is_offered() {
    let mut world = World::layered("handshake");
    let client = world.connect(1);
    let mut join = client.join(RoomId([9; 16]));
    join.resume = true;
    world.send(&client, ClientFrame::Join(join));
    let frames = world.frames(&client);
    let [HubFrame::Joined(joined)] = &frames[..] else {
        panic!("{frames:?}");
    };
    assert_eq!(joined.layers, Some(layer::HANDSHAKE));
}

#[test]
fn the_phone_book_alone_holds_rooms_with_addresses_and_nothing_else() {
    let mut world = World::layered("phonebook");
    let client = world.connect(1);
    assert_eq!(client.nonce, [0; 32], "nobody is challenged");
    world.send(&client, ClientFrame::Join(client.join(RoomId([9; 16]))));
    assert_eq!(world.got(&client), [], "a closed socket says nothing");
    assert_eq!(world.broker.health(world.now).connections, 0);

    let room = world.room();
    let peer = WriterId([1; 16]);
    let now = world.now;
    let lives = world.broker.register(now, room, TAG, peer, "here");
    assert_eq!(lives, Ok(ROOM_TTL));
    assert_eq!(world.broker.peers(now, room, TAG).unwrap().len(), 1);

    world.pass(ROOM_TTL + HUB_SWEEP);
    assert_eq!(
        world.broker.next_wake(),
        None,
        "nothing is left, not even the end"
    );
    let later = world.broker.peers(world.now, room, TAG);
    assert_eq!(later, Err(Refusal::UnknownRoom));
}

#[test]
fn a_socket_that_no_layer_needs_is_told_and_closed() {
    let mut world = World::layered("phonebook,admin");
    let mut client = world.connect(1);
    client.conn = SocketId(77);
    world.handle(BrokerInput::Connected {
        conn: client.conn,
        address: core::net::IpAddr::from([192, 0, 2, 1]),
    });
    assert_eq!(
        world.got(&client),
        [
            Got::Frame(HubFrame::Refused(refusal::LAYER_OFF)),
            Got::Closed(CloseReason::LayerOff)
        ]
    );
}
