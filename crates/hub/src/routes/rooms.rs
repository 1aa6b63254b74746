//! `POST /rooms`: hands out a room (R-ROOM-1).

use super::State;
use super::problem::{PROBLEM_JSON, Problem};
use crate::wire::{self, RoomCreated};
use axum::Json;
use axum::extract;
use axum::http::StatusCode;

/// Hands out a room.
#[utoipa::path(
    post, path = "/rooms", tag = "phonebook",
    responses(
        (status = 201, description = "A new room; the first to enter or register sets its tag", body = RoomCreated),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn create(
    extract::State(state): extract::State<State>,
) -> Result<(StatusCode, Json<RoomCreated>), Problem> {
    let room = state
        .broker()
        .change(|broker, now| broker.create_room(now))
        .await??;
    Ok((StatusCode::CREATED, Json(room.into())))
}
