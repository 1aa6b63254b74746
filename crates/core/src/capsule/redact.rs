//! Rewrites inputs so that they may leave the device and still tell a node the same.
//!
//! Byte by byte that cannot be done: another text has another hash, so signatures and seals would not hold. So whatever
//! is sealed is opened, its texts are hidden, and it is put into a stand-in of the same length ([`crate::stand_in`])
//! that says whether the real one had held. Keys, proofs and signatures become stand-ins too.

use super::noise::Noise;
use crate::id::{ConnId, PeerId, RecordId, Seq, WriterId};
use crate::key::RoomKeys;
use crate::limits;
use crate::link::parts::Assembly;
use crate::model::{Assignee, Body, TaskChange};
use crate::node::slips::text::{self, Sealed};
use crate::node::{Command, HubEvent, Input, InviteError, Node, RtcEvent};
use crate::private::PairKey;
use crate::redact::Private;
use crate::seal::{self, End, Purpose, Resting};
use crate::stand_in;
use crate::store::Key;
use crate::wire::hub::{HubFrame, Parcel};
use crate::wire::peer::{Part, PeerFrame, Run};
use crate::wire::run::Item;
use crate::wire::signal::Signal;
use crate::wire::{WireError, decode_frames, op, snapshot};
use core::cell::RefCell;
use std::collections::BTreeMap;

/// Answers the whole frame to its last part.
type PutTogether<'p> = dyn FnMut(&Part) -> Result<Option<Vec<u8>>, WireError> + 'p;

pub(super) struct Redactor<'n> {
    node: &'n Node,
    noise: Noise,
    /// Names of the records on the hub's shelf, by their numbers as listed.
    records: RefCell<BTreeMap<u64, RecordId>>,
    /// Frames of which parts came.
    parts: RefCell<BTreeMap<ConnId, Assembly>>,
    /// The node has just refused something of this input: runs that it does not hold were not genuine.
    refused: bool,
}

impl<'n> Redactor<'n> {
    pub(super) fn new(node: &'n Node, noise: Noise, refused: bool) -> Self {
        Self {
            node,
            noise,
            records: RefCell::default(),
            parts: RefCell::default(),
            refused,
        }
    }

    pub(super) fn input(&self, input: Input) -> Input {
        match input {
            Input::Command(ticket, command) => Input::Command(ticket, self.command(command)),
            Input::Hub(HubEvent::Frame(bytes)) => {
                Input::Hub(HubEvent::Frame(self.hub_frame(bytes)))
            }
            Input::Rtc(conn, RtcEvent::Packet(packet)) => {
                Input::Rtc(conn, RtcEvent::Packet(self.message(conn, &packet)))
            }
            Input::Rtc(conn, RtcEvent::LocalDescription(mut description)) => {
                description.sdp = self.sdp(&description.sdp);
                Input::Rtc(conn, RtcEvent::LocalDescription(description))
            }
            other => other,
        }
    }

    fn command(&self, mut command: Command) -> Command {
        match &mut command {
            Command::SetProfile(profile) => {
                for text in [&mut profile.name, &mut profile.role, &mut profile.status] {
                    self.noise.hide(text);
                }
            }
            Command::AddTask(changes) | Command::EditTask(_, changes) => self.changes(changes),
            Command::ImportTasks(tasks) => tasks.iter_mut().for_each(|task| self.changes(task)),
            Command::Post { text, .. } => self.noise.hide(text),
            Command::TakeSlip(text) => *text = self.slip(text),
            _ => {}
        }
        command
    }

    /// What a person pasted, or what the node refuses in the same way.
    fn slip(&self, text: &Private) -> Private {
        let mut sealed = match Sealed::find(text.expose()) {
            Ok(sealed) => sealed,
            Err(InviteError::NotOne) => return Private::new("-"),
            Err(_) => return Private::new("I1"),
        };
        let (room, _) = self.node.identity();
        let hidden = sealed.open(self.keys(), room).ok().map(|signed| {
            let claim = text::claim(sealed.kind, &signed);
            let me = self.node.end();
            let genuine = claim
                .as_ref()
                .is_some_and(|(from, _)| text::is_genuine(sealed.kind, &signed, *from, me));
            let plain = claim.map(|(_, mut slip)| {
                let half = slip.half_mut();
                half.password = self.noise.of(&half.password);
                slip.encode()
            });
            stand_in::step(&signed, genuine, &plain.unwrap_or_default())
        });
        // The nonce is its number.
        let body = stand_in::private(hidden.as_deref(), sealed.bytes.len());
        let nonce = sealed.bytes.iter().take(stand_in::NONCE);
        sealed.bytes = nonce
            .chain(body.iter().skip(stand_in::NONCE))
            .copied()
            .collect();
        sealed.to_text()
    }

    fn changes(&self, changes: &mut [TaskChange]) {
        for change in changes {
            match change {
                TaskChange::Title(text)
                | TaskChange::Notes(text)
                | TaskChange::Place(text)
                | TaskChange::Assignee(Some(Assignee::Role(text))) => self.noise.hide(text),
                _ => {}
            }
        }
    }

    fn hub_frame(&self, bytes: Vec<u8>) -> Vec<u8> {
        match HubFrame::decode(&bytes) {
            Ok(HubFrame::Signal(parcel)) => HubFrame::Signal(Parcel {
                sealed: self.signal(parcel.peer, &parcel.sealed).into(),
                ..parcel
            })
            .encode(),
            Ok(HubFrame::Relayed(parcel)) => HubFrame::Relayed(Parcel {
                sealed: self.sealed_packet(parcel.peer, &parcel.sealed).into(),
                ..parcel
            })
            .encode(),
            Ok(HubFrame::Joined(mut joined)) => {
                if let Some(turn) = joined.turn.as_mut() {
                    turn.credential = "*".repeat(turn.credential.len());
                }
                HubFrame::Joined(joined).encode()
            }
            Ok(HubFrame::ShelfListed(mut listed)) => {
                for label in &mut listed.records {
                    label.label = self.label(label.number, &label.label).into();
                }
                HubFrame::ShelfListed(listed).encode()
            }
            Ok(HubFrame::ShelfRecord(mut record)) => {
                let sealed = record.sealed.take();
                record.sealed = sealed.map(|sealed| self.shelved(record.number, &sealed).into());
                HubFrame::ShelfRecord(record).encode()
            }
            // Nothing in the others is anybody's: the hub itself wrote them.
            _ => bytes,
        }
    }

    fn take_up(&self, what: Resting, sealed: &[u8]) -> Option<Vec<u8>> {
        let (room, _) = self.node.identity();
        seal::take_up(self.keys(), (room, what), sealed).ok()
    }

    /// What a record on the hub's shelf holds. It also names the record.
    fn label(&self, number: u64, label: &[u8]) -> Vec<u8> {
        let span = self.take_up(Resting::Label, label);
        let hidden = stand_in::private(span.as_deref(), label.len());
        if let Some(span) = span {
            let id = self.keys().record_id(&span);
            self.records.borrow_mut().insert(number, id);
        }
        hidden
    }

    fn shelved(&self, number: u64, sealed: &[u8]) -> Vec<u8> {
        let id = self.records.borrow().get(&number).copied();
        let packet = id.and_then(|id| self.take_up(Resting::Record(id), sealed));
        let hidden = packet.map(|packet| self.packet(&packet));
        stand_in::private(hidden.as_deref(), sealed.len())
    }

    /// A packet of frames that nothing seals any more.
    fn packet(&self, packet: &[u8]) -> Vec<u8> {
        self.frames(packet, &mut |_| Ok(None))
    }

    /// A message of a data channel. What came in parts is told as a whole, with the last of them.
    fn message(&self, conn: ConnId, packet: &[u8]) -> Vec<u8> {
        self.frames(packet, &mut |part| {
            let mut parts = self.parts.borrow_mut();
            parts.entry(conn).or_default().take(part)
        })
    }

    fn frames(&self, packet: &[u8], whole: &mut PutTogether<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(packet.len());
        let read = decode_frames(packet, |number, fields| {
            match PeerFrame::decode(number, fields) {
                Ok(PeerFrame::Part(part)) => {
                    if let Some(whole) = whole(&part)? {
                        out.extend(self.packet(&whole));
                    }
                }
                Ok(frame) => self.frame(frame).encode_into(&mut out),
                // Of a newer version: only that it was there is told.
                Err(WireError::Unknown(_)) => stand_in::unknown_frame(&mut out, number),
                Err(error) => return Err(error),
            }
            Ok(())
        });
        match read {
            Ok(()) => out,
            Err(WireError::TooLarge) => vec![0; limits::MAX_PACKET_BYTES + 1],
            Err(_) => vec![0xff; packet.len().max(1)],
        }
    }

    fn frame(&self, frame: PeerFrame) -> PeerFrame {
        match frame {
            PeerFrame::Ops(run) => PeerFrame::Ops(self.run(&run)),
            PeerFrame::Signal(sealed) => {
                // Whose it is stands nowhere in it; one of those who are known.
                let peers = self.node.peer_ids();
                let from = peers.into_iter().find(|peer| self.opens(*peer, &sealed));
                let sealed = self.signal(from.unwrap_or_default(), &sealed);
                PeerFrame::Signal(sealed.into())
            }
            PeerFrame::Forward(mut forward) => {
                forward.sealed = if forward.to == self.node.me() {
                    self.sealed_packet(forward.from, &forward.sealed).into()
                } else {
                    stand_in::unopened(&forward.sealed).into()
                };
                PeerFrame::Forward(forward)
            }
            other => other,
        }
    }

    fn run(&self, run: &Run) -> Run {
        let held = |last| self.node.version_vector().get(run.writer) >= last;
        let genuine = !self.refused || run.last().is_ok_and(held);
        Run {
            writer: run.writer,
            first: run.first,
            items: run
                .items
                .iter()
                .map(|item| self.item(run.writer, item))
                .collect(),
            signature: stand_in::signature(genuine),
        }
    }

    fn item(&self, writer: WriterId, item: &Item) -> Item {
        match item {
            Item::Op(bytes) => Item::Op(self.op(writer, bytes).into()),
            Item::Dropped { level, hash } => Item::Dropped {
                level: *level,
                hash: self.noise.of_hash(hash),
            },
        }
    }

    fn op(&self, writer: WriterId, bytes: &[u8]) -> Vec<u8> {
        let Ok(mut op) = op::decode(bytes) else {
            // Nonsense by its author, which no node reads any further.
            return vec![0xff; bytes.len()];
        };
        match &mut op.body {
            Body::Profile(profile) => {
                for text in [&mut profile.name, &mut profile.role, &mut profile.status] {
                    self.noise.hide(text);
                }
            }
            Body::Task(_, changes) => self.changes(changes),
            Body::Post(post) => self.noise.hide(&mut post.text),
            Body::Private { to, sealed } => *sealed = self.private((writer, *to), sealed),
            Body::Genesis { .. }
            | Body::DeleteTask(_)
            | Body::DeleteTasks(_)
            | Body::Read { .. }
            | Body::Leave
            | Body::Unknown(_) => {}
        }
        op::encode(&op).unwrap_or_else(|_| vec![0xff; bytes.len()])
    }

    /// A private message: opened when it is one's own business, else only as long.
    fn private(&self, ends: (WriterId, WriterId), sealed: &[u8]) -> Vec<u8> {
        let me = self.node.me();
        let other = if ends.0 == me { ends.1 } else { ends.0 };
        let opened = self.pair(other).and_then(|key| key.open(ends, sealed).ok());
        let hidden = opened.and_then(|plain| {
            let mut post = op::decode_post(&plain).ok()?;
            self.noise.hide(&mut post.text);
            let mut hidden = op::encode_post(&post);
            hidden.resize(plain.len(), 0);
            Some(hidden)
        });
        stand_in::private(hidden.as_deref(), sealed.len())
    }

    fn pair(&self, other: WriterId) -> Option<PairKey> {
        let (room, device) = self.node.identity();
        PairKey::agree(room, device, &self.node.public_key_of(other)?).ok()
    }

    fn keys(&self) -> &RoomKeys {
        self.node.room_keys()
    }

    fn sealed_packet(&self, from: PeerId, sealed: &[u8]) -> Vec<u8> {
        let ends = (from, self.node.me());
        match seal::open(self.keys(), Purpose::Packet, ends, sealed) {
            Ok(packet) => stand_in::sealed(sealed, &self.packet(&packet)),
            Err(_) => stand_in::unopened(sealed),
        }
    }

    fn opens(&self, from: PeerId, sealed: &[u8]) -> bool {
        let ends = (from, self.node.me());
        seal::open(self.keys(), Purpose::Handshake, ends, sealed).is_ok()
    }

    fn signal(&self, from: PeerId, sealed: &[u8]) -> Vec<u8> {
        let ends = (from, self.node.me());
        let opened = seal::open(self.keys(), Purpose::Handshake, ends, sealed);
        let (Ok(signed), Ok(head)) = (opened, seal::header(sealed)) else {
            return stand_in::unopened(sealed);
        };
        let from = End {
            peer: ends.0,
            session: head.from,
        };
        let to = End {
            peer: ends.1,
            session: head.to,
        };
        let genuine = seal::verify_step((from, to), &signed);
        let step = genuine.ok().and_then(|step| Signal::decode(step).ok());
        let plain = match step {
            Some(Signal::Offer(round, sdp)) => Signal::Offer(round, self.sdp(&sdp)).encode(),
            Some(Signal::Answer(round, sdp)) => Signal::Answer(round, self.sdp(&sdp)).encode(),
            Some(step) => step.encode(),
            None => Vec::new(),
        };
        stand_in::sealed(sealed, &stand_in::step(&signed, genuine.is_ok(), &plain))
    }

    /// The passwords of ICE are the only secrets of a session description.
    fn sdp(&self, sdp: &str) -> String {
        sdp.split_inclusive('\n')
            .map(|line| match line.strip_prefix("a=ice-pwd:") {
                Some(rest) => {
                    let password = rest.trim_end();
                    let end = rest.get(password.len()..).unwrap_or_default();
                    ["a=ice-pwd:", &self.noise.of(password), end].concat()
                }
                None => line.to_owned(),
            })
            .collect()
    }

    /// A stored record.
    pub(super) fn record(
        &self,
        key: &Key,
        bytes: &[u8],
        genuine: impl Fn(WriterId, Seq) -> bool,
    ) -> Vec<u8> {
        let read = match key {
            Key::Op(_, writer, seq) | Key::Draft(_, writer, seq) => {
                snapshot::decode_op(bytes).map(|signed| (*writer, *seq, vec![signed]))
            }
            Key::Block(_, writer, _, last) => {
                snapshot::decode_block(bytes).map(|signed| (*writer, *last, signed))
            }
            Key::Memory(..) => return bytes.to_vec(),
        };
        let Ok((writer, last, items)) = read else {
            return vec![0xff; bytes.len()];
        };
        let mut hidden = items.iter().map(|(item, signature)| {
            let signature = signature.map(|_| stand_in::signature(genuine(writer, last)));
            (self.item(writer, item), signature)
        });
        if matches!(key, Key::Block(..)) {
            return snapshot::encode_block(hidden);
        }
        match hidden.next() {
            Some((Item::Op(op), signature)) => snapshot::encode_op(signature.as_ref(), &op),
            _ => Vec::new(),
        }
    }
}
