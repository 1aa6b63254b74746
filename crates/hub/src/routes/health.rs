//! `GET /health`: whether the hub works and how much it holds. Counts only.

use super::State;
use super::problem::{PROBLEM_JSON, Problem};
use crate::wire::{self, HealthReport};
use axum::Json;
use axum::extract;

/// Whether the hub works, and how much it holds at this moment.
#[utoipa::path(
    get, path = "/health", tag = "phonebook",
    responses(
        (status = 200, description = "It works", body = HealthReport),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn report(
    extract::State(state): extract::State<State>,
) -> Result<Json<HealthReport>, Problem> {
    let health = state.broker().ask(|broker, now| broker.health(now)).await?;
    let uptime = state.uptime().as_secs();
    Ok(Json(HealthReport::new(health, uptime, state.stun_port())))
}
