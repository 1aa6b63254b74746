//! Bounds how often one address may change something, and how long a request may take.

use super::State;
use super::problem::Problem;
use axum::extract::{self, ConnectInfo, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::SocketAddr;
use tokio::time::timeout;

/// Ends requests that take too long, such as one whose body never comes.
pub(super) async fn in_time(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    match timeout(state.limits().request_patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::TOO_SLOW.into_response(),
    }
}

pub(super) async fn by_address(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    // Frames in requests have the pace of their socket.
    let frames = request.uri().path().starts_with("/poll/");
    if request.method() == Method::POST && !frames && !state.may_post(source.ip()) {
        return Problem::TOO_MANY.into_response();
    }
    next.run(request).await
}
