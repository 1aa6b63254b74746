//! The phone book (R-HUB-1).

use super::State;
use super::problem::{PROBLEM_JSON, Problem};
use crate::wire::{self, Page, Peers, Register, Registered};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{self, Query};

/// Writes or renews an entry.
#[utoipa::path(
    post, path = "/discovery/register", tag = "phonebook", request_body = Register,
    responses(
        (status = 200, description = "Written", body = Registered),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn register(
    extract::State(state): extract::State<State>,
    body: Result<Json<Register>, JsonRejection>,
) -> Result<Json<Registered>, Problem> {
    let Json(body) = body.map_err(|e| Problem::unreadable(e.status(), e.body_text()))?;
    let entry = body.read()?;
    let lives = state
        .broker()
        .change(move |broker, now| {
            broker.register(now, entry.room, entry.tag, entry.peer, &entry.address)
        })
        .await??;
    Ok(Json(Registered {
        expires_in: lives.as_secs(),
    }))
}

/// A room's page, for those who know its tag.
#[utoipa::path(
    get, path = "/discovery/peers", tag = "phonebook", params(Page),
    responses(
        (status = 200, description = "Who can be reached where", body = Peers),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
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
