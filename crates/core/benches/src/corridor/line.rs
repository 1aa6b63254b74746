//! The way between two devices: a hub that only introduces them, then a data channel.

use super::device::{Device, Sent};
use corridor_core::node::{Description, RtcEvent, RtcOp, RtcState, SdpKind};
use corridor_core::wire::hub::{HubFrame, Parcel};

/// A channel between two devices.
#[derive(Debug)]
pub(super) struct Line;

impl Line {
    /// The two meet on a hub, negotiate, and leave it. The channel is there and not yet open.
    pub(super) fn lay(a: &mut Device, b: &mut Device) -> Self {
        let members = [a.member(), b.member()];
        a.hear(&HubFrame::Arrived(members[1]));
        b.hear(&HubFrame::Arrived(members[0]));
        let (mut from, mut to) = (a, b);
        let mut idle = 0;
        while idle < 2 {
            idle += 1;
            while let Some(sent) = from.outbox.pop_front() {
                idle = 0;
                match sent {
                    Sent::Signal(parcel) => to.hear(&HubFrame::Signal(Parcel {
                        peer: from.member().peer,
                        ..parcel
                    })),
                    Sent::Browser(op) => browser(from, &op),
                    Sent::Packet(_) => panic!("the channel is not open"),
                }
            }
            std::mem::swap(&mut from, &mut to);
        }
        for device in [from, to] {
            device.leave_hub();
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
