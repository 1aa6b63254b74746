//! Headers that every response carries.

use super::State;
use axum::extract::{self, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Powerful features that the app has no use for.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

pub(super) async fn secure(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(HOST).cloned();
    let host = host.as_ref().and_then(|host| host.to_str().ok());
    let policy = state.app().policy(state.public_authority().or(host));
    let trustworthy = state.is_https(request.headers()) || host.is_some_and(is_loopback);

    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // The operator's page has a policy of its own.
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, REFERRER_POLICY, "no-referrer");
    set(
        headers,
        HeaderName::from_static("permissions-policy"),
        PERMISSIONS,
    );
    set(
        headers,
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    // Over plain http to any other host browsers ignore this header, with an error in the console of each page.
    if trustworthy {
        set(
            headers,
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
    }
    response
}

/// Answers of the API are true for a moment only.
pub(super) async fn never_stored(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    set(response.headers_mut(), CACHE_CONTROL, "no-store");
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Hosts that browsers trust without TLS (Secure Contexts §3.1).
fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let host = authority.host().trim_matches(['[', ']']);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || host.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_known() {
        for yes in [
            "localhost",
            "localhost:7878",
            "a.localhost",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:7878",
        ] {
            assert!(is_loopback(yes), "{yes}");
        }
        for no in [
            "192.168.1.5:7878",
            "notlocalhost",
            "localhost.example",
            "",
            "[::2]:1",
        ] {
            assert!(!is_loopback(no), "{no}");
        }
    }
}
