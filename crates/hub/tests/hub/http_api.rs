//! R-HUB-1 over HTTP, and how it refuses.

use super::client::room;
use super::http::{Answer, get, post, send};
use super::hub;
use corridor_core::limits::{HUB_MAX_BODY_BYTES, HUB_POST_RATE};
use corridor_core::wire::registry::refusal;
use std::fmt::Display;

const TAG: &str = "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a";
const PEER: &str = "000102030405060708090a0b0c0d0e0f";

fn entry(room: impl Display, tag: &str) -> String {
    format!(r#"{{"room":"{room}","tag":"{tag}","peer":"{PEER}","address":"192.0.2.9:1"}}"#)
}

fn assert_problem(answer: &Answer, status: u16, code: Option<u16>) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["code"].as_u64(), code.map(u64::from));
    assert!(problem["detail"].as_str().unwrap().len() > 5);
}

#[tokio::test]
async fn r_hub_1_the_phone_book_keeps_what_is_registered() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let answer = post(at, "/discovery/register", &entry(room, TAG)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["expiresIn"], 8 * 3600);
    assert_eq!(answer.header("cache-control"), "no-store");

    let page = get(at, &format!("/discovery/peers?room={room}&tag={TAG}")).await;
    let peers = page.json()["peers"].as_array().unwrap().clone();
    assert_eq!(peers.len(), 1);
    assert_eq!(peers[0]["peer"], PEER);
    assert_eq!(peers[0]["address"], "192.0.2.9:1");
    assert!(peers[0]["expiresIn"].as_u64().unwrap() > 8 * 3600 - 60);
    assert_eq!(get(at, "/health").await.json()["entries"], 1);
}

#[tokio::test]
async fn r_hub_1_refusals_are_problems() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    post(at, "/discovery/register", &entry(room, TAG)).await;
    let other_tag = TAG.replace('7', "8");
    let elsewhere = "01234567-89ab-7def-8123-456789abcdef";

    let wrong_tag = get(at, &format!("/discovery/peers?room={room}&tag={other_tag}")).await;
    assert_problem(&wrong_tag, 403, Some(refusal::WRONG_TAG));
    let wrong_tag = post(at, "/discovery/register", &entry(room, &other_tag)).await;
    assert_problem(&wrong_tag, 403, Some(refusal::WRONG_TAG));
    let unknown = get(at, &format!("/discovery/peers?room={elsewhere}&tag={TAG}")).await;
    assert_problem(&unknown, 404, Some(refusal::UNKNOWN_ROOM));
    let no_id = get(at, &format!("/discovery/peers?room=lobby&tag={TAG}")).await;
    assert_problem(&no_id, 400, Some(refusal::MALFORMED));

    assert_problem(&get(at, "/discovery/peers").await, 400, None);
    assert_problem(&post(at, "/discovery/register", "{").await, 400, None);
    assert_problem(&post(at, "/discovery/register", "{}").await, 422, None);
    assert_problem(
        &send(at, "POST /discovery/register", &[], "{}").await,
        415,
        None,
    );
    let long = format!("\"{}\"", "x".repeat(HUB_MAX_BODY_BYTES));
    assert_problem(&post(at, "/discovery/register", &long).await, 413, None);
    assert_problem(&send(at, "DELETE /rooms", &[], "").await, 405, None);
    assert_problem(&send(at, "POST /nothing", &[], "").await, 405, None);
    assert_problem(&get(at, "/nothing").await, 404, None);
    let foreign = send(at, "POST /rooms", &["origin: http://evil.example"], "").await;
    assert_problem(&foreign, 403, None);
}

#[tokio::test]
async fn one_address_cannot_create_rooms_without_end() {
    let hub = hub().await;
    let mut refused = None;
    // Twice the burst: the rate gives back some while the test runs.
    for _ in 0..2 * HUB_POST_RATE.1 {
        let answer = send(hub.address(), "POST /rooms", &[], "").await;
        if answer.status != 201 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("never refused");
    assert_problem(&refused, 429, None);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(
        get(hub.address(), "/health").await.status,
        200,
        "reading is free"
    );
}
