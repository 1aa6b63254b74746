//! `GET /metrics`: for Prometheus, with the operator's user and password.

use super::super::State;
use super::super::problem::{PROBLEM_JSON, Problem};
use super::session;
use crate::metrics::{OPEN_METRICS, Snapshot};
use crate::wire;
use axum::extract::{self, ConnectInfo};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use corridor_core::broker::HubLimit;
use std::net::SocketAddr;

/// Counts of this moment, and how often each limit was reached.
#[utoipa::path(
    get, path = "/metrics", tag = "admin",
    responses(
        (status = 200, description = "OpenMetrics text", content_type = OPEN_METRICS),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn text(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    session::authorize(&state, source.ip(), &headers)?;
    let snapshot = state
        .broker()
        .ask(|broker, now| {
            broker.mesh_status(now).map(|mesh| Snapshot {
                health: broker.health(now),
                hits: HubLimit::ALL.map(|limit| (limit, broker.hits(limit))),
                mesh,
            })
        })
        .await??;
    let uptime = state.uptime().as_secs();
    let text = state.metrics().render(&snapshot, uptime);
    let text = text.map_err(|_| Problem::UNWRITABLE)?;
    Ok(([(CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
