//! Bounds how often one address may change something.

use super::State;
use super::problem::Problem;
use axum::extract::{self, ConnectInfo, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::SocketAddr;

pub(super) async fn by_address(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::POST && !state.may_post(source.ip()) {
        return Problem::TOO_MANY.into_response();
    }
    next.run(request).await
}
