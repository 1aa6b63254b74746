//! Operations as bytes: `[stamp, [writer, seq, …], number, fields]` (rule O-FORM).
//!
//! Writer and sequence are not inside: a run names them once, and the signature covers them.

use super::codec::WireError;
use super::registry::op as number;
use crate::clock::Stamp;
use crate::id::{OpId, Seq, TaskId, WriterId};
use crate::limits;
use crate::model::{Assignee, Body, Op, Post, Priority, Profile, TaskChange, TaskStatus};
use crate::redact::Private;
use crate::time::Wall;
use core::convert::Infallible;
use minicbor::data::Type;
use minicbor::decode::Decoder;
use minicbor::encode::{Encoder, Error as EncodeError};

pub(super) type Encoded = Result<(), EncodeError<Infallible>>;

/// The bytes of an operation.
///
/// # Errors
/// [`WireError::TooLarge`] when it, or a text in it, is beyond a limit.
pub fn encode(op: &Op) -> Result<Vec<u8>, WireError> {
    check(op)?;
    let mut out = Vec::new();
    let written = write(&mut Encoder::new(&mut out), op);
    debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    if out.len() > limits::MAX_OP_BYTES {
        return Err(WireError::TooLarge);
    }
    Ok(out)
}

fn write(e: &mut Encoder<&mut Vec<u8>>, op: &Op) -> Encoded {
    e.array(4)?.encode(op.stamp)?;
    write_clock(e, &op.context)?;
    match &op.body {
        Body::Genesis { public_key, slot } => {
            e.u16(number::GENESIS)?
                .array(2)?
                .bytes(public_key)?
                .u16(*slot)?;
        }
        Body::Profile(profile) => {
            e.u16(number::PROFILE)?.array(3)?;
            e.str(profile.name.expose())?
                .str(profile.role.expose())?
                .str(profile.status.expose())?;
        }
        Body::Task(task, changes) => {
            e.u16(number::TASK)?.array(2)?.encode(task)?;
            e.map(changes.len() as u64)?;
            changes
                .iter()
                .try_for_each(|change| write_change(e, change))?;
        }
        Body::DeleteTask(task) => {
            e.u16(number::DELETE_TASK)?.array(1)?.encode(task)?;
        }
        Body::DeleteTasks(tasks) => {
            e.u16(number::DELETE_TASKS)?.array(1)?;
            e.array(tasks.len() as u64)?;
            tasks
                .iter()
                .try_for_each(|task| e.encode(task).map(|_| ()))?;
        }
        Body::Post(post) => {
            e.u16(number::POST)?;
            write_post(e, post)?;
        }
        Body::Private { to, sealed } => {
            e.u16(number::PRIVATE)?
                .array(2)?
                .encode(to)?
                .bytes(sealed)?;
        }
        Body::Read { room, private } => {
            e.u16(number::READ)?
                .array(if private.is_empty() { 1 } else { 2 })?;
            write_clock(e, room)?;
            if !private.is_empty() {
                write_clock(e, private)?;
            }
        }
        Body::Leave => {
            e.u16(number::LEAVE)?.array(0)?;
        }
        Body::Unknown(number) => {
            e.u16(*number)?.array(0)?;
        }
    }
    Ok(())
}

/// What is not said takes no bytes.
fn write_post(e: &mut Encoder<&mut Vec<u8>>, post: &Post) -> Encoded {
    e.array(if post.ttl_ms.is_some() { 3 } else { 2 })?
        .str(post.text.expose())?
        .encode(post.reply_to)?;
    if let Some(ttl) = post.ttl_ms {
        e.u64(ttl)?;
    }
    Ok(())
}

/// The plain bytes of a private message.
pub(crate) fn encode_post(post: &Post) -> Vec<u8> {
    let mut out = Vec::new();
    let written = write_post(&mut Encoder::new(&mut out), post);
    debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    out
}

/// Reads [`encode_post`]; whatever follows is padding.
///
/// # Errors
/// [`WireError::Malformed`] or [`WireError::TooLarge`].
pub(crate) fn decode_post(bytes: &[u8]) -> Result<Post, WireError> {
    let post = read_post(&mut Decoder::new(bytes))?;
    if within(&post.text, limits::MAX_TEXT_BYTES) {
        Ok(post)
    } else {
        Err(WireError::TooLarge)
    }
}

fn read_post(d: &mut Decoder<'_>) -> Result<Post, WireError> {
    let len = d.array()?.ok_or(WireError::Malformed)?;
    Ok(Post {
        text: d.str()?.into(),
        reply_to: d.decode::<Option<OpId>>()?,
        ttl_ms: if len > 2 { d.decode()? } else { None },
    })
}

fn write_clock(e: &mut Encoder<&mut Vec<u8>>, clock: &[(WriterId, Seq)]) -> Encoded {
    e.array(2 * clock.len() as u64)?;
    for (writer, seq) in clock {
        e.encode(writer)?.u64(*seq)?;
    }
    Ok(())
}

pub(super) fn write_change(e: &mut Encoder<&mut Vec<u8>>, change: &TaskChange) -> Encoded {
    match change {
        TaskChange::Title(text) => e.u8(0)?.str(text.expose())?,
        TaskChange::Notes(text) => e.u8(1)?.str(text.expose())?,
        TaskChange::Assignee(None) => e.u8(2)?.null()?,
        TaskChange::Assignee(Some(Assignee::Person(writer))) => {
            e.u8(2)?.array(2)?.u8(0)?.encode(writer)?
        }
        TaskChange::Assignee(Some(Assignee::Role(role))) => {
            e.u8(2)?.array(2)?.u8(1)?.str(role.expose())?
        }
        TaskChange::Priority(priority) => e.u8(3)?.u8(match priority {
            Priority::Low => 0,
            Priority::Normal => 1,
            Priority::High => 2,
            Priority::Urgent => 3,
        })?,
        TaskChange::Due(due) => e.u8(4)?.encode(due.map(|wall| wall.0))?,
        TaskChange::Place(text) => e.u8(5)?.str(text.expose())?,
        TaskChange::Status(status) => e.u8(6)?.u8(match status {
            TaskStatus::Open => 0,
            TaskStatus::InProgress => 1,
            TaskStatus::Done => 2,
        })?,
        TaskChange::Position(position) => e.u8(7)?.bytes(position)?,
    };
    Ok(())
}

/// Reads an operation strictly.
///
/// # Errors
/// [`WireError::Malformed`] or [`WireError::TooLarge`]. An unknown body number is no error: it reads as
/// [`Body::Unknown`], and so do unknown fields of a task.
pub fn decode(bytes: &[u8]) -> Result<Op, WireError> {
    if bytes.len() > limits::MAX_OP_BYTES {
        return Err(WireError::TooLarge);
    }
    let mut d = Decoder::new(bytes);
    if d.array()?.is_none_or(|len| len < 4) {
        return Err(WireError::Malformed);
    }
    let stamp: Stamp = d.decode()?;
    let context = read_clock(&mut d)?;
    let body = read_body(&mut d)?;
    let op = Op {
        stamp,
        context,
        body,
    };
    check(&op)?;
    Ok(op)
}

/// Reads an operation that its author has signed. Nonsense by the author is the author's alone: it
/// reads as [`Body::Unknown`] with number 0, so that the sequence goes on.
#[must_use]
pub fn decode_signed(bytes: &[u8]) -> Op {
    decode(bytes).unwrap_or(Op {
        stamp: Stamp(0),
        context: Vec::new(),
        body: Body::Unknown(0),
    })
}

fn read_body(d: &mut Decoder<'_>) -> Result<Body, WireError> {
    let kind = d.u16()?;
    let known = (number::GENESIS..=number::DELETE_TASKS).contains(&kind);
    if !known {
        d.skip()?;
        return Ok(Body::Unknown(kind));
    }
    if kind == number::POST {
        return read_post(d).map(Body::Post);
    }
    let len = d.array()?.ok_or(WireError::Malformed)?;
    Ok(match kind {
        number::GENESIS => Body::Genesis {
            public_key: d.bytes()?.try_into().map_err(|_| WireError::Malformed)?,
            slot: d.u16()?,
        },
        number::PROFILE => Body::Profile(Profile {
            name: d.str()?.into(),
            role: d.str()?.into(),
            status: d.str()?.into(),
        }),
        number::TASK => Body::Task(d.decode::<TaskId>()?, read_changes(d)?),
        number::DELETE_TASK => Body::DeleteTask(d.decode()?),
        number::DELETE_TASKS => Body::DeleteTasks(d.decode()?),
        number::PRIVATE => Body::Private {
            to: d.decode()?,
            sealed: d.bytes()?.to_vec(),
        },
        number::READ => Body::Read {
            room: read_clock(d)?,
            private: if len > 1 { read_clock(d)? } else { Vec::new() },
        },
        _ => Body::Leave,
    })
}

pub(super) fn read_clock(d: &mut Decoder<'_>) -> Result<Vec<(WriterId, Seq)>, WireError> {
    let len = d.array()?.ok_or(WireError::Malformed)?;
    if len > 2 * limits::MAX_CONTEXT as u64 {
        return Err(WireError::TooLarge);
    }
    if len % 2 != 0 {
        return Err(WireError::Malformed);
    }
    (0..len / 2)
        .map(|_| Ok((d.decode::<WriterId>()?, d.u64()?)))
        .collect()
}

pub(super) fn read_changes(d: &mut Decoder<'_>) -> Result<Vec<TaskChange>, WireError> {
    let len = d.map()?.ok_or(WireError::Malformed)?;
    let mut changes = Vec::new();
    for _ in 0..len {
        let field = d.u16()?;
        if let Some(change) = read_change(d, field)? {
            changes.push(change);
        }
    }
    Ok(changes)
}

/// `None` for a field, or a value of a field, that only a newer version knows.
fn read_change(d: &mut Decoder<'_>, field: u16) -> Result<Option<TaskChange>, WireError> {
    Ok(Some(match field {
        0 => TaskChange::Title(d.str()?.into()),
        1 => TaskChange::Notes(d.str()?.into()),
        2 => return read_assignee(d),
        3 => TaskChange::Priority(match d.u8()? {
            0 => Priority::Low,
            1 => Priority::Normal,
            2 => Priority::High,
            3 => Priority::Urgent,
            _ => return Ok(None),
        }),
        4 => TaskChange::Due(d.decode::<Option<u64>>()?.map(Wall)),
        5 => TaskChange::Place(d.str()?.into()),
        6 => TaskChange::Status(match d.u8()? {
            0 => TaskStatus::Open,
            1 => TaskStatus::InProgress,
            2 => TaskStatus::Done,
            _ => return Ok(None),
        }),
        7 => TaskChange::Position(d.bytes()?.to_vec()),
        _ => {
            d.skip()?;
            return Ok(None);
        }
    }))
}

fn read_assignee(d: &mut Decoder<'_>) -> Result<Option<TaskChange>, WireError> {
    if d.datatype()? == Type::Null {
        d.null()?;
        return Ok(Some(TaskChange::Assignee(None)));
    }
    if d.array()? != Some(2) {
        return Err(WireError::Malformed);
    }
    Ok(match d.u8()? {
        0 => Some(TaskChange::Assignee(Some(Assignee::Person(d.decode()?)))),
        1 => Some(TaskChange::Assignee(Some(Assignee::Role(d.str()?.into())))),
        _ => {
            d.skip()?;
            None
        }
    })
}

/// Bounds of texts and lists, the same for what we write and what we read.
fn check(op: &Op) -> Result<(), WireError> {
    let line = |text: &Private| within(text, limits::MAX_LINE_BYTES);
    let text = |text: &Private| within(text, limits::MAX_TEXT_BYTES);
    let fits = op.context.len() <= limits::MAX_CONTEXT
        && match &op.body {
            Body::Profile(profile) => {
                line(&profile.name) && line(&profile.role) && line(&profile.status)
            }
            Body::DeleteTasks(tasks) => tasks.len() <= limits::SWEEP_TASKS,
            Body::Post(post) => text(&post.text),
            Body::Private { sealed, .. } => sealed.len() <= limits::MAX_SEALED_BYTES,
            Body::Task(_, changes) => changes.iter().all(|change| match change {
                TaskChange::Title(title) => line(title),
                TaskChange::Notes(notes) => text(notes),
                TaskChange::Place(place) => line(place),
                TaskChange::Assignee(Some(Assignee::Role(role))) => line(role),
                TaskChange::Position(position) => position.len() <= limits::MAX_POSITION_BYTES,
                _ => true,
            }),
            _ => true,
        };
    if fits {
        Ok(())
    } else {
        Err(WireError::TooLarge)
    }
}

fn within(text: &Private, limit: usize) -> bool {
    text.expose().len() <= limit
}
