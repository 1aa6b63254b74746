//! `corridor-hub check` says what is the matter, and its exit code says whether a hub can run.

use super::{hub, settings, soon};
use corridor_hub::{Hub, Settings};
use std::net::TcpListener;
use tokio::process::Command;

/// Exit code and report.
async fn check(args: &[&str]) -> (bool, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_corridor-hub"))
        .args(args)
        .output();
    let output = soon("the report", run).await.unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn line<'a>(report: &'a str, what: &str) -> &'a str {
    let found = report
        .lines()
        .find(|line| line.contains(&format!(" {what} ")));
    found.unwrap_or_else(|| panic!("nothing about {what} in\n{report}"))
}

#[tokio::test]
async fn a_machine_that_can_run_a_hub() {
    let (good, report) = check(&["--bind", "127.0.0.1:0", "--stun-port", "0", "check"]).await;
    assert!(good, "{report}");
    for what in ["http", "stun", "clock", "app", "admin", "disk"] {
        assert!(!line(&report, what).starts_with("FAIL"), "{report}");
    }
    assert!(line(&report, "stun").starts_with("ok"), "{report}");
}

#[tokio::test]
async fn a_port_that_is_taken_by_a_hub_or_by_something_else() {
    let hub = hub().await;
    let stun = hub.stun().unwrap().port().to_string();
    let bind = hub.address().to_string();
    let (good, report) = check(&["--bind", &bind, "--stun-port", &stun, "check"]).await;
    assert!(good, "{report}");
    assert!(line(&report, "http").contains("runs on"), "{report}");
    assert!(line(&report, "stun").contains("already"), "{report}");

    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = other.local_addr().unwrap().to_string();
    let (good, report) = check(&["--bind", &bind, "--stun-port", "0", "check"]).await;
    assert!(!good, "{report}");
    assert!(line(&report, "http").starts_with("FAIL"), "{report}");
}

#[tokio::test]
async fn credentials_that_cannot_be_used() {
    let arguments = [
        "--bind",
        "127.0.0.1:0",
        "--stun-port",
        "0",
        "--admin-file",
        "/does/not/exist",
    ];
    let (good, report) = check(&[&arguments[..], &["check"]].concat()).await;
    assert!(!good, "{report}");
    assert!(line(&report, "admin").starts_with("FAIL"), "{report}");
}

#[tokio::test]
async fn a_hub_seen_from_elsewhere() {
    let running = hub().await;
    let (good, report) = check(&["check", "--hub", &running.address().to_string()]).await;
    assert!(good, "{report}");
    assert!(line(&report, "stun").contains("127.0.0.1"), "{report}");

    let without = Settings {
        stun_port: None,
        ..settings()
    };
    let without = Hub::start(without).await.unwrap();
    let (good, report) = check(&["check", "--hub", &without.address().to_string()]).await;
    assert!(
        good && line(&report, "stun").starts_with("warn"),
        "{report}"
    );
    let gone = without.address().to_string();
    without.stop().await;
    let (good, report) = check(&["check", "--hub", &gone]).await;
    assert!(
        !good && line(&report, "http").starts_with("FAIL"),
        "{report}"
    );
}
