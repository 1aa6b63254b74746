//! Pages of other origins may not use the hub through somebody's browser: WebSockets are exempt from the
//! same-origin policy, so a server has to look at `Origin` itself (RFC 6455 §10.2).

use super::State;
use super::problem::Problem;
use axum::extract::{self, Request};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

pub(super) async fn same_only(
    extract::State(state): extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    if is_same(request.headers(), state.public_authority()) {
        next.run(request).await
    } else {
        Problem::ORIGIN.into_response()
    }
}

/// True without an `Origin` (not a browser), or when it names the host that this request is for. A proxy that
/// rewrites `Host` (`trunk serve` does) reports the original in `X-Forwarded-Host`, a header that no page can add
/// to a WebSocket, nor to a request across origins without a permission that this hub never gives.
fn is_same(headers: &HeaderMap, public: Option<&str>) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let authority = origin
        .to_str()
        .ok()
        .and_then(|origin| Some(origin.split_once("://")?.1));
    let hosts = [HOST.as_str(), "x-forwarded-host"]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok());
    authority.is_some_and(|authority| {
        hosts
            .chain(public)
            .any(|host| host.eq_ignore_ascii_case(authority))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn same(headers: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        is_same(&headers, public)
    }

    #[test]
    fn an_origin_must_be_the_host_it_speaks_to() {
        let host = ("host", "192.168.1.5:7878");
        assert!(same(&[host], None));
        assert!(same(&[host, ("origin", "http://192.168.1.5:7878")], None));
        assert!(!same(&[host, ("origin", "http://192.168.1.5")], None));
        assert!(!same(&[host, ("origin", "https://evil.example")], None));
        assert!(!same(&[host, ("origin", "null")], None));
        assert!(!same(&[("origin", "http://192.168.1.5:7878")], None));
    }

    #[test]
    fn proxies_in_front_are_heard() {
        let host = ("host", "127.0.0.1");
        let origin = ("origin", "http://clinic.example:8080");
        assert!(same(
            &[host, origin, ("x-forwarded-host", "clinic.example:8080")],
            None
        ));
        assert!(same(&[host, origin], Some("clinic.example:8080")));
        assert!(!same(&[host, origin], Some("clinic.example")));
    }
}
