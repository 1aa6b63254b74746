#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::id::SessionId;
use crate::id::TaskId;
use crate::model::{Assignee, Priority, TaskChange, TaskStatus};
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
        unread_private: 1,
        undo: Some(UndoKind::Move),
        clock_ahead_ms: Some(-60_000),
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
        unread: 2,
    };
    let link = LinkView {
        peer,
        session: Some(SessionId(1)),
        path: Path::Direct,
        rtc: Some(RtcState::Connected),
        channel_open: true,
        on_hub: true,
        route: Vec::new(),
        rtt_ms: Some(12),
        bytes: (10, 20),
        retransmits: 0,
        attempts: 1,
        restarts: 2,
        unacked: 3,
        tampered: (0, None),
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
        with: Some(peer),
        expires: Some(Wall(1_700_000_060_000)),
        mine: true,
        gap: false,
        read: true,
        delivery: vec![(peer, Delivery::Delivered)],
    };
    let lost = LostView {
        task: task.id,
        title: task.title.clone(),
        mine: Some(TaskChange::Status(TaskStatus::Done)),
        theirs: Some(TaskChange::Status(TaskStatus::InProgress)),
        by: peer,
        at: Wall(3),
    };
    let text = view_of(&room, &[person], &[link], &[task], &[lost], &[message]);
    serde_json::from_str(&text).unwrap()
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
