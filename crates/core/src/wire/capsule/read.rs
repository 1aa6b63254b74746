//! Reads capsules, for replay only.

use super::super::WireError;
use super::super::op::read_changes;
use super::{Header, MAGIC, Stored};
use crate::id::{ConnId, OpId, Ticket};
use crate::model::{Field, Profile};
use crate::node::{
    Candidate, Command, Description, Fault, HubEvent, Input, Lifecycle, RtcEvent, RtcState,
    SaveError, SdpKind,
};
use crate::time::{Mono, Now, Wall};
use minicbor::data::Type;
use minicbor::decode::Decoder;

/// A capsule being read.
#[derive(Debug)]
pub(crate) struct Reading<'b> {
    decoder: Decoder<'b>,
}

impl<'b> Reading<'b> {
    /// The header and what was stored.
    pub(crate) fn begin(bytes: &'b [u8]) -> Result<(Self, Header, Vec<Stored>), WireError> {
        let mut d = Decoder::new(bytes);
        if d.array()?.is_some() || d.str()? != MAGIC || d.array()? != Some(9) {
            return Err(WireError::Malformed);
        }
        let header = Header {
            version: d.str()?.to_owned(),
            public_key: d.bytes()?.try_into().map_err(|_| WireError::Malformed)?,
            record_key: d.bytes()?.try_into().map_err(|_| WireError::Malformed)?,
            slot: d.u16()?,
            seed: d.bytes()?.try_into().map_err(|_| WireError::Malformed)?,
            durable: d.bool()?,
            hub_host: d.str()?.to_owned(),
            now: {
                d.array()?;
                Now {
                    mono: Mono(d.u64()?),
                    wall: Wall(d.u64()?),
                }
            },
            full: d.bool()?,
        };
        let count = d.array()?.ok_or(WireError::Malformed)?;
        let mut stored = Vec::new();
        for _ in 0..count {
            d.array()?;
            stored.push(Stored {
                kind: d.u8()?,
                writer: d.decode()?,
                first: d.u64()?,
                last: d.u64()?,
                bytes: d.bytes()?.to_vec(),
            });
        }
        Ok((Self { decoder: d }, header, stored))
    }

    /// The next input, when it came, and the digest of what followed; `None` at the end.
    pub(crate) fn step(&mut self) -> Result<Option<(Now, Input, u32)>, WireError> {
        let d = &mut self.decoder;
        if d.datatype()? == Type::Break {
            return Ok(None);
        }
        d.array()?;
        let now = Now {
            mono: Mono(d.u64()?),
            wall: Wall(d.u64()?),
        };
        let digest = d.u32()?;
        let input = input(d)?;
        if d.datatype()? != Type::Break {
            return Err(WireError::Malformed);
        }
        d.skip()?;
        Ok(Some((now, input, digest)))
    }
}

fn input(d: &mut Decoder<'_>) -> Result<Input, WireError> {
    Ok(match d.u8()? {
        0 => Input::Wake,
        1 => Input::Command(Ticket(d.u64()?), command(d)?),
        2 => Input::Saved(
            Ticket(d.u64()?),
            match d.u8()? {
                0 => Ok(()),
                1 => Err(SaveError::Full),
                _ => Err(SaveError::Blocked),
            },
        ),
        3 => Input::Hub(HubEvent::Opened),
        4 => Input::Hub(HubEvent::Frame(d.bytes()?.to_vec())),
        5 => Input::Hub(HubEvent::Closed),
        6 => Input::Rtc(ConnId(d.u64()?), event(d)?),
        8 => Input::Hub(HubEvent::Seen),
        7 => Input::Lifecycle(match d.u8()? {
            0 => Lifecycle::Visible,
            1 => Lifecycle::Hidden,
            2 => Lifecycle::Online,
            3 => Lifecycle::Offline,
            4 => Lifecycle::Closing,
            _ => Lifecycle::Resumed,
        }),
        _ => return Err(WireError::Malformed),
    })
}

fn event(d: &mut Decoder<'_>) -> Result<RtcEvent, WireError> {
    Ok(match d.u8()? {
        0 => RtcEvent::LocalDescription(Description {
            kind: if d.bool()? {
                SdpKind::Answer
            } else {
                SdpKind::Offer
            },
            sdp: d.str()?.to_owned(),
        }),
        1 => RtcEvent::Candidate(Candidate {
            candidate: d.str()?.to_owned(),
            mid: d.decode()?,
            line: d.decode()?,
        }),
        2 => RtcEvent::State(match d.u8()? {
            0 => RtcState::New,
            1 => RtcState::Connecting,
            2 => RtcState::Connected,
            3 => RtcState::Disconnected,
            4 => RtcState::Failed,
            _ => RtcState::Closed,
        }),
        3 => RtcEvent::ChannelOpen,
        4 => RtcEvent::ChannelClosed,
        5 => RtcEvent::Packet(d.bytes()?.to_vec()),
        6 => RtcEvent::Failed(d.str()?.to_owned()),
        7 => RtcEvent::CandidateRefused(d.str()?.to_owned()),
        8 => RtcEvent::Drained,
        9 => RtcEvent::Gathered,
        _ => return Err(WireError::Malformed),
    })
}

fn command(d: &mut Decoder<'_>) -> Result<Command, WireError> {
    Ok(match d.u8()? {
        0 => Command::SetProfile(Profile {
            name: d.str()?.into(),
            role: d.str()?.into(),
            status: d.str()?.into(),
        }),
        1 => Command::AddTask(read_changes(d)?),
        2 => {
            let count = d.array()?.ok_or(WireError::Malformed)?;
            Command::ImportTasks(
                (0..count)
                    .map(|_| read_changes(d))
                    .collect::<Result<_, _>>()?,
            )
        }
        3 => Command::EditTask(d.decode()?, read_changes(d)?),
        4 => Command::MoveTask {
            task: d.decode()?,
            after: d.decode()?,
            before: d.decode()?,
        },
        5 => Command::DeleteTask(d.decode()?),
        6 => Command::TakeBack(d.decode()?, field(d)?),
        7 => Command::Dismiss(d.decode()?, field(d)?),
        8 => Command::Undo,
        9 => Command::Post {
            text: d.str()?.into(),
            reply_to: d.decode()?,
            to: d.decode()?,
            ttl_ms: d.decode()?,
        },
        10 => Command::MarkRead(OpId {
            writer: d.decode()?,
            seq: d.u64()?,
        }),
        11 => Command::Typing(d.bool()?),
        12 => Command::RestartIce(d.decode()?),
        13 => Command::Probe,
        14 => Command::Diagnose(d.decode()?),
        15 => Command::Fault(fault(d)?),
        16 => Command::Leave,
        17 => Command::Invite,
        18 => Command::TakeSlip(d.str()?.into()),
        _ => return Err(WireError::Malformed),
    })
}

fn fault(d: &mut Decoder<'_>) -> Result<Fault, WireError> {
    let (kind, peer, number) = (d.u8()?, d.decode()?, d.u64()?);
    Ok(match kind {
        0 => Fault::DropLink(peer),
        1 => Fault::RelayOnly(number != 0),
        2 => Fault::CutHub(number != 0),
        3 => Fault::Avoid(peer, number != 0),
        4 => Fault::Delay(peer, number),
        5 => Fault::Loss(
            peer,
            u8::try_from(number).map_err(|_| WireError::Malformed)?,
        ),
        _ => return Err(WireError::Malformed),
    })
}

fn field(d: &mut Decoder<'_>) -> Result<Option<Field>, WireError> {
    Ok(match d.decode::<Option<u8>>()? {
        None => None,
        Some(0) => Some(Field::Title),
        Some(1) => Some(Field::Notes),
        Some(2) => Some(Field::Assignee),
        Some(3) => Some(Field::Priority),
        Some(4) => Some(Field::Due),
        Some(5) => Some(Field::Place),
        Some(6) => Some(Field::Status),
        Some(7) => Some(Field::Position),
        Some(_) => return Err(WireError::Malformed),
    })
}
