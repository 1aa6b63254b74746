use super::world::{Got, World, parcel};
use crate::broker::CloseReason;
use crate::limits::MAX_HUB_FRAME_BYTES;
use crate::wire::hub::{ClientFrame, HubFrame, Parcel};
use crate::wire::registry::refusal;

#[test]
fn h_relay_and_h_signal_reach_the_recipient_alone_under_the_senders_name() {
    let mut world = World::new();
    let room = world.room();
    let (a, b, c) = (
        world.member(room, 1),
        world.member(room, 2),
        world.member(room, 3),
    );
    for client in [&a, &b, &c] {
        world.frames(client);
    }
    world.send(&a, ClientFrame::Relay(parcel(&b, b"sealed")));
    world.send(&a, ClientFrame::Signal(parcel(&b, b"offer")));
    let from_a = |sealed: &[u8]| Parcel {
        peer: a.peer(),
        sealed: sealed.to_vec().into(),
    };
    assert_eq!(
        world.frames(&b),
        [
            HubFrame::Relayed(from_a(b"sealed")),
            HubFrame::Signal(from_a(b"offer"))
        ]
    );
    assert_eq!(world.got(&a), []);
    assert_eq!(world.got(&c), []);
}

#[test]
fn h_undelivered_answers_for_members_who_are_not_here() {
    let mut world = World::new();
    let (here, there) = (world.room(), world.room());
    let (a, b) = (world.member(here, 1), world.member(here, 2));
    let elsewhere = world.member(there, 3);
    world.frames(&a);
    world.drop_socket(&b);
    world.frames(&a);
    world.send(&a, ClientFrame::Relay(parcel(&b, b"late")));
    world.send(&a, ClientFrame::Signal(parcel(&elsewhere, b"other room")));
    assert_eq!(
        world.frames(&a),
        [
            HubFrame::Undelivered(b.peer()),
            HubFrame::Undelivered(elsewhere.peer())
        ]
    );
    assert_eq!(world.got(&elsewhere), []);
}

#[test]
fn before_a_join_only_join_and_ping_are_heard() {
    let mut world = World::new();
    let room = world.room();
    let member = world.member(room, 1);
    let stranger = world.connect(2);
    world.send(&stranger, ClientFrame::Ping(42));
    assert_eq!(
        world.frames(&stranger),
        [HubFrame::Pong {
            number: 42,
            wall: world.now.wall.0,
        }]
    );
    world.send(&stranger, ClientFrame::Relay(parcel(&member, b"x")));
    world.send(&stranger, ClientFrame::Signal(parcel(&member, b"x")));
    world.send(&stranger, ClientFrame::Leave);
    let refused = HubFrame::Refused(refusal::NOT_JOINED);
    assert_eq!(
        world.frames(&stranger),
        [refused.clone(), refused.clone(), refused]
    );
    assert_eq!(world.got(&member), []);
}

#[test]
fn unknown_frames_are_counted_and_skipped() {
    let mut world = World::new();
    let room = world.room();
    let client = world.member(room, 1);
    let newer_kind = [0x82, 0x19, 0x03, 0xe7, 0x80]; // [999, []]
    world.send_bytes(&client, &newer_kind);
    assert_eq!(world.got(&client), []);
    assert_eq!(world.broker.health(world.now).unknown_frames, 1);
    assert_eq!(world.broker.health(world.now).members, 1);
}

#[test]
fn malformed_and_oversize_frames_end_that_connection_and_no_other() {
    let good = ClientFrame::Ping(1).encode();
    let too_long = vec![0; MAX_HUB_FRAME_BYTES + 1];
    for bytes in [&b""[..], b"hello", &good[..good.len() - 1], &too_long] {
        let mut world = World::new();
        let room = world.room();
        let witness = world.member(room, 1);
        let client = world.member(room, 2);
        world.frames(&witness);
        world.send_bytes(&client, bytes);
        assert_eq!(
            world.got(&client),
            [
                Got::Frame(HubFrame::Refused(refusal::MALFORMED)),
                Got::Closed(CloseReason::Malformed)
            ]
        );
        assert_eq!(
            world.frames(&witness),
            [HubFrame::Departed(client.member())]
        );
        let health = world.broker.health(world.now);
        assert_eq!((health.connections, health.members), (1, 1));
    }
}
