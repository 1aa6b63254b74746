//! Errors as `application/problem+json` (RFC 9457).

use crate::broker_task::Stopped;
use crate::wire;
use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use corridor_core::broker::Refusal;
use corridor_core::wire::registry::refusal;
use std::borrow::Cow;

/// The media type of problems.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// A refused request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: Cow<'static, str>,
    code: Option<u16>,
}

impl Problem {
    pub(super) const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "There is nothing here.");
    pub(super) const METHOD: Self = Self::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This address does not take this method.",
    );
    pub(super) const ORIGIN: Self = Self::new(
        StatusCode::FORBIDDEN,
        "This page was not loaded from this hub. Behind a proxy, start the hub with --public-url.",
    );
    pub(super) const TOO_MANY: Self = Self::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many requests from this address. Wait a moment.",
    );

    pub(super) const UNWRITABLE: Self = Self::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The answer cannot be written.",
    );
    pub(super) const TOO_SLOW: Self =
        Self::new(StatusCode::REQUEST_TIMEOUT, "The request took too long.");
    pub(super) const LOGIN: Self = Self::new(
        StatusCode::UNAUTHORIZED,
        "User and password of this hub's operator are needed.",
    );
    pub(super) const NO_RANDOMNESS: Self = Self::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The system gives no randomness.",
    );
    pub(super) const SOCKET_GONE: Self =
        Self::new(StatusCode::GONE, "This socket has ended. Open another one.");
    pub(super) const BAD_BODY: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "The body is no sequence of frames, each after its length.",
    );
    pub(super) const LAYER_OFF: Self = Self {
        status: StatusCode::NOT_FOUND,
        detail: Cow::Borrowed("This hub does not offer that: the layer is switched off."),
        code: Some(refusal::LAYER_OFF),
    };

    const fn new(status: StatusCode, detail: &'static str) -> Self {
        Self {
            status,
            detail: Cow::Borrowed(detail),
            code: None,
        }
    }

    /// What an extractor said about a request it could not read.
    pub(super) fn unreadable(status: StatusCode, detail: String) -> Self {
        Self {
            status,
            detail: Cow::Owned(detail),
            code: None,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::UnknownRoom | Refusal::LayerOff => StatusCode::NOT_FOUND,
            Refusal::Ended => StatusCode::GONE,
            Refusal::WrongTag | Refusal::BadProof | Refusal::NotJoined => StatusCode::FORBIDDEN,
            Refusal::Full => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            status,
            detail: Cow::Owned(refusal.to_string()),
            code: Some(refusal.code()),
        }
    }
}

impl From<Stopped> for Problem {
    fn from(_: Stopped) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The hub is stopping.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = wire::Problem {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.into_owned(),
            code: self.code,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if self.status == StatusCode::UNAUTHORIZED {
            // A scheme of our own: for `Basic` browsers would ask by themselves, over the page's own form.
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Session realm=\"corridor\""),
            );
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
