//! The route table. Handlers translate between HTTP and the broker, and decide nothing.

mod discovery;
mod headers;
mod health;
mod origin;
mod problem;
mod rooms;
mod site;
mod socket;
mod state;
mod throttle;

pub use state::State;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use corridor_core::limits::HUB_MAX_BODY_BYTES;
use problem::Problem;

/// All routes.
pub(crate) fn table(state: State) -> Router {
    let api = Router::new()
        .route("/ws", get(socket::open))
        .route("/rooms", post(rooms::create))
        .route("/discovery/register", post(discovery::register))
        .route("/discovery/peers", get(discovery::peers))
        .route("/health", get(health::report))
        .method_not_allowed_fallback(async || Problem::METHOD)
        .layer(from_fn_with_state(state.clone(), throttle::by_address))
        .layer(from_fn_with_state(state.clone(), origin::same_only))
        .layer(from_fn(headers::never_stored));
    Router::new()
        .merge(api)
        .fallback_service(
            get(site::serve)
                .fallback(async || Problem::METHOD)
                .with_state(state.clone()),
        )
        .layer(DefaultBodyLimit::max(HUB_MAX_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .with_state(state)
}
