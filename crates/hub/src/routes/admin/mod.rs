//! The operator's page and its JSON (R-HUB-5), for whoever has logged in.

mod metrics;
mod page;
mod session;

use super::State;
use super::problem::{PROBLEM_JSON, Problem};
use crate::admin::Admin;
use crate::wire::{self, MeshReport};
use axum::Json;
use axum::extract::{self, ConnectInfo};
use axum::http::HeaderMap;
use std::net::SocketAddr;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes of the layer.
pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(page::html))
        .routes(routes!(page::script))
        .routes(routes!(page::style))
        .routes(routes!(session::login))
        .routes(routes!(session::logout))
        .routes(routes!(status))
        .routes(routes!(status_api))
        .routes(routes!(metrics::text))
}

/// Links as both ends see them, counts, activity, and the last day.
#[utoipa::path(
    get, path = "/admin/mesh-status", tag = "admin",
    responses(
        (status = 200, description = "As of this moment", body = MeshReport),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
async fn status(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Json<MeshReport>, Problem> {
    session::authorize(&state, source.ip(), &headers)?;
    let status = state
        .broker()
        .ask(|broker, now| broker.mesh_status(now))
        .await??;
    Ok(Json(status.into()))
}

/// The same as `/admin/mesh-status`.
#[utoipa::path(
    get, path = "/api/admin/mesh-status", tag = "admin",
    responses(
        (status = 200, description = "As of this moment", body = MeshReport),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
async fn status_api(
    state: extract::State<State>,
    source: ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Json<MeshReport>, Problem> {
    status(state, source, headers).await
}

/// The door of the layer. These routes are mounted only with one.
fn door(state: &State) -> Result<&Admin, Problem> {
    state.admin().ok_or(Problem::LAYER_OFF)
}
