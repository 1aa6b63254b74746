//! The whole view of a node.

use super::task::{LostJson, TaskJson};
use super::{Text, to_text};
use crate::clock::Stamp;
use crate::id::{OpId, RoomId, WriterId};
use crate::model::{Presence, Profile};
use crate::node::{
    Delivery, HubState, LinkView, LostView, MessageView, Node, Path, PersonView, Refusal, RoomView,
    RtcState, StorageState, Tampering, TaskView, UndoKind,
};
use serde::Serialize;

/// `{room, people, links, tasks, lost, messages}` as JSON.
#[must_use]
pub fn view_json(node: &Node) -> String {
    view_of(
        &node.room(),
        &node.people(),
        &node.links(),
        &node.tasks(),
        &node.lost_edits(),
        &node.messages(),
    )
}

fn view_of(
    room: &RoomView,
    people: &[PersonView],
    links: &[LinkView],
    tasks: &[TaskView],
    lost: &[LostView],
    messages: &[MessageView],
) -> String {
    to_text(&View {
        room: RoomJson::of(room),
        people: people.iter().map(PersonJson::of).collect(),
        links: links.iter().map(LinkJson::of).collect(),
        tasks: tasks.iter().map(TaskJson::of).collect(),
        lost: lost.iter().map(LostJson::of).collect(),
        messages: messages.iter().map(MessageJson::of).collect(),
    })
}

#[derive(Serialize)]
struct View<'a> {
    room: RoomJson<'a>,
    people: Vec<PersonJson<'a>>,
    links: Vec<LinkJson>,
    tasks: Vec<TaskJson<'a>>,
    lost: Vec<LostJson<'a>>,
    messages: Vec<MessageJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomJson<'a> {
    id: Text<RoomId>,
    me: Text<WriterId>,
    session: String,
    profile: Option<ProfileJson<'a>>,
    hub: &'static str,
    refusal: Option<String>,
    connection: ConnectionJson,
    waiting: usize,
    unread: usize,
    unread_private: usize,
    undo: Option<&'static str>,
    clock_ahead_ms: Option<i64>,
    storage: &'static str,
    quarantined: usize,
    rejected: u64,
}

#[derive(Serialize)]
pub(super) struct ProfileJson<'a> {
    name: &'a str,
    role: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
struct ConnectionJson {
    direct: usize,
    relayed: usize,
    reconnecting: usize,
}

#[derive(Serialize)]
struct PersonJson<'a> {
    id: Text<WriterId>,
    me: bool,
    #[serde(flatten)]
    profile: ProfileJson<'a>,
    presence: &'static str,
    path: &'static str,
    typing: bool,
    left: bool,
    unread: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LinkJson {
    peer: Text<WriterId>,
    session: Option<String>,
    path: &'static str,
    rtc: Option<&'static str>,
    channel_open: bool,
    on_hub: bool,
    route: Vec<Text<WriterId>>,
    rtt_ms: Option<u64>,
    bytes_sent: u64,
    bytes_received: u64,
    retransmits: u64,
    attempts: u32,
    restarts: u32,
    unacked: u64,
    tampered: u64,
    tampering: Option<&'static str>,
    reason: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageJson<'a> {
    id: Text<OpId>,
    stamp: Text<Stamp>,
    at: u64,
    from: Text<WriterId>,
    text: &'a str,
    reply_to: Option<Text<OpId>>,
    with: Option<Text<WriterId>>,
    expires: Option<u64>,
    mine: bool,
    gap: bool,
    read: bool,
    delivery: Vec<DeliveryJson>,
}

#[derive(Serialize)]
struct DeliveryJson {
    to: Text<WriterId>,
    state: &'static str,
}

impl<'a> RoomJson<'a> {
    fn of(view: &'a RoomView) -> Self {
        let (hub, refusal) = match view.hub {
            HubState::Connecting => ("connecting", None),
            HubState::Joined => ("joined", None),
            HubState::Unreachable => ("unreachable", None),
            HubState::Refused(why) => ("refused", Some(refusal(why))),
        };
        Self {
            id: Text(view.room),
            me: Text(view.me),
            session: format!("{:016x}", view.session.0),
            profile: view.profile.as_ref().map(ProfileJson::of),
            hub,
            refusal,
            connection: ConnectionJson {
                direct: view.connection.direct,
                relayed: view.connection.relayed,
                reconnecting: view.connection.reconnecting,
            },
            waiting: view.waiting,
            unread: view.unread,
            unread_private: view.unread_private,
            undo: view.undo.map(|kind| match kind {
                UndoKind::Edit => "edit",
                UndoKind::Move => "move",
                UndoKind::Add => "add",
                UndoKind::Delete => "delete",
            }),
            clock_ahead_ms: view.clock_ahead_ms,
            storage: match view.storage {
                StorageState::Fine => "fine",
                StorageState::Full => "full",
                StorageState::Blocked => "blocked",
            },
            quarantined: view.quarantined,
            rejected: view.rejected,
        }
    }
}

impl<'a> ProfileJson<'a> {
    pub(super) fn of(profile: &'a Profile) -> Self {
        Self {
            name: profile.name.expose(),
            role: profile.role.expose(),
            status: profile.status.expose(),
        }
    }
}

impl<'a> PersonJson<'a> {
    fn of(view: &'a PersonView) -> Self {
        Self {
            id: Text(view.id),
            me: view.me,
            profile: ProfileJson::of(&view.profile),
            presence: match view.presence {
                Presence::Online => "online",
                Presence::Away => "away",
                Presence::Reconnecting => "reconnecting",
                Presence::Offline => "offline",
            },
            path: path(view.path),
            typing: view.typing,
            left: view.left,
            unread: view.unread,
        }
    }
}

impl LinkJson {
    pub(super) fn of(view: &LinkView) -> Self {
        Self {
            peer: Text(view.peer),
            session: view.session.map(|session| format!("{:016x}", session.0)),
            path: path(view.path),
            rtc: view.rtc.map(rtc),
            channel_open: view.channel_open,
            on_hub: view.on_hub,
            route: view.route.iter().copied().map(Text).collect(),
            rtt_ms: view.rtt_ms,
            bytes_sent: view.bytes.0,
            bytes_received: view.bytes.1,
            retransmits: view.retransmits,
            attempts: view.attempts,
            restarts: view.restarts,
            unacked: view.unacked,
            tampered: view.tampered.0,
            tampering: view.tampered.1.map(Tampering::as_str),
            reason: view.reason,
        }
    }
}

impl<'a> MessageJson<'a> {
    fn of(view: &'a MessageView) -> Self {
        Self {
            id: Text(view.id),
            stamp: Text(view.stamp),
            at: view.stamp.wall().0,
            from: Text(view.id.writer),
            text: view.text.expose(),
            reply_to: view.reply_to.map(Text),
            with: view.with.map(Text),
            expires: view.expires.map(|at| at.0),
            mine: view.mine,
            gap: view.gap,
            read: view.read,
            delivery: view
                .delivery
                .iter()
                .map(|(to, state)| DeliveryJson {
                    to: Text(*to),
                    state: match state {
                        Delivery::Expired => "expired",
                        Delivery::Saved => "saved",
                        Delivery::Sent => "sent",
                        Delivery::Delivered => "delivered",
                        Delivery::Read => "read",
                    },
                })
                .collect(),
        }
    }
}

pub(super) fn path(path: Path) -> &'static str {
    match path {
        Path::None => "none",
        Path::Direct => "direct",
        Path::Hub => "hub",
        Path::Peer => "peer",
    }
}

pub(super) fn rtc(state: RtcState) -> &'static str {
    match state {
        RtcState::New => "new",
        RtcState::Connecting => "connecting",
        RtcState::Connected => "connected",
        RtcState::Disconnected => "disconnected",
        RtcState::Failed => "failed",
        RtcState::Closed => "closed",
    }
}

fn refusal(why: Refusal) -> String {
    match why {
        Refusal::UnknownRoom => "unknownRoom".into(),
        Refusal::Ended => "ended".into(),
        Refusal::WrongKey => "wrongKey".into(),
        Refusal::Replaced => "replaced".into(),
        Refusal::Full => "full".into(),
        Refusal::Version => "version".into(),
        Refusal::Other(code) => format!("code {code}"),
    }
}

#[cfg(test)]
mod tests;
