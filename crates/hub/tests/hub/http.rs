//! The least HTTP client: one request per connection.

use super::soon;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Sends `METHOD /path` with these headers, each a line of its own, and a body.
pub(super) async fn send(hub: SocketAddr, line: &str, headers: &[&str], body: &str) -> Answer {
    send_bytes(hub, line, headers, body.as_bytes()).await
}

/// The same with any body.
pub(super) async fn send_bytes(
    hub: SocketAddr,
    line: &str,
    headers: &[&str],
    body: &[u8],
) -> Answer {
    let mut request = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|header| header.starts_with("host:")) {
        request.push_str(&format!("host: {hub}\r\n"));
    }
    for header in headers {
        request.push_str(&format!("{header}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let request = [request.as_bytes(), body].concat();
    soon("an HTTP answer", async {
        let mut socket = TcpStream::connect(hub).await.unwrap();
        socket.write_all(&request).await.unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.unwrap();
        read(&bytes)
    })
    .await
}

pub(super) async fn get(hub: SocketAddr, path: &str) -> Answer {
    send(hub, &format!("GET {path}"), &[], "").await
}

pub(super) async fn post(hub: SocketAddr, path: &str, json: &str) -> Answer {
    let headers = ["content-type: application/json"];
    send(hub, &format!("POST {path}"), &headers, json).await
}

fn read(bytes: &[u8]) -> Answer {
    let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&bytes[..split]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Answer {
        status: status.parse().unwrap(),
        headers,
        body: bytes[split + 4..].to_vec(),
    }
}
