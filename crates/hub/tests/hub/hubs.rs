//! Several real hubs for the same rooms, joined in one process.

use super::admin::{hub_on, status};
use super::client::{Client, Next, TAG, room};
use super::{http, until};
use corridor_core::wire::hub::HubFrame;
use corridor_hub::fanout::Exchange;
use serde_json::json;

#[tokio::test]
async fn a_room_over_two_hubs_behaves_as_one() {
    let exchange = Exchange::default();
    let hubs = [hub_on(&exchange).await, hub_on(&exchange).await];
    let [first, second] = [hubs[0].address(), hubs[1].address()];
    let room = room(first).await;
    let page = format!("GET /discovery/peers?room={room}&tag={TAG}");
    until("the room at the other hub", async || {
        http::send(second, &page, &[], "").await.status == 200
    })
    .await;
    let (mut a, _) = Client::join(first, room, 1).await;
    until("the member at the other hub", async || {
        status(second).await["totals"]["members"] == 1
    })
    .await;
    let (mut b, joined) = Client::join(second, room, 2).await;
    assert_eq!(joined.members, [a.member()]);
    assert_eq!(a.next().await, Next::Frame(HubFrame::Arrived(b.member())));
    a.relay(b.peer(), b"sealed").await;
    let Next::Frame(HubFrame::Relayed(got)) = b.next().await else {
        panic!("not relayed");
    };
    assert_eq!((got.peer, &got.sealed[..]), (a.peer(), &b"sealed"[..]));
    for hub in [first, second] {
        until("both on each page", async || {
            let totals = &status(hub).await["totals"];
            (&totals["members"], &totals["hubs"]) == (&json!(2), &json!(2))
        })
        .await;
    }
    drop(a);
    let gone = b.next().await;
    assert!(
        matches!(gone, Next::Frame(HubFrame::Departed(_))),
        "{gone:?}"
    );
}
