//! Offers and answers for whoever has no WebSocket (R-HUB-2, rule H-MAIL).

use super::State;
use super::problem::{PROBLEM_JSON, Problem};
use crate::wire::{self, Kind, Letter, LetterKept, LetterQuery, Letters};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{self, ConnectInfo, Path, Query};
use axum::http::StatusCode;
use std::net::SocketAddr;

/// Keeps a sealed offer or answer for its recipient.
#[utoipa::path(
    post, path = "/webrtc/{kind}", tag = "handshake",
    params(("kind" = Kind, Path, description = "What it is")),
    request_body = Letter,
    responses(
        (status = 201, description = "Kept, in the place of an older one of the same sender", body = LetterKept),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn post(
    extract::State(state): extract::State<State>,
    kind: Result<Path<Kind>, PathRejection>,
    body: Result<Json<Letter>, JsonRejection>,
) -> Result<(StatusCode, Json<LetterKept>), Problem> {
    let Path(kind) = kind.map_err(|_| Problem::NOT_FOUND)?;
    let Json(body) = body.map_err(|e| Problem::unreadable(e.status(), e.body_text()))?;
    let posting = body.read(kind)?;
    let posted = state
        .broker()
        .change(move |broker, now| broker.post_mail(now, posting))
        .await??;
    Ok((StatusCode::CREATED, Json(posted.into())))
}

/// The sealed offers or answers for one recipient. They stay: ask with `after` for what is new.
#[utoipa::path(
    get, path = "/webrtc/{kind}", tag = "handshake",
    params(("kind" = Kind, Path, description = "What to fetch"), LetterQuery),
    responses(
        (status = 200, description = "What there is; nothing when the wait is over", body = Letters),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn fetch(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    kind: Result<Path<Kind>, PathRejection>,
    query: Result<Query<LetterQuery>, QueryRejection>,
) -> Result<Json<Letters>, Problem> {
    let Path(kind) = kind.map_err(|_| Problem::NOT_FOUND)?;
    let Query(query) = query.map_err(|e| Problem::unreadable(e.status(), e.body_text()))?;
    let (query, wait) = query.read(kind)?;
    let mail = state.broker().mail(source.ip(), query, wait).await??;
    Ok(Json(mail.into()))
}
