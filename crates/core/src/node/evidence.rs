//! What a node has seen of its links, for the debug panel and for "Why can't A see B?" (R-DBG-4).

use super::command::Done;
use super::commands::Plan;
use super::input::{Candidate, Lifecycle, RtcEvent, RtcState};
use super::output::Output;
use super::view::{Path, StorageState};
use super::{Node, Timer};
use crate::diagnose::{Diagnosis, Way, diagnose};
use crate::id::{PeerId, Ticket};
use crate::limits;
use crate::time::{Mono, Now};
use crate::wire::facts::{Facts, FactsFrame, Gathered, fault};
use crate::wire::peer::PeerFrame;
use crate::wire::registry::link_state;
use crate::wire::signal::Signal;
use std::collections::VecDeque;

/// What was seen that belongs to no peer.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// The browser says there is no network.
    offline: bool,
    /// The browser would not make a connection.
    no_webrtc: bool,
    /// When the hub was heard last.
    pub(super) hub_heard: Option<Mono>,
    question: Option<Question>,
}

/// A diagnosis that waits for the other end.
#[derive(Clone, Copy, Debug)]
struct Question {
    ticket: Ticket,
    peer: PeerId,
}

/// What was seen of one peer's link.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) history: VecDeque<Change>,
    pub(super) mine: Candidates,
    pub(super) theirs: Candidates,
    /// Handshake steps of the peer that were not genuine.
    refused: u32,
}

/// One entry of a link's timeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// When.
    pub at: Mono,
    /// Why.
    pub reason: &'static str,
    /// The path in use just before the turn it happened in ended.
    pub path: Path,
    /// The connection's state at that moment.
    pub rtc: Option<RtcState>,
}

/// Candidates of the newest attempt, counted by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Candidates {
    attempt: u32,
    pub(super) count: Gathered,
}

impl Seen {
    pub(super) fn note(&mut self, change: Change) {
        if self.history.len() == limits::LINK_HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(change);
    }
}

impl Candidates {
    fn begin(&mut self, attempt: u32) {
        if self.attempt != attempt {
            *self = Self {
                attempt,
                count: Gathered::default(),
            };
        }
    }

    /// Counts one by its line: `candidate:foundation component protocol priority address port typ type …`
    /// (RFC 8839 §5.1).
    fn add(&mut self, candidate: &Candidate) {
        let mut words = candidate.candidate.split(' ').skip(4);
        let hidden = words
            .next()
            .is_some_and(|address| address.ends_with(".local"));
        let kind = match words.nth(2) {
            Some("host") if hidden => &mut self.count.mdns,
            Some("host") => &mut self.count.host,
            Some("relay") => &mut self.count.relayed,
            Some(_) => &mut self.count.reflexive,
            None => return,
        };
        *kind = kind.saturating_add(1);
    }
}

impl Node {
    /// A negotiation step went out or came in.
    pub(super) fn notice_signal(&mut self, id: PeerId, signal: &Signal, incoming: bool) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let side = if incoming {
            &mut peer.seen.theirs
        } else {
            &mut peer.seen.mine
        };
        match signal {
            Signal::Offer(round, _) | Signal::Answer(round, _) => side.begin(round.attempt),
            Signal::Candidate(round, candidate) => {
                side.begin(round.attempt);
                side.add(candidate);
            }
            Signal::Ask { .. } | Signal::Full => {}
        }
    }

    /// The browser refused a step.
    pub(super) fn notice_event(&mut self, event: &RtcEvent) {
        match event {
            RtcEvent::Failed(step) if step.starts_with("create") => self.evidence.no_webrtc = true,
            RtcEvent::LocalDescription(_) => self.evidence.no_webrtc = false,
            _ => {}
        }
    }

    pub(super) fn notice_lifecycle(&mut self, event: Lifecycle) {
        match event {
            Lifecycle::Offline => self.evidence.offline = true,
            Lifecycle::Online => self.evidence.offline = false,
            _ => {}
        }
    }

    /// A handshake step that was not genuine.
    pub(super) fn notice_refusal(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.seen.refused = peer.seen.refused.saturating_add(1);
        }
    }

    /// [`super::Command::Diagnose`].
    pub(super) fn diagnose(&mut self, now: Now, ticket: Ticket, id: PeerId) -> Plan {
        if let Some(older) = self.evidence.question.take() {
            self.answer_question(older, None);
        }
        let question = Question { ticket, peer: id };
        let reached = self
            .peers
            .get(&id)
            .is_some_and(|peer| peer.path != Path::None);
        if !reached {
            self.answer_question(question, None);
            return Plan::Later;
        }
        let facts = self.facts(now, id);
        self.send(id, PeerFrame::Facts(FactsFrame { reply: true, facts }));
        self.evidence.question = Some(question);
        self.timers
            .set(Timer::Facts, now.mono.plus(limits::FACTS_PATIENCE));
        Plan::Later
    }

    pub(super) fn facts_received(&mut self, now: Now, id: PeerId, frame: &FactsFrame) {
        if frame.reply {
            let facts = self.facts(now, id);
            self.send(
                id,
                PeerFrame::Facts(FactsFrame {
                    reply: false,
                    facts,
                }),
            );
            return;
        }
        let asked = self
            .evidence
            .question
            .take_if(|question| question.peer == id);
        if let Some(question) = asked {
            self.timers.clear(Timer::Facts);
            self.answer_question(question, Some(frame.facts));
        }
    }

    /// The other end did not tell its facts in time.
    pub(super) fn facts_overdue(&mut self) {
        if let Some(question) = self.evidence.question.take() {
            self.answer_question(question, None);
        }
    }

    fn answer_question(&mut self, question: Question, there: Option<Facts>) {
        let now = Now {
            mono: self.now,
            wall: self.wall,
        };
        let here = self.facts(now, question.peer);
        let diagnosis = diagnose(&self.way(now, question.peer), &here, there.as_ref());
        self.output(Output::Done(
            question.ticket,
            Ok(Done::Diagnosed(Box::new(Answer {
                diagnosis,
                here,
                there,
            }))),
        ));
    }

    fn way(&self, now: Now, id: PeerId) -> Way {
        let others = self.peers.values().any(|peer| peer.path != Path::None);
        let hub = self.hub.state;
        let Some(peer) = self.peers.get(&id) else {
            return Way {
                hub,
                others,
                ..Way::default()
            };
        };
        // The path is chosen at the end of a turn.
        let path = peer.choose_path(now.mono, self.hub.relays(), !self.relay_only);
        Way {
            hub,
            path,
            on_hub: peer.on_hub,
            seen: peer.seen_at.is_some(),
            closed: peer.gone,
            others,
            greeted: peer.sync.is_some(),
            behind: self.behind(id),
        }
    }

    /// What this end knows about its way to a peer.
    fn facts(&self, now: Now, id: PeerId) -> Facts {
        let peer = self.peers.get(&id);
        let mut faults = 0;
        for (on, bit) in [
            (self.relay_only, fault::RELAY_ONLY),
            (self.hub.cut, fault::CUT_HUB),
            (peer.is_some_and(|peer| peer.avoided), fault::AVOID),
            (peer.is_some_and(|peer| peer.line.is_bad()), fault::LINE),
        ] {
            faults |= if on { bit } else { 0 };
        }
        let millis =
            |since: Mono| u64::try_from(now.mono.since(since).as_millis()).unwrap_or(u64::MAX);
        Facts {
            on_hub: self.hub.is_joined(),
            layers: self.hub.layers(),
            hub_heard_ms: self.evidence.hub_heard.map(millis),
            no_webrtc: self.evidence.no_webrtc,
            offline: self.evidence.offline,
            servers: u32::try_from(self.ice.len()).unwrap_or(u32::MAX),
            gathered: peer.map(|peer| peer.seen.mine.count).unwrap_or_default(),
            state: state_number(peer.and_then(|peer| peer.negotiation.state())),
            attempts: peer.map_or(0, |peer| {
                peer.negotiation
                    .attempts
                    .saturating_sub(peer.attempts_before)
            }),
            since_ms: peer.map_or(0, |peer| millis(peer.since)),
            refused: peer.map_or(0, |peer| peer.seen.refused),
            storage: match self.storage {
                StorageState::Fine => 0,
                StorageState::Full => 1,
                StorageState::Blocked => 2,
            },
            clock_ahead_ms: self.clock.ahead_ms(),
            faults,
        }
    }
}

/// A diagnosis with what it rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The cause.
    pub diagnosis: Diagnosis,
    /// What this end knew.
    pub here: Facts,
    /// What the other end told; `None` when it could not be asked, or did not answer.
    pub there: Option<Facts>,
}

pub(super) fn state_number(state: Option<RtcState>) -> u8 {
    match state {
        None | Some(RtcState::New) => link_state::NEW,
        Some(RtcState::Connecting) => link_state::CONNECTING,
        Some(RtcState::Connected) => link_state::CONNECTED,
        Some(RtcState::Disconnected) => link_state::DISCONNECTED,
        Some(RtcState::Failed) => link_state::FAILED,
        Some(RtcState::Closed) => link_state::CLOSED,
    }
}
