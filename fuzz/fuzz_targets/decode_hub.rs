//! Bytes between client and hub, and between hubs: decode, encode, decode; then the broker and a live node.
#![no_main]

use corridor_core::broker::{Broker, BrokerConfig, BrokerInput, SocketId, Subject};
use corridor_core::node::{HubEvent, Input};
use corridor_core::time::{Mono, Now, Wall};
use corridor_core::wire::fanout::FanoutFrame;
use corridor_core::wire::hub::{ClientFrame, HubFrame};
use corridor_fuzz::{clinic, content};
use corridor_sim::world::World;
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frame) = ClientFrame::decode(bytes) {
        assert_eq!(ClientFrame::decode(&frame.encode()).as_ref(), Ok(&frame));
    }
    if let Ok(frame) = HubFrame::decode(bytes) {
        assert_eq!(HubFrame::decode(&frame.encode()).as_ref(), Ok(&frame));
    }
    if let Ok(frame) = FanoutFrame::decode(bytes) {
        assert_eq!(FanoutFrame::decode(&frame.encode()).as_ref(), Ok(&frame));
    }
    broker(bytes);
    WORLD.with_borrow_mut(|slot| {
        let world = slot.get_or_insert_with(|| clinic(2));
        let before = content(world, 0);
        world.inject(0, Input::Hub(HubEvent::Frame(bytes.to_vec())));
        world.run_for(50);
        assert_eq!(content(world, 0), before);
        assert_eq!(world.violations, Vec::<String>::new());
        if !world.linked(0, 1) || world.now > 600_000 {
            *slot = None;
        }
    });
});

/// The input is a sequence of frames, each after one byte for its length.
fn broker(mut bytes: &[u8]) {
    let now = Now {
        mono: Mono(1),
        wall: Wall(1),
    };
    let mut config = BrokerConfig::new([7; 32], Vec::new());
    config.fanout = true;
    let mut broker = Broker::new(config);
    let room = broker.create_room(now).unwrap_or_default();
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    for conn in [SocketId(1), SocketId(2)] {
        broker.handle(now, BrokerInput::Connected { conn, address });
    }
    while let Some((len, rest)) = bytes.split_first() {
        let (frame, rest) = rest.split_at(rest.len().min(usize::from(*len)));
        let conn = SocketId(u64::from(*len) % 3);
        broker.handle(now, BrokerInput::Frame { conn, bytes: frame });
        for subject in [Subject::Hubs, Subject::Room(room)] {
            let bytes = frame;
            broker.handle(now, BrokerInput::Heard { subject, bytes });
        }
        bytes = rest;
        while broker.poll_command().is_some() {}
    }
    broker.handle(now, BrokerInput::Wake);
    while broker.poll_command().is_some() {}
    let _ = broker.next_wake();
}
