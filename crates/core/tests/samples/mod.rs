//! One of every frame and operation, for golden bytes and mutation.

use corridor_core::clock::Stamp;
use corridor_core::id::{HubId, OpId, RecordId, RoomId, RoomTag, SessionId, TaskId, WriterId};
use corridor_core::model::{Assignee, Body, Op, Post, Priority, Profile, TaskChange, TaskStatus};
use corridor_core::node::Candidate;
use corridor_core::time::Wall;
use corridor_core::wire::facts::{Facts, FactsFrame, Gathered};
use corridor_core::wire::fanout::{
    Ask, Beat as HubBeat, BookEntry, Claim, Crossing, FanoutFrame, Missed, PeerReport, Posted,
    RoomPart, Told,
};
use corridor_core::wire::hub::{
    ClientFrame, HubFrame, Join, Joined, LinkState, Member, Parcel, Sighting, Turn,
};
use corridor_core::wire::peer::{
    Beat, ClockField, Forward, Gone, Have, Hello, Link, Near, Neighbor, NoRoute, Part, PeerFrame,
    PresenceFrame, Run, Want,
};
use corridor_core::wire::run::Item;
use corridor_core::wire::shelf::{Label, Listed, Record, Store, StoreError, Stored};
use corridor_core::wire::signal::{Round, Signal};
use corridor_core::wire::slip::{Half, Place, Setup, Slip, Spot, SpotKind};

pub(crate) const WRITER: WriterId = WriterId([0x11; 16]);
pub(crate) const OTHER: WriterId = WriterId([0x22; 16]);
const THIRD: WriterId = WriterId([0x33; 16]);

fn clock() -> ClockField {
    ClockField(vec![(WRITER, 3), (OTHER, 70_000)])
}

pub(crate) fn peer_frames() -> Vec<(&'static str, PeerFrame)> {
    let beat = Beat {
        nonce: 0x0102_0304_0506_0708,
        digest: u64::MAX,
        away: true,
        wall: Wall(1_800_000_000_123),
    };
    vec![
        (
            "hello",
            PeerFrame::Hello(Hello {
                version: 1,
                session: SessionId(9),
                have: clock(),
                reply: true,
            }),
        ),
        (
            "ops",
            PeerFrame::Ops(Run {
                writer: WRITER,
                first: 4,
                items: vec![
                    Item::Op(vec![1, 2, 3].into()),
                    Item::Dropped {
                        level: 2,
                        hash: [6; 32],
                    },
                    Item::Op(vec![].into()),
                ],
                signature: [7; 64],
            }),
        ),
        (
            "have",
            PeerFrame::Have(Have {
                have: clock(),
                full: true,
                reply: false,
            }),
        ),
        (
            "want",
            PeerFrame::Want(vec![Want {
                writer: OTHER,
                first: 1,
                last: 300,
            }]),
        ),
        ("ping", PeerFrame::Ping(beat)),
        ("pong", PeerFrame::Pong(beat)),
        (
            "presence",
            PeerFrame::Presence(PresenceFrame {
                away: false,
                typing: true,
            }),
        ),
        ("signal", PeerFrame::Signal(vec![0xab; 5].into())),
        ("bye", PeerFrame::Bye),
        (
            "near",
            PeerFrame::Near(Near {
                full: true,
                up: vec![Neighbor {
                    peer: OTHER,
                    session: SessionId(9),
                    via: vec![WRITER],
                    rtt_ms: 12,
                    away: true,
                }],
                down: vec![WRITER],
            }),
        ),
        (
            "forward",
            PeerFrame::Forward(Forward {
                from: WRITER,
                to: OTHER,
                route: vec![THIRD],
                at: 0,
                sealed: vec![0xcd; 4].into(),
            }),
        ),
        (
            "no-route",
            PeerFrame::NoRoute(NoRoute {
                from: WRITER,
                to: OTHER,
                route: vec![THIRD],
                at: 0,
            }),
        ),
        (
            "facts",
            PeerFrame::Facts(FactsFrame {
                reply: true,
                facts: Facts {
                    on_hub: true,
                    layers: 6,
                    hub_heard_ms: Some(1_200),
                    no_webrtc: false,
                    offline: false,
                    servers: 1,
                    gathered: Gathered {
                        host: 0,
                        mdns: 2,
                        reflexive: 1,
                        relayed: 0,
                    },
                    state: 1,
                    attempts: 3,
                    since_ms: 70_000,
                    refused: 0,
                    storage: 1,
                    clock_ahead_ms: Some(-61_000),
                    faults: 4,
                },
            }),
        ),
        (
            "link",
            PeerFrame::Link(Link {
                needed: true,
                branch: false,
            }),
        ),
        (
            "gone",
            PeerFrame::Gone(Gone {
                peer: OTHER,
                session: SessionId(9),
            }),
        ),
        (
            "part",
            PeerFrame::Part(Part {
                number: 7,
                index: 1,
                count: 3,
                bytes: vec![0xef; 4].into(),
            }),
        ),
    ]
}

pub(crate) fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let parcel = || Parcel {
        peer: OTHER,
        sealed: vec![0xcd; 4].into(),
    };
    vec![
        (
            "client-join",
            ClientFrame::Join(Join {
                version: 1,
                room: RoomId([1; 16]),
                tag: RoomTag([2; 16]),
                peer: WRITER,
                session: SessionId(5),
                public_key: [3; 32],
                slot: 1,
                proof: [4; 64],
                resume: true,
            }),
        ),
        ("client-signal", ClientFrame::Signal(parcel())),
        ("client-relay", ClientFrame::Relay(parcel())),
        ("client-leave", ClientFrame::Leave),
        ("client-ping", ClientFrame::Ping(8)),
        (
            "client-link-report",
            ClientFrame::LinkReport(vec![
                LinkState {
                    peer: OTHER,
                    path: 1,
                    state: 2,
                    rtt_ms: Some(17),
                    attempts: 2,
                    opened: 1,
                    relayed: true,
                },
                LinkState {
                    peer: WRITER,
                    path: 0,
                    state: 4,
                    rtt_ms: None,
                    attempts: 300,
                    opened: 0,
                    relayed: false,
                },
            ]),
        ),
        (
            "client-shelf-store",
            ClientFrame::ShelfStore(Store {
                id: RecordId([0x41; 16]),
                label: vec![0xa1; 72].into(),
                sealed: vec![0xb2; 9].into(),
                source: 1,
                ttl: Some(3600),
            }),
        ),
        ("client-shelf-list", ClientFrame::ShelfList(70_000)),
        (
            "client-shelf-fetch",
            ClientFrame::ShelfFetch(vec![1, 70_000]),
        ),
    ]
}

pub(crate) fn hub_frames() -> Vec<(&'static str, HubFrame)> {
    let member = Member {
        peer: OTHER,
        session: SessionId(6),
    };
    let parcel = || Parcel {
        peer: WRITER,
        sealed: vec![0xef; 4].into(),
    };
    vec![
        ("hub-challenge", HubFrame::Challenge([9; 32])),
        (
            "hub-joined",
            HubFrame::Joined(Joined {
                wall: 1_800_000_000_000,
                members: vec![member],
                ice: vec!["stun:?:3478".to_owned()],
                layers: Some(7),
                turn: None,
            }),
        ),
        (
            "hub-joined-with-turn",
            HubFrame::Joined(Joined {
                wall: 1_800_000_000_000,
                members: Vec::new(),
                ice: Vec::new(),
                layers: Some(7),
                turn: Some(Turn {
                    urls: vec!["turn:192.0.2.1:3478?transport=udp".to_owned()],
                    user: "1800043200:corridor".to_owned(),
                    credential: "c2VjcmV0".to_owned(),
                    lasts_s: 43_200,
                }),
            }),
        ),
        ("hub-arrived", HubFrame::Arrived(member)),
        ("hub-departed", HubFrame::Departed(member)),
        ("hub-signal", HubFrame::Signal(parcel())),
        ("hub-relayed", HubFrame::Relayed(parcel())),
        ("hub-refused", HubFrame::Refused(3)),
        (
            "hub-pong",
            HubFrame::Pong {
                number: 8,
                wall: 1_800_000_000_123,
            },
        ),
        ("hub-undelivered", HubFrame::Undelivered(OTHER)),
        (
            "hub-shelf-stored",
            HubFrame::ShelfStored(Stored {
                id: RecordId([0x41; 16]),
                number: 70_001,
                again: true,
            }),
        ),
        (
            "hub-shelf-error",
            HubFrame::ShelfError(StoreError {
                id: RecordId([0x41; 16]),
                code: 5,
            }),
        ),
        (
            "hub-shelf-listed",
            HubFrame::ShelfListed(Listed {
                epoch: 9,
                records: vec![Label {
                    number: 70_001,
                    label: vec![0xa1; 72].into(),
                }],
                more: true,
            }),
        ),
        (
            "hub-shelf-record",
            HubFrame::ShelfRecord(Record {
                number: 70_001,
                sealed: Some(vec![0xb2; 9].into()),
            }),
        ),
        (
            "hub-shelf-record-gone",
            HubFrame::ShelfRecord(Record {
                number: 70_002,
                sealed: None,
            }),
        ),
        (
            "hub-seen",
            HubFrame::Seen(vec![
                Sighting {
                    peer: OTHER,
                    at: [192, 168, 7, 2].into(),
                },
                Sighting {
                    peer: THIRD,
                    at: [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3].into(),
                },
            ]),
        ),
    ]
}

pub(crate) fn fanout_frames() -> Vec<(&'static str, FanoutFrame)> {
    let (hub, seq, room) = (HubId(77), 300, RoomId([1; 16]));
    let crossing = || Crossing {
        hub,
        to_hub: HubId(78),
        from: WRITER,
        to: OTHER,
        sealed: vec![0xcd; 4].into(),
    };
    vec![
        (
            "fanout-beat",
            FanoutFrame::Beat(HubBeat {
                hub,
                seq,
                connections: 12,
            }),
        ),
        (
            "fanout-room",
            FanoutFrame::Room(RoomPart {
                hub,
                seq,
                room,
                tag: Some(RoomTag([2; 16])),
                idle: 61,
                members: vec![Claim {
                    peer: WRITER,
                    session: SessionId(5),
                    since: 1_800_000_000_000,
                }],
            }),
        ),
        (
            "fanout-room-empty",
            FanoutFrame::Room(RoomPart {
                hub,
                seq,
                room,
                tag: None,
                idle: 0,
                members: Vec::new(),
            }),
        ),
        (
            "fanout-entry",
            FanoutFrame::Entry(BookEntry {
                hub,
                seq,
                room,
                tag: RoomTag([2; 16]),
                peer: WRITER,
                address: "a".to_owned(),
                idle: 3,
            }),
        ),
        (
            "fanout-letter",
            FanoutFrame::Letter(Posted {
                hub,
                seq,
                room,
                tag: RoomTag([2; 16]),
                kind: 1,
                to: OTHER,
                from: WRITER,
                number: 1_800_000_000_001,
                age: 9,
                sealed: vec![0xb2; 9].into(),
            }),
        ),
        (
            "fanout-report",
            FanoutFrame::Report(PeerReport {
                hub,
                seq,
                room,
                peer: WRITER,
                links: vec![LinkState {
                    peer: OTHER,
                    path: 1,
                    state: 2,
                    rtt_ms: Some(17),
                    attempts: 2,
                    opened: 1,
                    relayed: true,
                }],
            }),
        ),
        (
            "fanout-told",
            FanoutFrame::Told(Told {
                hub,
                seq,
                first: 250,
            }),
        ),
        ("fanout-ask", FanoutFrame::Ask(Ask { hub, of: HubId(78) })),
        ("fanout-signal", FanoutFrame::Signal(crossing())),
        ("fanout-relay", FanoutFrame::Relay(crossing())),
        (
            "fanout-undelivered",
            FanoutFrame::Undelivered(Missed {
                hub,
                to_hub: HubId(78),
                from: WRITER,
                to: OTHER,
            }),
        ),
    ]
}

pub(crate) fn signals() -> Vec<(&'static str, Signal)> {
    let round = Round {
        attempt: 2,
        round: 1,
    };
    vec![
        ("signal-offer", Signal::Offer(round, "v=0\r\n".to_owned())),
        ("signal-answer", Signal::Answer(round, "v=0\r\n".to_owned())),
        (
            "signal-candidate",
            Signal::Candidate(
                round,
                Candidate {
                    candidate: "candidate:1 1 udp 2 a.local 9 typ host".to_owned(),
                    mid: Some("0".to_owned()),
                    line: Some(0),
                },
            ),
        ),
        ("signal-ask", Signal::Ask { restart: true }),
        ("signal-full", Signal::Full),
    ]
}

pub(crate) fn slips() -> Vec<(&'static str, Slip)> {
    let spot = |kind, at, port| Spot { kind, at, port };
    let v4 = Place::V4([192, 0, 2, 7]);
    let v6 = Place::V6([0x20; 16]);
    let half = |setup| Half {
        ufrag: "AOrA".to_owned(),
        password: "FeMRRNskyArpHu8ZVX3XDe+/".to_owned(),
        fingerprint: [0xbb; 32],
        setup,
        max_message: 262_144,
        spots: vec![
            spot(SpotKind::Host, Place::Hidden([0x6c; 16]), 58_388),
            spot(SpotKind::Reflexive, v4, 58_389),
            spot(SpotKind::Relayed, v6, 3_478),
        ],
    };
    vec![
        (
            "slip-invite",
            Slip::Invite {
                made: Wall(1_800_000_000_000),
                session: SessionId(7),
                half: half(Setup::Actpass),
            },
        ),
        (
            "slip-reply",
            Slip::Reply {
                invite: u64::MAX,
                session: SessionId(8),
                half: half(Setup::Active),
            },
        ),
    ]
}

pub(crate) fn ops() -> Vec<(&'static str, Op)> {
    let op = |body| Op {
        stamp: Stamp::at(Wall(1_800_000_000_000)),
        context: vec![(OTHER, 12)],
        body,
    };
    let task = TaskId([5; 16]);
    vec![
        (
            "op-genesis",
            op(Body::Genesis {
                public_key: [6; 32],
                slot: 2,
            }),
        ),
        (
            "op-profile",
            op(Body::Profile(Profile {
                name: "Ana".into(),
                role: "Nurse".into(),
                status: "in surgery".into(),
            })),
        ),
        (
            "op-task",
            op(Body::Task(
                task,
                vec![
                    TaskChange::Title("Restock".into()),
                    TaskChange::Notes("gloves".into()),
                    TaskChange::Assignee(Some(Assignee::Person(OTHER))),
                    TaskChange::Priority(Priority::Urgent),
                    TaskChange::Due(Some(Wall(1_800_000_100_000))),
                    TaskChange::Place("Room 2".into()),
                    TaskChange::Status(TaskStatus::InProgress),
                    TaskChange::Position(vec![1, 128]),
                ],
            )),
        ),
        (
            "op-task-role",
            op(Body::Task(
                task,
                vec![
                    TaskChange::Assignee(Some(Assignee::Role("Hygienist".into()))),
                    TaskChange::Due(None),
                ],
            )),
        ),
        ("op-delete-task", op(Body::DeleteTask(task))),
        (
            "op-delete-tasks",
            op(Body::DeleteTasks(vec![task, TaskId([8; 16])])),
        ),
        (
            "op-post",
            op(Body::Post(Post {
                text: "Ready?".into(),
                reply_to: Some(OpId {
                    writer: OTHER,
                    seq: 12,
                }),
                ttl_ms: None,
            })),
        ),
        (
            "op-post-ttl",
            op(Body::Post(Post {
                text: "Coffee?".into(),
                reply_to: None,
                ttl_ms: Some(900_000),
            })),
        ),
        (
            "op-private",
            op(Body::Private {
                to: OTHER,
                sealed: vec![0xa5; 104],
            }),
        ),
        (
            "op-read",
            op(Body::Read {
                room: vec![(OTHER, 12)],
                private: Vec::new(),
            }),
        ),
        (
            "op-read-private",
            op(Body::Read {
                room: Vec::new(),
                private: vec![(OTHER, 13)],
            }),
        ),
        ("op-leave", op(Body::Leave)),
    ]
}
