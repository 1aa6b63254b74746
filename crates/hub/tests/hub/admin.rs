//! R-HUB-5 and R-HUB-6: the operator's page and its JSON.

use super::client::{Client, room};
use super::http::{Answer, get, post, send};
use super::{settings, until};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::id::PeerId;
use corridor_core::limits::HUB_LOGIN_RATE;
use corridor_core::wire::hub::{ClientFrame, LinkState};
use corridor_core::wire::registry::{link_path, link_state, refusal};
use corridor_hub::fanout::Exchange;
use corridor_hub::{Hub, Settings};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery";

/// Whom [`status`] logs in as.
pub(super) fn operator() -> String {
    format!("ops:{PASSWORD}")
}

async fn hub() -> Hub {
    let settings = Settings {
        admin: Some(operator().parse().unwrap()),
        ..settings()
    };
    Hub::start(settings).await.unwrap()
}

/// One of the hubs that `exchange` joins.
pub(super) async fn hub_on(exchange: &Exchange) -> Hub {
    let settings = Settings {
        admin: Some(operator().parse().unwrap()),
        line: Some(exchange.join()),
        ..settings()
    };
    Hub::start(settings).await.unwrap()
}

async fn login(hub: SocketAddr, password: &str) -> Answer {
    let body = json!({"user": "ops", "password": password}).to_string();
    post(hub, "/admin/login", &body).await
}

fn basic(password: &str) -> String {
    let pair = STANDARD.encode(format!("ops:{password}"));
    format!("authorization: Basic {pair}")
}

pub(super) async fn status(hub: SocketAddr) -> Value {
    let answer = send(hub, "GET /api/admin/mesh-status", &[&basic(PASSWORD)], "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

pub(super) async fn report(from: &mut Client, others: &[PeerId], path: u8) {
    let links = others.iter().map(|peer| LinkState {
        peer: *peer,
        path,
        state: link_state::CONNECTED,
        rtt_ms: Some(7),
        attempts: 1,
        opened: 1,
        relayed: false,
    });
    from.send(&ClientFrame::LinkReport(links.collect())).await;
}

#[tokio::test]
async fn without_credentials_there_is_no_admin_layer() {
    let hub = Hub::start(settings()).await.unwrap();
    let at = hub.address();
    for line in [
        "GET /admin",
        "GET /admin/page.js",
        "POST /admin/login",
        "GET /admin/mesh-status",
        "GET /api/admin/mesh-status",
    ] {
        let answer = send(at, line, &[&basic(PASSWORD)], "").await;
        assert_eq!(answer.status, 404, "{line}");
        assert_eq!(answer.json()["code"], refusal::LAYER_OFF, "{line}");
    }
    assert!(!get(at, "/openapi.json").await.text().contains("admin/"));
    let room = room(at).await;
    let (mut member, joined) = Client::join(at, room, 1).await;
    assert_eq!(joined.layers, Some(7));
    report(&mut member, &[], link_path::NONE).await;
    let refused = corridor_core::wire::hub::HubFrame::Refused(refusal::LAYER_OFF);
    assert_eq!(member.next().await, super::client::Next::Frame(refused));
}

#[tokio::test]
async fn a_session_is_a_cookie_that_only_this_page_can_use() {
    let hub = hub().await;
    let at = hub.address();
    let stranger = get(at, "/admin/mesh-status").await;
    assert_eq!(stranger.status, 401);
    assert_eq!(stranger.header("content-type"), "application/problem+json");
    assert!(!stranger.header("www-authenticate").contains("Basic"));
    assert_eq!(login(at, "guess").await.status, 401);

    let welcome = login(at, PASSWORD).await;
    assert_eq!(welcome.status, 204);
    let cookie = welcome.header("set-cookie").to_owned();
    for wanted in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age="] {
        assert!(cookie.contains(wanted), "{cookie}");
    }
    let cookie = format!("cookie: other=1; {}", cookie.split(';').next().unwrap());
    let answer = send(at, "GET /admin/mesh-status", &[&cookie], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");

    let foreign = [&cookie, "origin: http://evil.example"];
    assert_eq!(
        send(at, "POST /admin/logout", &foreign, "").await.status,
        403
    );
    assert_eq!(
        send(at, "GET /admin/mesh-status", &[&cookie], "")
            .await
            .status,
        200
    );
    assert_eq!(
        send(at, "POST /admin/logout", &[&cookie], "").await.status,
        204
    );
    assert_eq!(
        send(at, "GET /admin/mesh-status", &[&cookie], "")
            .await
            .status,
        401
    );

    let behind_tls = ["content-type: application/json", "x-forwarded-proto: https"];
    let body = json!({"user": "ops", "password": PASSWORD}).to_string();
    let welcome = send(at, "POST /admin/login", &behind_tls, &body).await;
    assert!(welcome.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn guessing_is_throttled() {
    let hub = hub().await;
    let at = hub.address();
    let mut guesses = 0;
    while login(at, "guess").await.status == 401 {
        guesses += 1;
        assert!(guesses < 100, "never throttled");
    }
    assert!(guesses >= HUB_LOGIN_RATE.1);
    let basic = send(at, "GET /admin/mesh-status", &[&basic(PASSWORD)], "").await;
    assert_eq!(basic.status, 429, "by another door neither");
}

#[tokio::test]
async fn the_page_allows_nothing_foreign() {
    let hub = hub().await;
    for (path, kind) in [
        ("/admin", "text/html"),
        ("/admin/page.js", "text/javascript"),
        ("/admin/page.css", "text/css"),
    ] {
        let file = get(hub.address(), path).await;
        assert_eq!(file.status, 200);
        assert!(file.header("content-type").starts_with(kind));
        let policy = file.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
        assert!(!file.text().contains("innerHTML"));
    }
}

#[tokio::test]
async fn r_hub_5_four_tabs_in_a_full_mesh_are_six_links_and_a_killed_one_takes_three_along() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let mut tabs = Vec::new();
    for secret in 1..=4 {
        tabs.push(Client::join(at, room, secret).await.0);
    }
    let peers: Vec<PeerId> = tabs.iter().map(Client::peer).collect();
    for tab in &mut tabs {
        let own = tab.peer();
        let others: Vec<PeerId> = peers.iter().copied().filter(|peer| *peer != own).collect();
        report(tab, &others, link_path::DIRECT).await;
    }
    until("six links", async || {
        status(at).await["totals"]["links"] == json!({"all": 6, "direct": 6, "hub": 0, "peer": 0})
    })
    .await;
    let shown = status(at).await;
    assert_eq!(
        shown["totals"]["users"],
        json!({"p2p": 4, "websocket": 0, "alone": 0})
    );
    assert_eq!(shown["totals"]["successRate"], 1.0);
    assert_eq!(shown["totals"]["upgradeRate"], Value::Null);
    let pair = &shown["rooms"][0]["pairs"][0];
    assert_eq!(pair["ends"][0]["state"], "connected");
    assert_eq!(pair["ends"][1]["rtt"], 7);
    let text = shown.to_string();
    assert!(
        !text.contains(&room.to_string()),
        "a room could be entered by it"
    );
    assert!(
        text.contains(&room.to_string()[24..]),
        "and yet it is told apart"
    );

    let others = [peers[2], peers[3]];
    report(&mut tabs[1], &others, link_path::HUB).await;
    let killed = Instant::now();
    drop(tabs.remove(0));
    until("what is real", async || {
        let totals = status(at).await["totals"].clone();
        totals["members"] == 3 && totals["links"]["all"] == 3 && totals["disagreeing"] == 2
    })
    .await;
    assert!(killed.elapsed() < Duration::from_secs(3), "R-HUB-6");
    let activity = status(at).await["activity"].to_string();
    assert!(activity.contains("p2p-cleanup"), "{activity}");
}
