//! Capsules as bytes: a header, what was stored, then one array per input, with the digest of what followed.
//! CBOR like everything else; `[header, stored, [mono, wall, digest, input …], …]`.

use super::op::{Encoded, write_change};
use crate::id::{OpId, PeerId, Seq, TaskId, WriterId};
use crate::model::{Field, Profile, TaskChange};
use crate::node::{
    Candidate, Command, Fault, HubEvent, Input, Lifecycle, RtcEvent, RtcState, SaveError, SdpKind,
};
use crate::time::Now;
use minicbor::encode::Encoder;

const MAGIC: &str = "corridor capsule 1";

type Out<'v> = Encoder<&'v mut Vec<u8>>;

/// How the recorded node began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    /// Of the program that recorded.
    pub(crate) version: String,
    pub(crate) public_key: [u8; 32],
    /// Names records on the hub's shelf, and opens nothing.
    pub(crate) record_key: [u8; 32],
    pub(crate) slot: u16,
    pub(crate) seed: [u8; 32],
    pub(crate) durable: bool,
    pub(crate) hub_host: String,
    pub(crate) now: Now,
    /// There was more, after the last input here.
    pub(crate) full: bool,
}

/// A record that was stored: its kind of key, whose it is, and which sequences it covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stored {
    pub(crate) kind: u8,
    pub(crate) writer: WriterId,
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    pub(crate) bytes: Vec<u8>,
}

/// A capsule being written.
#[derive(Debug)]
pub(crate) struct Writing(Vec<u8>);

impl Writing {
    pub(crate) fn begin(header: &Header) -> Self {
        let mut out = Self(Vec::new());
        out.put(|e| {
            e.begin_array()?.str(MAGIC)?.array(9)?;
            e.str(&header.version)?
                .bytes(&header.public_key)?
                .bytes(&header.record_key)?
                .u16(header.slot)?;
            e.bytes(&header.seed)?
                .bool(header.durable)?
                .str(&header.hub_host)?;
            e.array(2)?.u64(header.now.mono.0)?.u64(header.now.wall.0)?;
            e.bool(header.full)?.ok()
        });
        out
    }

    fn put(&mut self, write: impl FnOnce(&mut Out<'_>) -> Encoded) {
        let written = write(&mut Encoder::new(&mut self.0));
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    }

    pub(crate) fn stored(&mut self, records: &[Stored]) {
        self.put(|e| {
            e.array(records.len() as u64)?;
            records.iter().try_for_each(|record| {
                e.array(5)?
                    .u8(record.kind)?
                    .encode(record.writer)?
                    .u64(record.first)?
                    .u64(record.last)?
                    .bytes(&record.bytes)?
                    .ok()
            })
        });
    }

    pub(crate) fn step(&mut self, now: Now, input: &Input, digest: u32) {
        self.put(|e| {
            e.begin_array()?
                .u64(now.mono.0)?
                .u64(now.wall.0)?
                .u32(digest)?;
            write_input(e, input)?;
            e.end()?.ok()
        });
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.put(|e| e.end()?.ok());
        self.0
    }
}

/// A frame that says only its number.
pub(crate) fn put_empty_frame(out: &mut Vec<u8>, number: u16) {
    let written = Encoder::new(out)
        .array(2)
        .and_then(|e| e.u16(number))
        .and_then(|e| e.array(0))
        .is_ok();
    debug_assert!(written, "writing to a Vec cannot fail");
}

fn write_input(e: &mut Out<'_>, input: &Input) -> Encoded {
    match input {
        Input::Wake => e.u8(0)?.ok(),
        Input::Command(ticket, command) => {
            e.u8(1)?.u64(ticket.0)?;
            write_command(e, command)
        }
        Input::Saved(ticket, result) => e
            .u8(2)?
            .u64(ticket.0)?
            .u8(match result {
                Ok(()) => 0,
                Err(SaveError::Full) => 1,
                Err(SaveError::Blocked) => 2,
            })?
            .ok(),
        Input::Hub(HubEvent::Opened) => e.u8(3)?.ok(),
        Input::Hub(HubEvent::Frame(bytes)) => e.u8(4)?.bytes(bytes)?.ok(),
        Input::Hub(HubEvent::Closed) => e.u8(5)?.ok(),
        Input::Hub(HubEvent::Seen) => e.u8(8)?.ok(),
        Input::Rtc(conn, event) => {
            e.u8(6)?.u64(conn.0)?;
            write_event(e, event)
        }
        Input::Lifecycle(event) => e
            .u8(7)?
            .u8(match event {
                Lifecycle::Visible => 0,
                Lifecycle::Hidden => 1,
                Lifecycle::Online => 2,
                Lifecycle::Offline => 3,
                Lifecycle::Closing => 4,
                Lifecycle::Resumed => 5,
            })?
            .ok(),
    }
}

fn write_event(e: &mut Out<'_>, event: &RtcEvent) -> Encoded {
    match event {
        RtcEvent::LocalDescription(description) => e
            .u8(0)?
            .bool(description.kind == SdpKind::Answer)?
            .str(&description.sdp)?
            .ok(),
        RtcEvent::Candidate(Candidate {
            candidate,
            mid,
            line,
        }) => e.u8(1)?.str(candidate)?.encode(mid)?.encode(line)?.ok(),
        RtcEvent::State(state) => e
            .u8(2)?
            .u8(match state {
                RtcState::New => 0,
                RtcState::Connecting => 1,
                RtcState::Connected => 2,
                RtcState::Disconnected => 3,
                RtcState::Failed => 4,
                RtcState::Closed => 5,
            })?
            .ok(),
        RtcEvent::ChannelOpen => e.u8(3)?.ok(),
        RtcEvent::ChannelClosed => e.u8(4)?.ok(),
        RtcEvent::Packet(packet) => e.u8(5)?.bytes(packet)?.ok(),
        RtcEvent::Failed(step) => e.u8(6)?.str(step)?.ok(),
        RtcEvent::CandidateRefused(step) => e.u8(7)?.str(step)?.ok(),
        RtcEvent::Drained => e.u8(8)?.ok(),
        RtcEvent::Gathered => e.u8(9)?.ok(),
    }
}

fn write_command(e: &mut Out<'_>, command: &Command) -> Encoded {
    match command {
        Command::SetProfile(Profile { name, role, status }) => e
            .u8(0)?
            .str(name.expose())?
            .str(role.expose())?
            .str(status.expose())?
            .ok(),
        Command::AddTask(changes) => {
            e.u8(1)?;
            write_changes(e, changes)
        }
        Command::ImportTasks(tasks) => {
            e.u8(2)?.array(tasks.len() as u64)?;
            tasks.iter().try_for_each(|task| write_changes(e, task))
        }
        Command::EditTask(id, changes) => {
            e.u8(3)?.encode(id)?;
            write_changes(e, changes)
        }
        Command::MoveTask {
            task,
            after,
            before,
        } => e.u8(4)?.encode(task)?.encode(after)?.encode(before)?.ok(),
        Command::DeleteTask(id) => e.u8(5)?.encode(id)?.ok(),
        Command::TakeBack(id, field) => write_field(e.u8(6)?, *id, *field),
        Command::Dismiss(id, field) => write_field(e.u8(7)?, *id, *field),
        Command::Undo => e.u8(8)?.ok(),
        Command::Post {
            text,
            reply_to,
            to,
            ttl_ms,
        } => e
            .u8(9)?
            .str(text.expose())?
            .encode(reply_to)?
            .encode(to)?
            .encode(ttl_ms)?
            .ok(),
        Command::MarkRead(OpId { writer, seq }) => e.u8(10)?.encode(writer)?.u64(*seq)?.ok(),
        Command::Typing(on) => e.u8(11)?.bool(*on)?.ok(),
        Command::RestartIce(peer) => e.u8(12)?.encode(peer)?.ok(),
        Command::Probe => e.u8(13)?.ok(),
        Command::Diagnose(peer) => e.u8(14)?.encode(peer)?.ok(),
        Command::Fault(fault) => {
            let (kind, peer, number): (u8, PeerId, u64) = match fault {
                Fault::DropLink(peer) => (0, *peer, 0),
                Fault::RelayOnly(on) => (1, PeerId::default(), u64::from(*on)),
                Fault::CutHub(on) => (2, PeerId::default(), u64::from(*on)),
                Fault::Avoid(peer, on) => (3, *peer, u64::from(*on)),
                Fault::Delay(peer, ms) => (4, *peer, *ms),
                Fault::Loss(peer, percent) => (5, *peer, u64::from(*percent)),
            };
            e.u8(15)?.u8(kind)?.encode(peer)?.u64(number)?.ok()
        }
        Command::Leave => e.u8(16)?.ok(),
        Command::Invite => e.u8(17)?.ok(),
        Command::TakeSlip(text) => e.u8(18)?.str(text.expose())?.ok(),
    }
}

fn write_changes(e: &mut Out<'_>, changes: &[TaskChange]) -> Encoded {
    e.map(changes.len() as u64)?;
    changes
        .iter()
        .try_for_each(|change| write_change(e, change))
}

fn write_field(e: &mut Out<'_>, id: TaskId, field: Option<Field>) -> Encoded {
    e.encode(id)?.encode(field.map(field_number))?.ok()
}

fn field_number(field: Field) -> u8 {
    match field {
        Field::Title => 0,
        Field::Notes => 1,
        Field::Assignee => 2,
        Field::Priority => 3,
        Field::Due => 4,
        Field::Place => 5,
        Field::Status => 6,
        Field::Position => 7,
    }
}

#[cfg(feature = "replay")]
#[path = "capsule/read.rs"]
mod read;

#[cfg(feature = "replay")]
pub(crate) use read::Reading;
