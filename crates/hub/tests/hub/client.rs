//! A WebSocket client that holds a device key.

use super::{http, soon};
use corridor_core::id::{PeerId, RoomId, RoomTag, SessionId};
use corridor_core::key::{self, DeviceKey};
use corridor_core::wire;
use corridor_core::wire::hub::{ClientFrame, HubFrame, Join, Joined, Member, Parcel};
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(super) const TAG: RoomTag = RoomTag([0x7a; 16]);

pub(super) struct Client {
    pub(super) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    device: DeviceKey,
    session: SessionId,
    nonce: [u8; 32],
}

/// What a socket delivers next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Frame(HubFrame),
    /// A close frame with this code.
    Closed(u16),
    /// The end without a close frame.
    Gone,
}

/// Opens a WebSocket with further headers.
pub(super) async fn open(
    hub: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let mut request = format!("ws://{hub}/ws").into_client_request()?;
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    Ok(soon("the handshake", connect_async(request)).await?.0)
}

impl Client {
    /// Connected and challenged, not joined.
    pub(super) async fn connect(hub: SocketAddr, secret: u8) -> Self {
        let device = DeviceKey::new([secret; 32], 0);
        Self::connect_with(hub, device, SessionId(u64::from(secret))).await
    }

    /// The same with this device.
    pub(super) async fn connect_with(
        hub: SocketAddr,
        device: DeviceKey,
        session: SessionId,
    ) -> Self {
        let mut client = Self {
            socket: open(hub, &[]).await.unwrap(),
            device,
            session,
            nonce: [0; 32],
        };
        match client.next().await {
            Next::Frame(HubFrame::Challenge(nonce)) => client.nonce = nonce,
            other => panic!("not challenged: {other:?}"),
        }
        client
    }

    /// Joined, with the answer.
    pub(super) async fn join(hub: SocketAddr, room: RoomId, secret: u8) -> (Self, Joined) {
        let mut client = Self::connect(hub, secret).await;
        client
            .send(&ClientFrame::Join(client.proof(room, TAG)))
            .await;
        match client.next().await {
            Next::Frame(HubFrame::Joined(joined)) => (client, joined),
            other => panic!("not joined: {other:?}"),
        }
    }

    pub(super) fn peer(&self) -> PeerId {
        self.device.writer()
    }

    pub(super) fn member(&self) -> Member {
        Member {
            peer: self.peer(),
            session: self.session,
        }
    }

    pub(super) fn proof(&self, room: RoomId, tag: RoomTag) -> Join {
        let message = key::join_message(&self.nonce, room, tag, self.session);
        Join {
            version: wire::VERSION,
            room,
            tag,
            peer: self.peer(),
            session: self.session,
            public_key: self.device.public(),
            slot: self.device.slot(),
            proof: self.device.sign(&message),
            resume: false,
        }
    }

    pub(super) async fn send(&mut self, frame: &ClientFrame) {
        self.send_message(Message::binary(frame.encode())).await;
    }

    pub(super) async fn send_message(&mut self, message: Message) {
        soon("sending", self.socket.send(message)).await.unwrap();
    }

    pub(super) async fn relay(&mut self, to: PeerId, sealed: &[u8]) {
        let parcel = Parcel {
            peer: to,
            sealed: sealed.to_vec().into(),
        };
        self.send(&ClientFrame::Relay(parcel)).await;
    }

    pub(super) async fn next(&mut self) -> Next {
        soon("a frame", async {
            loop {
                return match self.socket.next().await {
                    Some(Ok(Message::Binary(bytes))) => {
                        Next::Frame(HubFrame::decode(&bytes).unwrap())
                    }
                    Some(Ok(Message::Close(Some(frame)))) => Next::Closed(frame.code.into()),
                    Some(Ok(Message::Close(None)) | Err(_)) | None => Next::Gone,
                    Some(Ok(_)) => continue,
                };
            }
        })
        .await
    }

    /// True when the hub still answers on this socket; whatever else comes first is dropped.
    pub(super) async fn is_heard(&mut self) -> bool {
        const NUMBER: u64 = 0x00c0_ffee;
        self.send(&ClientFrame::Ping(NUMBER)).await;
        loop {
            match self.next().await {
                Next::Frame(HubFrame::Pong { number: NUMBER, .. }) => return true,
                Next::Frame(_) => {}
                Next::Closed(_) | Next::Gone => return false,
            }
        }
    }
}

/// A fresh room.
pub(super) async fn room(hub: SocketAddr) -> RoomId {
    let answer = http::send(hub, "POST /rooms", &[], "").await;
    assert_eq!(answer.status, 201);
    RoomId::parse(answer.json()["room"].as_str().unwrap()).unwrap()
}

/// One of the counts of `GET /health`.
pub(super) async fn count(hub: SocketAddr, name: &str) -> u64 {
    http::get(hub, "/health").await.json()[name]
        .as_u64()
        .unwrap()
}
