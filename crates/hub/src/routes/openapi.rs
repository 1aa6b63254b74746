//! `GET /openapi.json`: what this hub answers, generated from its handlers (OpenAPI 3.1).

use super::State;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Corridor hub",
        description = "Introduces browsers to each other. Whatever is sealed stays sealed: the hub cannot read it."
    ),
    tags(
        (name = "phonebook", description = "Rooms and addresses (R-HUB-1)"),
        (name = "handshake", description = "Sealed offers and answers (R-HUB-2)"),
        (name = "admin", description = "The operator's view (R-HUB-5); log in, or send user and password as RFC 7617 says"),
        (name = "members", description = "Members of a room"),
    )
)]
struct About;

/// The description without routes.
pub(super) fn about() -> OpenApi {
    About::openapi()
}

/// Serves `description`, written out once.
pub(super) fn route(description: &OpenApi) -> Router<State> {
    let text = match description.to_json() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "the API's description cannot be written");
            return Router::new();
        }
    };
    let answer = async move || ([(CONTENT_TYPE, "application/json")], text);
    Router::new().route("/openapi.json", get(answer))
}
