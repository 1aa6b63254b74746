//! The load: rooms of ten over real WebSockets.

use corridor_core::id::{PeerId, RoomId, RoomTag, SessionId};
use corridor_core::key::{self, DeviceKey};
use corridor_core::wire;
use corridor_core::wire::hub::{ClientFrame, HubFrame, Join, Parcel};
use futures_util::SinkExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Members of each room.
pub(crate) const MEMBERS: usize = 10;
/// Length of what is sent.
const BYTES: usize = 200;
/// Handshakes under way at once.
const AT_ONCE: usize = 100;

/// Whose server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The hub.
    Corridor,
    /// Axum alone.
    Plain,
}

impl Kind {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Corridor => "corridor",
            Self::Plain => "plain",
        }
    }
}

/// One member of one room.
pub(crate) struct Member {
    kind: Kind,
    socket: WebSocketStream<TcpStream>,
    others: Vec<PeerId>,
}

/// Who is in one room: made beforehand, as browsers have their keys when they come back.
pub(crate) type People = Arc<Vec<DeviceKey>>;

/// The people of so many rooms.
pub(crate) fn people(rooms: usize) -> Vec<People> {
    let room = |room| Arc::new((0..MEMBERS).map(|member| device(room, member)).collect());
    (0..rooms).map(room).collect()
}

fn device(room: usize, member: usize) -> DeviceKey {
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&(room as u64).to_be_bytes());
    secret[8..16].copy_from_slice(&(member as u64).to_be_bytes());
    DeviceKey::new(secret, 0)
}

/// All `people`, connected and let in.
pub(crate) async fn enter_all(kind: Kind, at: SocketAddr, people: &[People]) -> Vec<Member> {
    let mut members = Vec::with_capacity(people.len() * MEMBERS);
    let mut entering = FuturesUnordered::new();
    for (room, people) in people.iter().enumerate() {
        for member in 0..MEMBERS {
            if entering.len() >= AT_ONCE {
                members.extend(entering.next().await);
            }
            let people = Arc::clone(people);
            entering.push(tokio::spawn(enter(kind, at, room, people, member)));
        }
    }
    while let Some(member) = entering.next().await {
        members.push(member);
    }
    members.into_iter().map(|member| member.unwrap()).collect()
}

async fn enter(kind: Kind, at: SocketAddr, room: usize, people: People, member: usize) -> Member {
    let path = match kind {
        Kind::Corridor => "ws".to_owned(),
        Kind::Plain => format!("room/{room}"),
    };
    let tcp = TcpStream::connect(at).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let (mut socket, _) = client_async(format!("ws://{at}/{path}"), tcp)
        .await
        .unwrap();
    let mut others = Vec::new();
    if kind == Kind::Corridor {
        let all = people.iter().enumerate();
        let all = all.filter(|(other, _)| *other != member);
        others.extend(all.map(|(_, device)| device.writer()));
        join(&mut socket, room, &people[member]).await;
    }
    Member {
        kind,
        socket,
        others,
    }
}

async fn join(socket: &mut WebSocketStream<TcpStream>, room: usize, own: &DeviceKey) {
    let nonce = loop {
        if let HubFrame::Challenge(nonce) = next_frame(socket).await {
            break nonce;
        }
    };
    let mut id = [1; 16];
    id[8..].copy_from_slice(&(room as u64).to_be_bytes());
    let (room, tag, session) = (RoomId(id), RoomTag([2; 16]), SessionId(1));
    let join = Join {
        version: wire::VERSION,
        room,
        tag,
        peer: own.writer(),
        session,
        public_key: own.public(),
        slot: 0,
        proof: own.sign(&key::join_message(&nonce, room, tag, session)),
        // Opens the room.
        resume: true,
    };
    let join = ClientFrame::Join(join).encode();
    socket.send(Message::binary(join)).await.unwrap();
    while !matches!(next_frame(socket).await, HubFrame::Joined(_)) {}
}

async fn next_frame(socket: &mut WebSocketStream<TcpStream>) -> HubFrame {
    loop {
        if let Message::Binary(bytes) = socket.next().await.unwrap().unwrap() {
            return HubFrame::decode(&bytes).unwrap();
        }
    }
}

/// Each member sends to all others of its room, and goes on when all of theirs have come; so many times. Answers how
/// many messages were delivered, and how long that took.
pub(crate) async fn everybody_sends(
    members: Vec<Member>,
    rounds: usize,
) -> (Vec<Member>, usize, Duration) {
    let deliveries = members.len() * (MEMBERS - 1) * rounds;
    let start = Instant::now();
    let tasks: Vec<_> = members
        .into_iter()
        .map(|member| tokio::spawn(take_part(member, rounds)))
        .collect();
    let mut back = Vec::with_capacity(tasks.len());
    for task in tasks {
        back.push(task.await.unwrap());
    }
    (back, deliveries, start.elapsed())
}

async fn take_part(mut member: Member, rounds: usize) -> Member {
    let mut got = 0;
    for round in 1..=rounds {
        match member.kind {
            Kind::Corridor => {
                for other in &member.others {
                    let parcel = Parcel {
                        peer: *other,
                        sealed: vec![5; BYTES].into(),
                    };
                    let frame = ClientFrame::Relay(parcel).encode();
                    member.socket.feed(Message::binary(frame)).await.unwrap();
                }
                member.socket.flush().await.unwrap();
            }
            Kind::Plain => {
                let message = Message::binary(vec![5; BYTES]);
                member.socket.send(message).await.unwrap();
            }
        }
        while got < round * (MEMBERS - 1) {
            let Message::Binary(bytes) = member.socket.next().await.unwrap().unwrap() else {
                continue;
            };
            got += match member.kind {
                Kind::Plain => 1,
                // Arrivals and departures are no deliveries.
                Kind::Corridor => usize::from(bytes.len() > BYTES),
            };
        }
    }
    member
}
