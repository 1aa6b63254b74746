//! `/ca`: the local authority's certificate, and how each kind of device comes to trust it.

use super::State;
use super::problem::Problem;
use crate::qr;
use crate::tls::Authority;
use axum::Router;
use axum::extract;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// Its own files, nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// The routes, if there is a local authority.
pub(super) fn routes(state: &State) -> Router<State> {
    if state.authority().is_none() {
        return Router::new();
    }
    Router::new()
        .route("/ca", get(page))
        .route("/ca/page.css", get(style))
        .route("/ca/qr.svg", get(code))
        .route("/ca/corridor-ca.crt", get(der))
        .route("/ca/corridor-ca.pem", get(pem))
}

fn authority(state: &State) -> Result<Arc<Authority>, Problem> {
    state.authority().cloned().ok_or(Problem::NOT_FOUND)
}

async fn page(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let text = include_str!("authority.html")
        .replace("{{fingerprint}}", &authority(&state)?.fingerprint())
        .replace("{{url}}", &own_url(&headers)?);
    Ok(file("text/html; charset=utf-8", text))
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("authority.css"))
}

async fn code(headers: HeaderMap) -> Result<Response, Problem> {
    let svg = qr::svg(&own_url(&headers)?).ok_or(Problem::UNWRITABLE)?;
    Ok(file("image/svg+xml", svg))
}

async fn der(extract::State(state): extract::State<State>) -> Result<Response, Problem> {
    let bytes = authority(&state)?.der().to_vec();
    Ok(file("application/x-x509-ca-cert", bytes))
}

async fn pem(extract::State(state): extract::State<State>) -> Result<Response, Problem> {
    let text = authority(&state)?.pem().to_owned();
    Ok(file("application/x-pem-file", text))
}

/// This page under the address it was asked by. A device that does not trust the hub yet needs plain HTTP.
fn own_url(headers: &HeaderMap) -> Result<String, Problem> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    // A header comes from outside: nothing that means something in HTML may pass.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b);
    let host = host.filter(|host| host.bytes().all(plain));
    Ok(format!("http://{}/ca", host.ok_or(Problem::NOT_FOUND)?))
}

fn file(content_type: &'static str, body: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &str); 2] = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, body).into_response()
}
