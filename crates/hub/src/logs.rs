//! Log lines on standard error. Levels say who must act: error a developer, warn the operator, info nobody
//! (a state changed), debug the curious. Ids may be logged; frames, tags, addresses and queries never are.

use std::io::{self, IsTerminal as _};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

/// Starts logging for the whole process.
///
/// # Errors
/// When something else logs already.
pub fn start(filter: Targets, json: bool) -> Result<(), TryInitError> {
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let lines = if json {
        lines.json().boxed()
    } else {
        lines.boxed()
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .try_init()
}
