//! `GET /health`: whether the hub works and how much it holds. Counts only.

use super::State;
use super::problem::Problem;
use crate::wire::HealthReport;
use axum::Json;
use axum::extract;

pub(super) async fn report(
    extract::State(state): extract::State<State>,
) -> Result<Json<HealthReport>, Problem> {
    let health = state.broker().ask(|broker, now| broker.health(now)).await?;
    let uptime = state.uptime().as_secs();
    Ok(Json(HealthReport::new(health, uptime, state.stun_port())))
}
