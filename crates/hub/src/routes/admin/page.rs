//! The page itself: three files in the binary, without anything secret in them.

use axum::http::HeaderName;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Its own files and the hub's JSON; nothing inline, nothing foreign, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The operator's page.
#[utoipa::path(
    get, path = "/admin", tag = "admin",
    responses((status = 200, description = "Shows a login, then the state of the mesh", content_type = "text/html"))
)]
pub(super) async fn html() -> impl IntoResponse {
    file("text/html; charset=utf-8", include_str!("page.html"))
}

/// Its script.
#[utoipa::path(
    get, path = "/admin/page.js", tag = "admin",
    responses((status = 200, description = "JavaScript", content_type = "text/javascript"))
)]
pub(super) async fn script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", include_str!("page.js"))
}

/// Its style.
#[utoipa::path(
    get, path = "/admin/page.css", tag = "admin",
    responses((status = 200, description = "CSS", content_type = "text/css"))
)]
pub(super) async fn style() -> impl IntoResponse {
    file("text/css; charset=utf-8", include_str!("page.css"))
}

fn file(
    content_type: &'static str,
    text: &'static str,
) -> ([(HeaderName, &'static str); 2], &'static str) {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, text)
}
