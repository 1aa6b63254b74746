//! Asks a hub, as a browser would, whether it is there.

use crate::stun;
use crate::wire::HealthSeen;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// A hub on a LAN answers within milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// UDP may lose one.
const TRIES: u32 = 3;
/// A health report is a few hundred bytes.
const LONGEST: usize = 16 * 1024;

/// `GET /health` of the hub at `address`.
pub(super) async fn health(address: SocketAddr) -> io::Result<HealthSeen> {
    let request = format!("GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let answer = timeout(PATIENCE, async {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(LONGEST);
        while answer.len() < LONGEST && socket.read_buf(&mut answer).await? > 0 {}
        io::Result::Ok(answer)
    })
    .await??;
    let text = String::from_utf8_lossy(&answer);
    text.split_once("\r\n\r\n")
        .and_then(|(_, body)| HealthSeen::read(body))
        .ok_or_else(|| io::Error::other("something else answers there"))
}

/// Asks STUN at `address`, and returns the address it sees.
pub(super) async fn stun(address: SocketAddr) -> io::Result<SocketAddr> {
    let any = if address.is_ipv4() {
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
    } else {
        SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(address).await?;
    let mut transaction = [0; 12];
    getrandom::fill(&mut transaction).map_err(io::Error::other)?;
    let request = stun::request(transaction);
    let mut buffer = [0; 256];
    for _ in 0..TRIES {
        socket.send(&request).await?;
        let Ok(received) = timeout(PATIENCE / TRIES, socket.recv(&mut buffer)).await else {
            continue;
        };
        let response = buffer.get(..received?).unwrap_or_default();
        if let Some(seen) = stun::mapped_address(response, transaction) {
            return Ok(seen);
        }
    }
    Err(io::Error::from(io::ErrorKind::TimedOut))
}
