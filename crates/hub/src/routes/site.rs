//! The app's files, or a page that says how to get them.

use super::State;
use super::problem::Problem;
use crate::app::{Asset, Encoding, INDEX};
use axum::extract;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Response};

/// For ever: the name changes with the content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Kept, but asked about each time.
const REVALIDATE: &str = "no-cache";

const NO_APP: &str = include_str!("no_app.html");

/// `GET` of anything that is not the API.
pub(super) async fn serve(
    extract::State(state): extract::State<State>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let app = state.app();
    if app.is_empty() && uri.path() == "/" {
        return ([(CACHE_CONTROL, "no-store")], Html(NO_APP)).into_response();
    }
    let asset = app.get(uri.path()).or_else(|| {
        is_page(uri.path(), &headers)
            .then(|| app.get(INDEX))
            .flatten()
    });
    match asset {
        Some(asset) => send(asset, &headers),
        None => Problem::NOT_FOUND.into_response(),
    }
}

/// Someone types an address that looks like a page of the app: show the app, which says what it knows.
fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    !is_file && text(headers, ACCEPT).contains("text/html")
}

fn send(asset: &Asset, headers: &HeaderMap) -> Response {
    let (encoding, body, tag) = asset.negotiate(text(headers, ACCEPT_ENCODING));
    let cache = if asset.immutable {
        IMMUTABLE
    } else {
        REVALIDATE
    };
    let about = [
        (CACHE_CONTROL, cache),
        (ETAG, tag.as_str()),
        (VARY, "accept-encoding"),
    ];
    if matches(text(headers, IF_NONE_MATCH), &tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = [(CONTENT_TYPE, asset.content_type)];
    match encoding {
        Encoding::Identity => (about, kind, body).into_response(),
        encoded => (about, kind, [(CONTENT_ENCODING, encoded.name())], body).into_response(),
    }
}

/// `If-None-Match` (RFC 9110 §13.1.2); a cache may have weakened the tag.
fn matches(condition: &str, tag: &str) -> bool {
    condition == "*"
        || condition
            .split(',')
            .map(|known| known.trim().trim_start_matches("W/"))
            .any(|known| known == tag)
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
