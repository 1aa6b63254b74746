//! The UDP socket of the STUN server.

use super::answer;
use crate::metrics::{Hit, Metrics};
use crate::rate::{Rate, Sources};
use corridor_core::limits::{HUB_MAX_SOURCES, STUN_RATE};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// No Binding request fills an Ethernet frame; longer datagrams arrive cut and are not answered.
const DATAGRAM: usize = 1500;
/// Pause after an error of the socket, so that a lasting one does not keep a core busy.
const ERROR_PAUSE: Duration = Duration::from_millis(100);

/// A running STUN server.
#[derive(Debug)]
pub struct StunServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl StunServer {
    /// Starts on `wanted`, or on any free port of the same address when that one is taken.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) async fn start(
        wanted: SocketAddr,
        rate: (u32, u32),
        metrics: Metrics,
    ) -> io::Result<Self> {
        let socket = match UdpSocket::bind(wanted).await {
            Err(error) if wanted.port() != 0 => {
                tracing::warn!(port = wanted.port(), %error, "STUN takes another port");
                UdpSocket::bind(SocketAddr::new(wanted.ip(), 0)).await?
            }
            bound => bound?,
        };
        Self::run(socket, rate, metrics)
    }

    /// Starts on `wanted` and nowhere else.
    pub(crate) async fn start_at(wanted: SocketAddr) -> io::Result<Self> {
        Self::run(
            UdpSocket::bind(wanted).await?,
            STUN_RATE,
            Metrics::default(),
        )
    }

    fn run(socket: UdpSocket, rate: (u32, u32), metrics: Metrics) -> io::Result<Self> {
        let address = socket.local_addr()?;
        Ok(Self {
            address,
            task: tokio::spawn(serve(socket, Rate::new(rate), metrics)),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends it at once: no request is worth waiting for.
    pub fn stop(self) {
        self.task.abort();
    }
}

async fn serve(socket: UdpSocket, rate: Rate, metrics: Metrics) {
    let mut sources = Sources::new(rate, HUB_MAX_SOURCES);
    let mut buffer = [0; DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, source)) => {
                if !sources.allow(source.ip(), Instant::now()) {
                    metrics.hit(Hit::Stun);
                    continue;
                }
                let response = buffer
                    .get(..length)
                    .and_then(|request| answer(request, source));
                if let Some(response) = response
                    && let Err(error) = socket.send_to(&response, source).await
                {
                    tracing::debug!(%error, "a STUN response could not be sent");
                }
            }
            Err(error) => {
                tracing::debug!(%error, "the STUN socket failed");
                tokio::time::sleep(ERROR_PAUSE).await;
            }
        }
    }
}
