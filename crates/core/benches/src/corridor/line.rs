//! The way between two devices: a hub that only introduces them, then a data channel.

use super::device::{Device, Sent};
use corridor_core::node::{Description, HubEvent, RtcEvent, RtcOp, RtcState, SdpKind};
use corridor_core::wire::hub::{ClientFrame, HubFrame, Join, Joined, Member, Parcel};

/// A channel between two devices.
#[derive(Debug)]
pub(super) struct Line;

impl Line {
    /// The two meet on a hub, negotiate, and leave it. The channel is there and not yet open.
    pub(super) fn lay(a: &mut Device, b: &mut Device) -> Self {
        let mut joins = Vec::new();
        for device in [&mut *a, &mut *b] {
            device.hub(HubEvent::Opened);
            frame(device, &HubFrame::Challenge([0; 32]));
            joins.push(join(device));
        }
        let members: Vec<Member> = joins
            .iter()
            .map(|join| Member {
                peer: join.peer,
                session: join.session,
            })
            .collect();
        for (device, others) in [(&mut *a, &members[1..]), (&mut *b, &members[..1])] {
            frame(
                device,
                &HubFrame::Joined(Joined {
                    wall: device.wall(),
                    members: others.to_vec(),
                    ice: Vec::new(),
                    layers: None,
                }),
            );
        }
        let (mut from, mut to, mut sender) = (a, b, members[0].peer);
        let mut idle = 0;
        while idle < 2 {
            idle += 1;
            while let Some(sent) = from.outbox.pop_front() {
                idle = 0;
                match sent {
                    Sent::Hub(bytes) => {
                        if let Ok(ClientFrame::Signal(Parcel { sealed, .. })) =
                            ClientFrame::decode(&bytes)
                        {
                            frame(
                                to,
                                &HubFrame::Signal(Parcel {
                                    peer: sender,
                                    sealed,
                                }),
                            );
                        }
                    }
                    Sent::Browser(op) => browser(from, &op),
                    Sent::Packet(_) => panic!("the channel is not open"),
                }
            }
            std::mem::swap(&mut from, &mut to);
            sender = if sender == members[0].peer {
                members[1].peer
            } else {
                members[0].peer
            };
        }
        for device in [from, to] {
            device.hub(HubEvent::Closed);
            device.rtc(RtcEvent::State(RtcState::Connected));
            device.outbox.clear();
        }
        Self
    }

    /// The channel opens: carries all that follows. Answers its bytes.
    pub(super) fn open(&mut self, a: &mut Device, b: &mut Device) -> u64 {
        a.rtc(RtcEvent::ChannelOpen);
        b.rtc(RtcEvent::ChannelOpen);
        self.carry(a, b)
    }

    /// Carries packets until neither side has any more to say. Answers their bytes.
    pub(super) fn carry(&mut self, a: &mut Device, b: &mut Device) -> u64 {
        a.wait_for(b);
        b.wait_for(a);
        let mut bytes = 0;
        let (mut from, mut to) = (a, b);
        let mut idle = 0;
        while idle < 2 {
            idle += 1;
            while let Some(sent) = from.outbox.pop_front() {
                if let Sent::Packet(packet) = sent {
                    idle = 0;
                    bytes += packet.len() as u64;
                    to.rtc(RtcEvent::Packet(packet));
                }
            }
            std::mem::swap(&mut from, &mut to);
        }
        bytes
    }
}

fn frame(device: &mut Device, frame: &HubFrame) {
    device.hub(HubEvent::Frame(frame.encode()));
}

fn join(device: &mut Device) -> Join {
    device
        .outbox
        .drain(..)
        .find_map(|sent| match sent {
            Sent::Hub(bytes) => match ClientFrame::decode(&bytes) {
                Ok(ClientFrame::Join(join)) => Some(join),
                _ => None,
            },
            _ => None,
        })
        .expect("whoever is challenged joins")
}

/// What a browser answers.
fn browser(device: &mut Device, op: &RtcOp) {
    let description = |kind| {
        RtcEvent::LocalDescription(Description {
            kind,
            sdp: "v=0".to_owned(),
        })
    };
    match op {
        RtcOp::Offer { .. } => device.rtc(description(SdpKind::Offer)),
        RtcOp::SetRemote(Description {
            kind: SdpKind::Offer,
            ..
        }) => {
            device.rtc(description(SdpKind::Answer));
        }
        _ => {}
    }
}
