//! The phone book (R-HUB-1).

use super::State;
use super::problem::Problem;
use crate::wire::{Page, Peers, Register, Registered};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{self, Query};

/// `POST /discovery/register`: writes or renews an entry.
pub(super) async fn register(
    extract::State(state): extract::State<State>,
    body: Result<Json<Register>, JsonRejection>,
) -> Result<Json<Registered>, Problem> {
    let Json(body) = body.map_err(|e| Problem::unreadable(e.status(), e.body_text()))?;
    let entry = body.read()?;
    let lives = state
        .broker()
        .ask(move |broker, now| {
            broker.register(now, entry.room, entry.tag, entry.peer, &entry.address)
        })
        .await??;
    Ok(Json(Registered {
        expires_in: lives.as_secs(),
    }))
}

/// `GET /discovery/peers?room=…&tag=…`: a room's page, for those who know its tag.
pub(super) async fn peers(
    extract::State(state): extract::State<State>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Peers>, Problem> {
    let Query(page) = page.map_err(|e| Problem::unreadable(e.status(), e.body_text()))?;
    let (room, tag) = page.read()?;
    let entries = state
        .broker()
        .ask(move |broker, now| broker.peers(now, room, tag))
        .await??;
    Ok(Json(entries.into()))
}
