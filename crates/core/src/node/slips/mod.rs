//! Linking without any hub: an invite and a reply that people carry (R-LINK-6, rules N-INVITE to N-ASIDE).
//!
//! The invite's connection stands aside until the reply comes, because nobody knows yet whose it will be. Then both ends
//! adopt it into the negotiation with each other, which has one connection at most: so there are never two links.

mod ours;
pub(crate) mod text;

use super::command::{CommandError, Done, InviteError};
use super::commands::Plan;
use super::input::{Description, RtcEvent, SdpKind};
use super::links::fresh_conn;
use super::output::{IceConfig, Level, Output, Phase, RtcOp};
use super::view::Path;
use super::{Node, Timer};
use crate::id::{ConnId, PeerId, Ticket};
use crate::limits;
use crate::link::half;
use crate::link::negotiate::{Standing, Step};
use crate::redact::Private;
use crate::seal::End;
use crate::time::Now;
use crate::wire::slip::{Half, Slip, SlipKind};
use ours::Ours;
use std::collections::VecDeque;
use text::{ANYBODY, Sealed};

/// Slips made and taken in this run.
#[derive(Debug, Default)]
pub(super) struct Slips {
    /// The invite that was made here last,
    invite: Option<Ours>,
    /// the reply that was made here last,
    reply: Option<Ours>,
    /// and the link that a reply was taken for.
    linking: Option<(Ticket, PeerId)>,
    /// Invites that are over, by their numbers: answered here, or one's own that were taken.
    used: VecDeque<u64>,
}

impl Slips {
    fn of(&mut self, kind: SlipKind) -> &mut Option<Ours> {
        match kind {
            SlipKind::Invite => &mut self.invite,
            SlipKind::Reply => &mut self.reply,
        }
    }

    fn use_up(&mut self, invite: u64) {
        if self.used.len() == limits::MAX_USED_SLIPS {
            self.used.pop_front();
        }
        self.used.push_back(invite);
    }

    /// The connection that waits for the reply to this invite.
    fn expects(&self, invite: u64) -> Result<ConnId, InviteError> {
        match self.invite.as_ref().filter(|ours| ours.is(invite)) {
            Some(ours) if ours.over => Err(InviteError::Stale),
            Some(ours) => Ok(ours.conn),
            None if self.used.contains(&invite) => Err(InviteError::Used),
            None => Err(InviteError::OtherInvite),
        }
    }
}

impl Node {
    /// [`super::Command::Invite`].
    pub(super) fn invite(&mut self, now: Now, ticket: Ticket) -> Result<Plan, CommandError> {
        if self.relay_only {
            return Err(InviteError::NoAddress.into());
        }
        self.drop_slip(now, SlipKind::Invite, InviteError::OtherInvite);
        let conn = fresh_conn(&mut self.next_conn);
        self.slips.invite = Some(Ours::begin(now, conn, ticket, None));
        let config = IceConfig {
            servers: self.ice.clone(),
        };
        self.aside(conn, RtcOp::Create(config));
        self.aside(conn, RtcOp::Offer { restart: false });
        Ok(Plan::Later)
    }

    /// Uses the connection of an invite, which belongs to nobody yet but oneself.
    fn aside(&mut self, conn: ConnId, op: RtcOp) {
        let peer = self.me;
        self.output(Output::Rtc { conn, peer, op });
    }

    /// An own invite or reply ends, with its connection if that does not work by now. Whoever waits for it hears why.
    pub(super) fn drop_slip(&mut self, now: Now, kind: SlipKind, why: InviteError) {
        let Some(ours) = self.slips.of(kind).take() else {
            return;
        };
        if let Some(ticket) = ours.waiting {
            self.invite_done(ticket, Err(why));
        }
        match ours.to {
            None if ours.over => {}
            None => self.aside(ours.conn, RtcOp::Close),
            Some((_, End { peer: id, .. })) => {
                if let Some(peer) = self.peers.get_mut(&id) {
                    let steps = peer.negotiation.disown(ours.conn);
                    self.perform(now, id, steps);
                }
            }
        }
    }

    /// [`super::Command::TakeSlip`].
    pub(super) fn take_slip(
        &mut self,
        now: Now,
        ticket: Ticket,
        text: &Private,
    ) -> Result<Plan, CommandError> {
        let sealed = Sealed::find(text.expose())?;
        let signed = sealed.open(&self.keys, self.room)?;
        let (from, slip) = text::claim(sealed.kind, &signed).ok_or(InviteError::Damaged)?;
        if let Slip::Reply { invite, .. } = slip {
            // Written for an earlier run of this tab, it could not be verified.
            self.slips.expects(invite)?;
        }
        if !text::is_genuine(sealed.kind, &signed, from, self.end()) {
            return Err(InviteError::Damaged.into());
        }
        if from.peer == self.me {
            return Err(InviteError::Own.into());
        }
        let plan = match slip {
            Slip::Invite { made, half, .. } => {
                let age = self.wall.0.abs_diff(made.0);
                if u128::from(age) > limits::INVITE_TTL.as_millis() {
                    return Err(InviteError::Stale.into());
                }
                self.answer_invite(now, ticket, (sealed.number(), from), &half)
            }
            Slip::Reply { invite, half, .. } => self.take_reply(now, ticket, (invite, from), &half),
        };
        Ok(plan?)
    }

    fn answer_invite(
        &mut self,
        now: Now,
        ticket: Ticket,
        (invite, from): (u64, End),
        half: &Half,
    ) -> Result<Plan, InviteError> {
        let again = self.slips.reply.as_ref();
        let again = again.filter(|ours| ours.to == Some((invite, from)) && self.waits(ours));
        if let Some(sealed) = again.and_then(|ours| ours.sealed.as_ref()) {
            // Whoever has lost the reply gets it again.
            return Ok(Plan::Answer(Done::Reply(from.peer, sealed.to_text())));
        }
        if self.slips.used.contains(&invite) {
            return Err(InviteError::Used);
        }
        if self.may_link(now, from)? != Standing::Open {
            return Err(InviteError::Linked);
        }
        self.drop_slip(now, SlipKind::Reply, InviteError::OtherInvite);
        self.slips.use_up(invite);
        let conn = fresh_conn(&mut self.next_conn);
        self.slips.reply = Some(Ours::begin(now, conn, ticket, Some((invite, from))));
        self.adopt(now, from, (conn, SdpKind::Offer), half);
        Ok(Plan::Later)
    }

    fn take_reply(
        &mut self,
        now: Now,
        ticket: Ticket,
        (invite, from): (u64, End),
        half: &Half,
    ) -> Result<Plan, InviteError> {
        let conn = self.slips.expects(invite)?;
        let standing = self.may_link(now, from)?;
        self.slips.use_up(invite);
        if standing == Standing::Open {
            self.slips.invite = None;
            self.adopt(now, from, (conn, SdpKind::Answer), half);
        } else {
            self.drop_slip(now, SlipKind::Invite, InviteError::Linked);
        }
        if let Some((older, _)) = self.slips.linking.replace((ticket, from.peer)) {
            self.invite_done(older, Err(InviteError::NoWay));
        }
        Ok(Plan::Later)
    }

    /// How the link with this end stands, unless none may be made with it.
    fn may_link(&mut self, now: Now, from: End) -> Result<Standing, InviteError> {
        if self.relay_only {
            return Err(InviteError::NoAddress);
        }
        match self.peers.get(&from.peer) {
            Some(peer) if peer.session == Some(from.session) => match peer.negotiation.standing() {
                Standing::Open => {}
                standing => return Ok(standing),
            },
            // Another run of it is there: what was written before that one began is void.
            Some(peer) if peer.path != Path::None || peer.on_hub => return Err(InviteError::Gone),
            None if self.peers.len() >= limits::MAX_PEERS => return Err(InviteError::NoWay),
            _ => {}
        }
        if self.has_room(now, from.peer) {
            Ok(Standing::Open)
        } else {
            Err(InviteError::NoWay)
        }
    }

    /// The connection becomes the one with `from`, described by its half.
    fn adopt(&mut self, now: Now, from: End, (conn, kind): (ConnId, SdpKind), half: &Half) {
        let id = from.peer;
        self.meet(now, id, from.session);
        // Whoever answers waits as long as people take; whoever takes the answer knows that the other is ready.
        let until = (kind == SdpKind::Answer).then(|| now.mono.plus(limits::DIAL_PATIENCE));
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let sdp = half::description(half);
        let mut steps = peer.negotiation.adopt(now.mono, conn, &sdp, until);
        peer.neighbour = true;
        if kind == SdpKind::Offer {
            steps.push(Step::Create(conn));
        }
        let described = RtcOp::SetRemote(Description { kind, sdp });
        steps.push(Step::Rtc(conn, described));
        for candidate in half::candidates(half) {
            steps.push(Step::Rtc(conn, RtcOp::AddCandidate(candidate)));
        }
        self.conns.insert(conn, id);
        self.perform(now, id, steps);
    }

    /// True while this invite, or the connection of this reply, waits for people.
    fn waits(&self, ours: &Ours) -> bool {
        ours.to.is_none_or(|(_, from)| {
            self.peers.get(&from.peer).is_some_and(|peer| {
                peer.negotiation.conn() == Some(ours.conn) && !peer.negotiation.is_open()
            })
        })
    }

    /// An event of a connection whose slip may not be complete. True when it is nobody else's business.
    pub(super) fn slip_event(&mut self, conn: ConnId, event: &RtcEvent) -> bool {
        let both = [&mut self.slips.invite, &mut self.slips.reply];
        let ours = both.into_iter().flatten().find(|ours| ours.conn == conn);
        ours.is_some_and(|ours| {
            ours.hear(event);
            ours.to.is_none()
        })
    }

    /// Every turn: hands out what is complete, and ends what is over.
    pub(super) fn tend_slips(&mut self, now: Now) {
        for kind in [SlipKind::Invite, SlipKind::Reply] {
            self.tend_slip(now, kind);
        }
        self.tend_linking();
        let both = [&self.slips.invite, &self.slips.reply];
        match both.into_iter().flatten().filter_map(Ours::due).min() {
            Some(at) => self.timers.set(Timer::Slips, at),
            None => self.timers.clear(Timer::Slips),
        }
    }

    fn tend_slip(&mut self, now: Now, kind: SlipKind) {
        let Some(mut ours) = self.slips.of(kind).take() else {
            return;
        };
        let (due, waits) = (ours.is_due(now), self.waits(&ours));
        let mut refused = (!waits).then_some(InviteError::Linked);
        if due && ours.sealed.is_some() {
            if kind == SlipKind::Invite {
                // Kept, to tell whoever comes with a reply.
                ours.over = true;
                self.aside(ours.conn, RtcOp::Close);
            } else {
                refused = Some(InviteError::Stale);
            }
        } else if due && waits {
            match ours.half() {
                Some(half) => self.hand_out(&mut ours, half),
                None => refused = Some(InviteError::NoAddress),
            }
        }
        *self.slips.of(kind) = Some(ours);
        if let Some(why) = refused {
            self.drop_slip(now, kind, why);
        }
    }

    fn hand_out(&mut self, ours: &mut Ours, half: Half) {
        let session = self.session;
        let (to, slip) = match ours.to {
            Some((invite, from)) => (
                from,
                Slip::Reply {
                    invite,
                    session,
                    half,
                },
            ),
            None => (
                ANYBODY,
                Slip::Invite {
                    made: self.wall,
                    session,
                    half,
                },
            ),
        };
        let ends = (self.end(), to);
        let keys = (&self.keys, &self.device, self.room);
        let sealed = Sealed::close(keys, ends, &mut self.rng, &slip);
        if let Some(ticket) = ours.waiting.take() {
            let text = sealed.to_text();
            let done = match ours.to {
                Some((_, from)) => Done::Reply(from.peer, text),
                None => Done::Invite(text),
            };
            self.invite_done(ticket, Ok(done));
        }
        ours.sealed = Some(sealed);
    }

    fn tend_linking(&mut self) {
        let Some((ticket, id)) = self.slips.linking else {
            return;
        };
        let link = self.peers.get(&id).map(|peer| &peer.negotiation);
        let outcome = match link {
            Some(link) if link.is_open() => Ok(Done::Linked(id)),
            Some(link) if link.conn().is_some() => return,
            _ => Err(InviteError::NoWay),
        };
        self.slips.linking = None;
        self.invite_done(ticket, outcome);
    }

    fn invite_done(&mut self, ticket: Ticket, outcome: Result<Done, InviteError>) {
        let text = match &outcome {
            Ok(Done::Linked(_)) => "linked by invite".to_owned(),
            Ok(_) => "an invite or a reply was made".to_owned(),
            Err(error) => format!("no link by invite: {error}"),
        };
        self.log(Level::Info, Phase::Handshake, None, text);
        let outcome = outcome.map_err(CommandError::from);
        self.output(Output::Done(ticket, outcome));
    }
}
