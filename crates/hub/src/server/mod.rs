//! HTTP/1.1 connections: how many, from whom, and for how long they may say nothing.

mod slots;

use crate::limits::HubLimits;
use crate::metrics::{Hit, Metrics};
use crate::tls::{Acceptor, begin};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use slots::Slots;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
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
