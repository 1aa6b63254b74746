//! `POST /rooms`: hands out a room (R-ROOM-1).

use super::State;
use super::problem::Problem;
use crate::wire::RoomCreated;
use axum::Json;
use axum::extract;
use axum::http::StatusCode;

pub(super) async fn create(
    extract::State(state): extract::State<State>,
) -> Result<(StatusCode, Json<RoomCreated>), Problem> {
    let room = state
        .broker()
        .ask(|broker, now| broker.create_room(now))
        .await??;
    Ok((StatusCode::CREATED, Json(room.into())))
}
