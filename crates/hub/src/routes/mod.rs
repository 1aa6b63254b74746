//! The route table. Handlers translate between HTTP and the broker, and decide nothing.

mod admin;
mod authority;
mod discovery;
#[cfg(feature = "echo")]
mod echo;
mod handshake;
mod headers;
mod health;
mod openapi;
mod origin;
mod pace;
mod polls;
mod problem;
mod rooms;
mod site;
mod socket;
mod state;
mod throttle;

pub(crate) use state::Parts;
pub use state::State;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use corridor_core::broker::Layer;
use corridor_core::limits::{HUB_MAX_BODY_BYTES, HUB_MAX_LETTER_BYTES, HUB_POLL_BODY_BYTES};
use problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes.
pub(crate) fn table(state: State) -> Router {
    let api = api(&state)
        .method_not_allowed_fallback(async || Problem::METHOD)
        .layer(from_fn_with_state(state.clone(), throttle::by_address))
        .layer(from_fn_with_state(state.clone(), origin::same_only))
        .layer(from_fn(headers::never_stored));
    let all = Router::new();
    #[cfg(feature = "echo")]
    let all = all.route("/echo", get(echo::open));
    all.merge(api)
        .merge(authority::routes(&state))
        .fallback_service(
            get(site::serve)
                .fallback(async || Problem::METHOD)
                .with_state(state.clone()),
        )
        .layer(DefaultBodyLimit::max(HUB_MAX_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), throttle::in_time))
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .with_state(state)
}

/// The routes of the layers that are on, with their description; those of the others say that they are off.
fn api(state: &State) -> Router<State> {
    let mut on = OpenApiRouter::with_openapi(openapi::about()).routes(routes!(health::report));
    let mut off = Router::new();
    for (is_on, part) in [
        (state.has(Layer::PhoneBook), phone_book()),
        (state.has(Layer::Handshake), handshake()),
        (state.has_members(), members()),
        (state.admin().is_some(), admin::routes()),
    ] {
        if is_on {
            on = on.merge(part);
        } else {
            for path in part.get_openapi().paths.paths.keys() {
                off = off.route(path, any(async || Problem::LAYER_OFF));
            }
        }
    }
    let (on, description) = on.split_for_parts();
    on.merge(off).merge(openapi::route(&description))
}

fn phone_book() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(rooms::create))
        .routes(routes!(discovery::register))
        .routes(routes!(discovery::peers))
}

fn handshake() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(handshake::post, handshake::fetch))
        .layer(DefaultBodyLimit::max(HUB_MAX_LETTER_BYTES))
}

fn members() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(socket::open))
        .routes(routes!(polls::open))
        .routes(routes!(polls::send, polls::fetch))
        .layer(DefaultBodyLimit::max(HUB_POLL_BODY_BYTES))
}
