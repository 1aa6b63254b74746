//! What the browser reports of a connection, and what follows from it.

use super::{Due, Negotiation, Step};
use crate::id::ConnId;
use crate::limits;
use crate::node::{Description, RtcEvent, RtcState, SdpKind};
use crate::rng::Rng;
use crate::time::Mono;
use crate::wire::signal::Signal;

impl Negotiation {
    /// An event of our connection `id`; events of an earlier one are ignored.
    pub(crate) fn handle_event(
        &mut self,
        now: Mono,
        id: ConnId,
        event: RtcEvent,
        signalable: bool,
        rng: &mut Rng,
    ) -> Vec<Step> {
        let Some(conn) = self.conn.as_mut().filter(|conn| conn.id == id) else {
            return Vec::new();
        };
        match event {
            // People carry these.
            RtcEvent::LocalDescription(_) | RtcEvent::Candidate(_) if conn.is_carried() => {
                Vec::new()
            }
            RtcEvent::LocalDescription(Description { kind, sdp }) => match kind {
                SdpKind::Offer => {
                    conn.making = conn.making.saturating_sub(1);
                    if conn.making > 0 {
                        return Vec::new();
                    }
                    vec![Step::Signal(Signal::Offer(conn.round, sdp))]
                }
                SdpKind::Answer => vec![Step::Signal(Signal::Answer(conn.round, sdp))],
            },
            RtcEvent::Candidate(candidate) => {
                vec![Step::Signal(Signal::Candidate(conn.round, candidate))]
            }
            RtcEvent::ChannelOpen => {
                conn.open = true;
                self.settled();
                vec![Step::Changed("channel open")]
            }
            RtcEvent::ChannelClosed => self.fail(now, rng, "channel closed"),
            RtcEvent::State(state) => self.state_changed(now, state, signalable, rng),
            RtcEvent::Failed(_) if conn.open => vec![Step::Changed("a step failed")],
            RtcEvent::Failed(_) => self.fail(now, rng, "a step failed"),
            RtcEvent::CandidateRefused(_)
            | RtcEvent::Packet(_)
            | RtcEvent::Drained
            | RtcEvent::Gathered => Vec::new(),
        }
    }

    fn state_changed(
        &mut self,
        now: Mono,
        state: RtcState,
        signalable: bool,
        rng: &mut Rng,
    ) -> Vec<Step> {
        let Some(conn) = self.conn.as_mut() else {
            return Vec::new();
        };
        conn.state = state;
        match state {
            // Checks began before the other side could know of them, and work again once it does.
            RtcState::Disconnected | RtcState::Failed if conn.is_carried() => Vec::new(),
            RtcState::Connected => {
                conn.restarting = false;
                if conn.open {
                    self.settled();
                }
                vec![Step::Changed("connected")]
            }
            RtcState::Disconnected if !conn.restarting => {
                self.due = Some((now.plus(limits::ICE_GRACE), Due::Restart));
                vec![Step::Changed("disconnected")]
            }
            RtcState::Failed if conn.open && !conn.restarting && signalable => {
                let mut steps = self.restart(now);
                steps.push(Step::Changed("failed"));
                steps
            }
            RtcState::Failed if !conn.open => self.fail(now, rng, "failed"),
            RtcState::Closed => self.fail(now, rng, "closed"),
            _ => vec![Step::Changed("state")],
        }
    }
}
