//! HTTP/1.1 connections: how many, from whom, and for how long they may say nothing.

mod slots;

use crate::limits::HubLimits;
use crate::metrics::{Hit, Metrics};
use crate::tls::{Acceptor, begin};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue};
use corridor_core::limits::HUB_BACKLOG;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use slots::Slots;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};
use tower_service::Service as _;

/// What the browser speaks, as a proxy with TLS in front says it too.
pub(crate) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Pause after an error of the listener, such as no file descriptor being left.
const ERROR_PAUSE: Duration = Duration::from_millis(500);

/// Serves `router` until `stop`, then lets requests under way finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: HubLimits,
    metrics: Metrics,
    acceptor: Option<Acceptor>,
    mut stop: oneshot::Receiver<()>,
) {
    // Each connection holds a receiver: one message asks all to finish, and they are done when none is left.
    let finish = watch::Sender::new(());
    let slots = Slots::new(limits.http, limits.broker.per_address);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_patience);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        let Some((stream, source)) = usable(accepted).await else {
            continue;
        };
        let Some(slot) = slots.take(source.ip()) else {
            metrics.hit(Hit::Http);
            tracing::debug!("a connection was turned away: there are too many");
            continue;
        };
        let (router, builder, acceptor) = (router.clone(), builder.clone(), acceptor.clone());
        let mut finishing = finish.subscribe();
        tokio::spawn(async move {
            let begun = tokio::select! {
                begun = begin(stream, acceptor.as_ref(), limits.header_patience) => begun,
                _ = finishing.changed() => return,
            };
            let stream = match begun {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection did not begin");
                    return;
                }
            };
            let service = service_fn(answer(router, source, stream.is_tls()));
            let connection = builder
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            let mut connection = pin!(connection);
            let end = tokio::select! {
                end = connection.as_mut() => end,
                _ = finishing.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = end {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
        });
    }
    drop(listener);
    finish.send_replace(());
    finish.closed().await;
}

/// Listens at `at`. Tokio's own way leaves room for 128 connections that were not accepted yet: of a crowd that comes at
/// once, the system turned some away, and let others wait for a second or more.
pub(crate) fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = match at {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // As tokio does: on Windows it would mean that others may listen too.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(HUB_BACKLOG)
}

async fn usable(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, SocketAddr)> {
    match accepted {
        Ok((stream, source)) => {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY was refused");
            }
            Some((stream, source))
        }
        Err(error) => {
            // A client that went away before it was accepted is no reason to wait; all others are.
            if error.kind() != io::ErrorKind::ConnectionAborted {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(ERROR_PAUSE).await;
            }
            None
        }
    }
}

fn answer(
    router: Router,
    source: SocketAddr,
    is_tls: bool,
) -> impl Fn(hyper::Request<Incoming>) -> <Router as tower_service::Service<Request>>::Future {
    move |request| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(source));
        if is_tls {
            let https = HeaderValue::from_static("https");
            request.headers_mut().insert(FORWARDED_PROTO, https);
        }
        router.clone().call(request)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::time::timeout;

    /// Connections that come before the hub looks.
    const CROWD: usize = 300;
    /// Whom the system turns away, it turns away until somebody is accepted.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// What the system allows, where it says so.
    fn allowed() -> usize {
        let said = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        said.trim().parse().unwrap_or(0)
    }

    #[tokio::test]
    async fn a_crowd_waits_inside_until_it_is_accepted() {
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let at = listener.local_addr().unwrap();
        let mut crowd = Vec::new();
        for number in 0..CROWD.min(allowed()) {
            let connected = timeout(PATIENCE, TcpStream::connect(at)).await;
            crowd.push(connected.map_err(|_| number).unwrap().unwrap());
        }
    }
}
