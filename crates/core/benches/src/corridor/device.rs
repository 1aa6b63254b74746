//! A shell for one node: hands in inputs, sorts what comes out, and answers for the hub, which knows everyone but
//! relays nothing.

use corridor_core::id::{ConnId, RoomId, SessionId, Ticket};
use corridor_core::key::{DeviceKey, RoomKey};
use corridor_core::node::{
    Command, Config, Done, HubEvent, HubOp, Input, Node, Output, RtcEvent, RtcOp,
};
use corridor_core::store::Key;
use corridor_core::time::{Mono, Now, Wall};
use corridor_core::wire::hub::{ClientFrame, HubFrame, Joined, Member, Parcel};
use std::collections::VecDeque;

/// Milliseconds since eight on a Monday.
pub(super) type Ms = u64;
const EIGHT: u64 = 1_767_600_000_000;

/// One tab.
#[derive(Debug)]
pub(super) struct Device {
    node: Node,
    me: Member,
    now: Ms,
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
    /// A negotiation step, by way of the hub.
    Signal(Parcel),
    /// Over the data channel.
    Packet(Vec<u8>),
    /// Done by the browser itself, which then reports so.
    Browser(RtcOp),
}

impl Device {
    pub(super) fn open(
        key: DeviceKey,
        durable: bool,
        at: Ms,
        stored: impl IntoIterator<Item = (Key, Vec<u8>)>,
    ) -> Self {
        let writer = key.writer();
        let [seed, ..] = writer.0;
        let config = Config {
            room: RoomId([7; 16]),
            key: RoomKey::new([9; 32]),
            device: key,
            seed: [seed; 32],
            durable,
            hub_host: "hub".to_owned(),
        };
        let mut device = Self {
            node: Node::new(config, clock(at), stored),
            me: Member {
                peer: writer,
                session: SessionId::default(),
            },
            now: at,
            tickets: 0,
            vault: Vec::new(),
            conn: None,
            done: None,
            outbox: VecDeque::new(),
        };
        device.handle(Input::Wake);
        device.handle(Input::Hub(HubEvent::Opened));
        device.hear(&HubFrame::Challenge([0; 32]));
        device
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// As the hub knows it.
    pub(super) fn member(&self) -> Member {
        self.me
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

    /// The hub says something.
    pub(super) fn hear(&mut self, frame: &HubFrame) {
        self.handle(hub_says(frame));
    }

    /// The hub dies.
    pub(super) fn leave_hub(&mut self) {
        self.handle(Input::Hub(HubEvent::Closed));
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
        let mut inbox = VecDeque::from([input]);
        while let Some(input) = inbox.pop_front() {
            self.node.handle(clock(self.now), input);
            while let Some(output) = self.node.poll_output() {
                match output {
                    Output::Save(ticket, records) => {
                        self.vault.extend(records);
                        inbox.push_back(Input::Saved(ticket, Ok(())));
                    }
                    Output::Hub(HubOp::Send(frame)) => {
                        inbox.extend(self.ask_hub(&frame).as_ref().map(hub_says));
                    }
                    Output::Rtc {
                        op: RtcOp::Send(packet),
                        ..
                    } => {
                        self.outbox.push_back(Sent::Packet(packet));
                    }
                    Output::Rtc {
                        conn,
                        op: RtcOp::TellDrained,
                        ..
                    } => inbox.push_back(Input::Rtc(conn, RtcEvent::Drained)),
                    Output::Rtc { conn, op, .. } => {
                        self.conn = Some(conn);
                        self.outbox.push_back(Sent::Browser(op));
                    }
                    Output::Done(_, done) => self.done = Some(done.expect("nothing is refused")),
                    Output::Hub(HubOp::Open | HubOp::Close | HubOp::Look(_))
                    | Output::Remove(_)
                    | Output::View(_)
                    | Output::Log(_) => {}
                }
            }
        }
    }

    fn ask_hub(&mut self, frame: &[u8]) -> Option<HubFrame> {
        let wall = clock(self.now).wall.0;
        match ClientFrame::decode(frame).expect("a node sends frames") {
            ClientFrame::Join(join) => {
                self.me.session = join.session;
                Some(HubFrame::Joined(Joined {
                    wall,
                    members: Vec::new(),
                    ice: Vec::new(),
                    layers: None,
                    turn: None,
                }))
            }
            ClientFrame::Ping(number) => Some(HubFrame::Pong { number, wall }),
            ClientFrame::Signal(parcel) => {
                self.outbox.push_back(Sent::Signal(parcel));
                None
            }
            _ => None,
        }
    }
}

fn hub_says(frame: &HubFrame) -> Input {
    Input::Hub(HubEvent::Frame(frame.encode()))
}

fn clock(ms: Ms) -> Now {
    Now {
        mono: Mono(ms),
        wall: Wall(EIGHT + ms),
    }
}
