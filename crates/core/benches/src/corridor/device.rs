//! A shell for one node: hands in inputs, sorts what comes out.

use corridor_core::id::{ConnId, RoomId, Ticket};
use corridor_core::key::{DeviceKey, RoomKey};
use corridor_core::node::{
    Command, Config, Done, HubEvent, HubOp, Input, Node, Output, RtcEvent, RtcOp,
};
use corridor_core::store::Key;
use corridor_core::time::{Mono, Now, Wall};
use std::collections::VecDeque;

/// Monday morning.
const MORNING: u64 = 1_767_600_000_000;

/// One tab.
#[derive(Debug)]
pub(super) struct Device {
    node: Node,
    now: u64,
    tickets: u64,
    vault: Vec<(Key, Vec<u8>)>,
    conn: Option<ConnId>,
    done: Option<Done>,
    /// What the node wants carried, in order.
    pub(super) outbox: VecDeque<Sent>,
}

/// Something that leaves the device.
#[derive(Debug)]
pub(super) enum Sent {
    /// Over the hub's WebSocket.
    Hub(Vec<u8>),
    /// Over the data channel.
    Packet(Vec<u8>),
    /// Done by the browser itself, which then reports so.
    Browser(RtcOp),
}

impl Device {
    pub(super) fn open(
        key: DeviceKey,
        durable: bool,
        stored: impl IntoIterator<Item = (Key, Vec<u8>)>,
    ) -> Self {
        let [seed, ..] = key.writer().0;
        let config = Config {
            room: RoomId([7; 16]),
            key: RoomKey::new([9; 32]),
            device: key,
            seed: [seed; 32],
            durable,
            hub_host: "hub".to_owned(),
        };
        let mut device = Self {
            node: Node::new(config, clock(0), stored),
            now: 0,
            tickets: 0,
            vault: Vec::new(),
            conn: None,
            done: None,
            outbox: VecDeque::new(),
        };
        device.handle(Input::Wake);
        device
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// What its clock shows, in milliseconds since the epoch.
    pub(super) fn wall(&self) -> u64 {
        clock(self.now).wall.0
    }

    pub(super) fn into_vault(self) -> Vec<(Key, Vec<u8>)> {
        self.vault
    }

    /// Carries out a command, a millisecond after whatever came before.
    pub(super) fn command(&mut self, command: Command) -> Done {
        self.now += 1;
        self.tickets += 1;
        self.handle(Input::Command(Ticket(self.tickets), command));
        self.done.take().expect("a command is answered in its turn")
    }

    pub(super) fn hub(&mut self, event: HubEvent) {
        self.handle(Input::Hub(event));
    }

    pub(super) fn rtc(&mut self, event: RtcEvent) {
        let conn = self.conn.expect("the connection was created");
        self.handle(Input::Rtc(conn, event));
    }

    /// Both devices' clocks show the same.
    pub(super) fn wait_for(&mut self, other: &Self) {
        self.now = self.now.max(other.now);
    }

    fn handle(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            self.node.handle(clock(self.now), input);
            while let Some(output) = self.node.poll_output() {
                match output {
                    Output::Save(ticket, records) => {
                        self.vault.extend(records);
                        assert!(next.is_none(), "one save at a time");
                        next = Some(Input::Saved(ticket, Ok(())));
                    }
                    Output::Hub(HubOp::Send(frame)) => self.outbox.push_back(Sent::Hub(frame)),
                    Output::Rtc {
                        op: RtcOp::Send(packet),
                        ..
                    } => {
                        self.outbox.push_back(Sent::Packet(packet));
                    }
                    Output::Rtc { conn, op, .. } => {
                        self.conn = Some(conn);
                        self.outbox.push_back(Sent::Browser(op));
                    }
                    Output::Done(_, done) => self.done = Some(done.expect("nothing is refused")),
                    Output::Hub(HubOp::Open | HubOp::Close)
                    | Output::Remove(_)
                    | Output::View(_)
                    | Output::Log(_) => {}
                }
            }
        }
    }
}

fn clock(ms: u64) -> Now {
    Now {
        mono: Mono(ms),
        wall: Wall(MORNING + ms),
    }
}
