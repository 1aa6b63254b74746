//! Why hubs cannot share a shelf.

use async_nats::jetstream::ErrorCode;
use std::fmt;

/// Why hubs cannot share a shelf.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The server has no JetStream, or not for this login.
    #[error(
        "this NATS server keeps nothing, so hubs cannot share a shelf: start it with JetStream (nats-server -js -sd DIR), or name a file with --shelf for a shelf of this hub alone"
    )]
    NoJetStream,
    /// There is no stream.
    #[error("no hub has a shelf with this NATS server")]
    NoShelf,
    /// The server does not make the stream, or does not let this login use it.
    #[error("NATS refuses to keep the shelf: {0}")]
    Refused(String),
    /// It did not work this time.
    #[error("cannot use the shelf with NATS: {0}")]
    Broken(String),
}

impl StreamError {
    pub(super) fn broken(error: impl fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }
}

/// True when the server says that it has no JetStream.
pub(super) fn is_off(code: ErrorCode) -> bool {
    [
        ErrorCode::JETSTREAM_NOT_ENABLED,
        ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT,
    ]
    .contains(&code)
}
