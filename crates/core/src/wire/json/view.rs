//! The whole view of a node.

use super::{Text, to_text};
use crate::clock::Stamp;
use crate::id::{OpId, RoomId, TaskId, WriterId};
use crate::model::{Assignee, Presence, Priority, Profile, TaskStatus};
use crate::node::{
    Delivery, HubState, LinkView, MessageView, Node, Path, PersonView, Refusal, RoomView, RtcState,
    StorageState, TaskView,
};
use serde::Serialize;

/// `{room, people, links, tasks, messages}` as JSON.
#[must_use]
pub fn view_json(node: &Node) -> String {
    view_of(
        &node.room(),
        &node.people(),
        &node.links(),
        &node.tasks(),
        &node.messages(),
    )
}

fn view_of(
    room: &RoomView,
    people: &[PersonView],
    links: &[LinkView],
    tasks: &[TaskView],
    messages: &[MessageView],
) -> String {
    to_text(&View {
        room: RoomJson::of(room),
        people: people.iter().map(PersonJson::of).collect(),
        links: links.iter().map(LinkJson::of).collect(),
        tasks: tasks.iter().map(TaskJson::of).collect(),
        messages: messages.iter().map(MessageJson::of).collect(),
    })
}

#[derive(Serialize)]
struct View<'a> {
    room: RoomJson<'a>,
    people: Vec<PersonJson<'a>>,
    links: Vec<LinkJson>,
    tasks: Vec<TaskJson<'a>>,
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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkJson {
    peer: Text<WriterId>,
    session: Option<String>,
    path: &'static str,
    rtc: Option<&'static str>,
    channel_open: bool,
    on_hub: bool,
    rtt_ms: Option<u64>,
    bytes_sent: u64,
    bytes_received: u64,
    retransmits: u64,
    attempts: u32,
    restarts: u32,
    unacked: u64,
    reason: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskJson<'a> {
    id: Text<TaskId>,
    title: &'a str,
    notes: &'a str,
    assignee: Option<AssigneeJson<'a>>,
    priority: &'static str,
    due: Option<u64>,
    place: &'a str,
    status: &'static str,
    position: String,
    created_by: Text<WriterId>,
    created: u64,
    changed_by: Text<WriterId>,
    changed: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum AssigneeJson<'a> {
    Person(Text<WriterId>),
    Role(&'a str),
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
        }
    }
}

impl LinkJson {
    fn of(view: &LinkView) -> Self {
        Self {
            peer: Text(view.peer),
            session: view.session.map(|session| format!("{:016x}", session.0)),
            path: path(view.path),
            rtc: view.rtc.map(|state| match state {
                RtcState::New => "new",
                RtcState::Connecting => "connecting",
                RtcState::Connected => "connected",
                RtcState::Disconnected => "disconnected",
                RtcState::Failed => "failed",
                RtcState::Closed => "closed",
            }),
            channel_open: view.channel_open,
            on_hub: view.on_hub,
            rtt_ms: view.rtt_ms,
            bytes_sent: view.bytes.0,
            bytes_received: view.bytes.1,
            retransmits: view.retransmits,
            attempts: view.attempts,
            restarts: view.restarts,
            unacked: view.unacked,
            reason: view.reason,
        }
    }
}

impl<'a> TaskJson<'a> {
    fn of(view: &'a TaskView) -> Self {
        Self {
            id: Text(view.id),
            title: view.title.expose(),
            notes: view.notes.expose(),
            assignee: view.assignee.as_ref().map(|assignee| match assignee {
                Assignee::Person(person) => AssigneeJson::Person(Text(*person)),
                Assignee::Role(role) => AssigneeJson::Role(role.expose()),
            }),
            priority: match view.priority {
                Priority::Low => "low",
                Priority::Normal => "normal",
                Priority::High => "high",
                Priority::Urgent => "urgent",
            },
            due: view.due.map(|due| due.0),
            place: view.place.expose(),
            status: match view.status {
                TaskStatus::Open => "open",
                TaskStatus::InProgress => "inProgress",
                TaskStatus::Done => "done",
            },
            position: super::frame::hex(&view.position),
            created_by: Text(view.created_by),
            created: view.created.0,
            changed_by: Text(view.changed_by),
            changed: view.changed.0,
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
            mine: view.mine,
            gap: view.gap,
            read: view.read,
            delivery: view
                .delivery
                .iter()
                .map(|(to, state)| DeliveryJson {
                    to: Text(*to),
                    state: match state {
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::id::SessionId;
    use crate::node::Connection;
    use crate::time::{Mono, Wall};
    use serde_json::{Value, json};

    fn sample() -> Value {
        let (me, peer) = (WriterId([1; 16]), WriterId([0xab; 16]));
        let room = RoomView {
            room: RoomId([7; 16]),
            me,
            session: SessionId(u64::MAX),
            profile: Some(Profile {
                name: "Dr. Smith".into(),
                ..Profile::default()
            }),
            hub: HubState::Refused(Refusal::WrongKey),
            connection: Connection {
                direct: 1,
                ..Connection::default()
            },
            waiting: 2,
            unread: 3,
            storage: StorageState::Full,
            quarantined: 0,
            rejected: 4,
        };
        let person = PersonView {
            id: peer,
            me: false,
            profile: Profile {
                name: "Ann \"Bee\"".into(),
                role: "nurse".into(),
                status: "".into(),
            },
            presence: Presence::Reconnecting,
            path: Path::Hub,
            typing: true,
            left: false,
        };
        let link = LinkView {
            peer,
            session: Some(SessionId(1)),
            path: Path::Direct,
            rtc: Some(RtcState::Connected),
            channel_open: true,
            on_hub: true,
            rtt_ms: Some(12),
            bytes: (10, 20),
            retransmits: 0,
            attempts: 1,
            restarts: 2,
            unacked: 3,
            since: Mono(5),
            reason: "connected",
        };
        let task = TaskView {
            id: TaskId([9; 16]),
            title: "Clean chair 2".into(),
            notes: "".into(),
            assignee: Some(Assignee::Person(peer)),
            priority: Priority::Urgent,
            due: Some(Wall(1_700_000_000_000)),
            place: "chair 2".into(),
            status: TaskStatus::InProgress,
            position: vec![0x80, 1],
            created_by: me,
            created: Wall(1),
            changed_by: peer,
            changed: Wall(2),
        };
        let message = MessageView {
            id: OpId { writer: me, seq: 3 },
            stamp: Stamp::at(Wall(1_700_000_000_000)),
            text: "hello".into(),
            reply_to: Some(OpId {
                writer: peer,
                seq: 1,
            }),
            mine: true,
            gap: false,
            read: true,
            delivery: vec![(peer, Delivery::Delivered)],
        };
        serde_json::from_str(&view_of(&room, &[person], &[link], &[task], &[message])).unwrap()
    }

    #[test]
    fn a_room_shows_its_ids_states_and_counts() {
        let room = sample()["room"].clone();
        assert_eq!(room["id"], "07070707-0707-0707-0707-070707070707");
        assert_eq!(room["session"], "ffffffffffffffff");
        assert_eq!(room["hub"], "refused");
        assert_eq!(room["refusal"], "wrongKey");
        assert_eq!(
            room["connection"],
            json!({"direct": 1, "relayed": 0, "reconnecting": 0})
        );
        assert_eq!(room["profile"]["name"], "Dr. Smith");
        assert_eq!(
            (room["storage"].as_str(), &room["rejected"]),
            (Some("full"), &json!(4))
        );
    }

    #[test]
    fn people_and_links_show_path_and_round_trip() {
        let view = sample();
        let person = &view["people"][0];
        assert_eq!(person["name"], "Ann \"Bee\"");
        assert_eq!(
            (&person["presence"], &person["path"]),
            (&json!("reconnecting"), &json!("hub"))
        );
        let link = &view["links"][0];
        assert_eq!(link["peer"], "ab".repeat(16));
        assert_eq!(
            (&link["path"], &link["rttMs"]),
            (&json!("direct"), &json!(12))
        );
        assert_eq!(
            (&link["bytesSent"], &link["bytesReceived"]),
            (&json!(10), &json!(20))
        );
    }

    #[test]
    fn tasks_and_messages_show_every_field() {
        let view = sample();
        let task = &view["tasks"][0];
        assert_eq!(task["assignee"], json!({"person": "ab".repeat(16)}));
        assert_eq!(
            (&task["priority"], &task["status"]),
            (&json!("urgent"), &json!("inProgress"))
        );
        assert_eq!(
            (&task["position"], &task["due"]),
            (&json!("8001"), &json!(1_700_000_000_000u64))
        );
        let message = &view["messages"][0];
        assert_eq!(message["id"], format!("{}-3", "01".repeat(16)));
        assert_eq!(message["at"], json!(1_700_000_000_000u64));
        assert_eq!(message["replyTo"], format!("{}-1", "ab".repeat(16)));
        assert_eq!(
            message["delivery"],
            json!([{"to": "ab".repeat(16), "state": "delivered"}])
        );
    }
}
