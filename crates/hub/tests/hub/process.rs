//! The binary itself.

use super::client::{Client, Next, TAG, room};
use super::{http, soon};
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Instant;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Starts the binary and waits for its first line.
pub(super) async fn start(args: &[&str]) -> (Child, SocketAddr) {
    start_with(args, "CORRIDOR_NOTHING", "").await
}

/// The same with a variable.
pub(super) async fn start_with(args: &[&str], name: &str, value: &str) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_corridor-hub"))
        .args(["--bind", "127.0.0.1:0", "--stun-port", "0"])
        .args(args)
        .env(name, value)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    soon("the first line", out.read_line(&mut line))
        .await
        .unwrap();
    let address = line.trim().strip_prefix("listening on http://");
    let address = address.unwrap_or_else(|| panic!("not for programs: {line}"));
    (child, address.parse().unwrap())
}

pub(super) async fn terminate(child: Child) -> Output {
    let pid = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status().await;
    assert!(sent.unwrap().success());
    soon("the end of the process", child.wait_with_output())
        .await
        .unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_ends_it_in_order() {
    let (child, at) = start(&[]).await;
    let mut client = Client::connect(at, 1).await;
    let start = Instant::now();
    let ended = tokio::spawn(terminate(child));
    assert_eq!(client.next().await, Next::Closed(1001));
    let output = ended.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(start.elapsed() < corridor_core::limits::HUB_STOP);
}

#[cfg(unix)]
#[tokio::test]
async fn l2_no_log_level_shows_what_passes_through() {
    let (child, at) = start(&["--log", "trace"]).await;
    let room = room(at).await;
    let (mut a, _) = Client::join(at, room, 1).await;
    let (mut b, _) = Client::join(at, room, 2).await;
    a.relay(b.peer(), b"MARKER in a packet").await;
    assert!(matches!(b.next().await, Next::Frame(_)));
    let peer = a.peer();
    let entry = format!(r#"{{"room":"{room}","tag":"{TAG}","peer":"{peer}","address":"MARKER"}}"#);
    assert_eq!(
        http::post(at, "/discovery/register", &entry).await.status,
        200
    );
    http::get(at, &format!("/discovery/peers?room={room}&tag={TAG}")).await;

    let output = terminate(child).await;
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("joined"), "the log was not captured: {log}");
    assert!(!log.contains("MARKER"), "{log}");
    assert!(!log.contains(&TAG.to_string()), "{log}");
}

#[cfg(unix)]
#[tokio::test]
async fn l2_no_log_level_shows_letters_or_passwords() {
    let line = "ops:MARKER of the operator";
    let (child, at) = start_with(&["--log", "trace"], "CORRIDOR_ADMIN", line).await;
    let room = room(at).await;
    let sealed = "gICA".repeat(30);
    let letter = format!(
        r#"{{"room":"{room}","tag":"{TAG}","from":"{TAG}","to":"{TAG}","sealed":"{sealed}"}}"#
    );
    assert_eq!(http::post(at, "/webrtc/offer", &letter).await.status, 201);
    let fetch = format!("/webrtc/offer?room={room}&tag={TAG}&to={TAG}");
    assert!(http::get(at, &fetch).await.text().contains(&sealed));
    for (password, status) in [
        ("MARKER of a guesser", 401),
        ("MARKER of the operator", 204),
    ] {
        let login = format!(r#"{{"user":"ops","password":"{password}"}}"#);
        assert_eq!(http::post(at, "/admin/login", &login).await.status, status);
    }

    let output = terminate(child).await;
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("login"), "the log was not captured: {log}");
    for hidden in ["MARKER", &sealed, &TAG.to_string()] {
        assert!(!log.contains(hidden), "{hidden} in {log}");
    }
}

#[tokio::test]
async fn what_it_cannot_do_is_said_in_one_line() {
    let (_first, at) = start(&[]).await;
    let again = Command::new(env!("CARGO_BIN_EXE_corridor-hub"))
        .args(["--bind", &at.to_string(), "--no-stun"])
        .output();
    let output = soon("the refusal", again).await.unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("corridor-hub: cannot listen on"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
