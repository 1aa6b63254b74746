//! Logging in and out. A session is a cookie that no script reads and no other site's request carries.

use super::super::State;
use super::super::problem::{PROBLEM_JSON, Problem};
use super::door;
use crate::admin::{LoginError, Token};
use crate::metrics::Hit;
use crate::wire::{self, Login};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{self, ConnectInfo};
use axum::http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::limits::HUB_ADMIN_SESSION;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

const NAME: &str = "corridor_admin";

/// Opens a session.
#[utoipa::path(
    post, path = "/admin/login", tag = "admin",
    request_body = Login,
    responses(
        (status = 204, description = "A cookie carries the session for 12 hours"),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn login(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Json<Login>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(Login { user, password }) =
        body.map_err(|e| Problem::unreadable(e.status(), e.body_text()))?;
    let door = door(&state)?;
    let now = Instant::now();
    if let Err(error) = door.check(source.ip(), &user, &password, now) {
        return Err(failed(&state, error));
    }
    let Token(token) = door.open(now)?;
    let age = HUB_ADMIN_SESSION.as_secs();
    let cookie = cookie(&token, age, state.is_https(&headers));
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Ends the session.
#[utoipa::path(
    post, path = "/admin/logout", tag = "admin",
    responses((status = 204, description = "The session is over"))
)]
pub(super) async fn logout(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = token(&headers) {
        door(&state)?.close(token);
    }
    let cookie = cookie("", 0, state.is_https(&headers));
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Passes whoever has a session, or sends user and password along as programs do (RFC 7617).
pub(super) fn authorize(state: &State, source: IpAddr, headers: &HeaderMap) -> Result<(), Problem> {
    let door = door(state)?;
    let now = Instant::now();
    if token(headers).is_some_and(|token| door.knows(token, now)) {
        return Ok(());
    }
    let (user, password) = basic(headers).ok_or(Problem::LOGIN)?;
    door.check(source, &user, &password, now)
        .map_err(|error| failed(state, error))
}

fn failed(state: &State, error: LoginError) -> Problem {
    tracing::warn!(%error, "a login to the admin page failed");
    if error == LoginError::TooMany {
        state.metrics().hit(Hit::Logins);
    }
    error.into()
}

fn cookie(token: &str, age: u64, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{NAME}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::LOGIN,
            LoginError::TooMany => Self::TOO_MANY,
            LoginError::Random => Self::NO_RANDOMNESS,
        }
    }
}
