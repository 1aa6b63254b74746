//! STUN over a real UDP socket.

use super::client::{Client, room};
use super::{hub, settings, soon};
use corridor_hub::{Hub, Settings};
use std::net::{SocketAddr, UdpSocket as StdUdpSocket};
use tokio::net::UdpSocket;

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

fn request(transaction: u8) -> Vec<u8> {
    let mut bytes = vec![0, 1, 0, 0];
    bytes.extend(COOKIE);
    bytes.extend([transaction; 12]);
    bytes
}

/// The address in a response whose first attribute is XOR-MAPPED-ADDRESS for IPv4.
fn mapped(response: &[u8]) -> SocketAddr {
    assert_eq!(response[20..26], [0x00, 0x20, 0, 8, 0, 1]);
    let ip = [0, 1, 2, 3].map(|i| response[28 + i] ^ COOKIE[i]);
    let port = [0, 1].map(|i| response[26 + i] ^ COOKIE[i]);
    SocketAddr::from((ip, u16::from_be_bytes(port)))
}

#[tokio::test]
async fn r_link_5_members_are_told_of_servers_outside_only_when_the_operator_names_them() {
    let outside = "stun:stun.clinic.example:3478".to_owned();
    for stun_urls in [Vec::new(), vec![outside]] {
        let settings = Settings {
            stun_urls: stun_urls.clone(),
            ..settings()
        };
        let hub = Hub::start(settings).await.unwrap();
        let own = format!("stun:?:{}", hub.stun().unwrap().address().port());
        let room = room(hub.address()).await;
        let (_, joined) = Client::join(hub.address(), room, 1).await;
        let expected: Vec<String> = [own].into_iter().chain(stun_urls).collect();
        assert_eq!(joined.ice, expected);
    }
}

#[tokio::test]
async fn r_link_5_a_binding_request_learns_its_own_address_and_garbage_learns_nothing() {
    let hub = hub().await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(hub.stun().unwrap().address()).await.unwrap();
    for garbage in [&b"GET / HTTP/1.1"[..], &[0; 20], &request(1)[..19]] {
        socket.send(garbage).await.unwrap();
    }
    socket.send(&request(7)).await.unwrap();
    let mut buffer = [0; 100];
    let length = soon("a STUN response", socket.recv(&mut buffer))
        .await
        .unwrap();
    let response = &buffer[..length];
    assert_eq!(response[..4], [1, 1, 0, 12]);
    assert_eq!(
        response[8..20],
        [7; 12],
        "the first answer is to the only good request"
    );
    assert_eq!(mapped(response), socket.local_addr().unwrap());
}

#[tokio::test]
async fn a_taken_port_gives_way_to_a_free_one() {
    let taken = StdUdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let hub = Hub::start(Settings {
        stun_port: Some(port),
        ..settings()
    })
    .await
    .unwrap();
    let ours = hub.stun().unwrap().address();
    assert_ne!(ours.port(), port);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(&request(3), ours).await.unwrap();
    let mut buffer = [0; 100];
    assert!(
        soon("a STUN response", socket.recv(&mut buffer))
            .await
            .is_ok()
    );
}
