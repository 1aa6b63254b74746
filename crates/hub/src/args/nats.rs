//! NATS on the command line.

use crate::fanout::nats::{NatsError, Server};
use clap::Args;
use std::path::PathBuf;

/// Several hubs for the same rooms.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Several hubs")]
pub struct NatsArgs {
    /// NATS server that joins this hub to others, which then serve the same rooms, such as nats://10.0.0.5:4222
    #[arg(long, env = "CORRIDOR_NATS", value_name = "URL")]
    pub nats: Option<String>,

    /// File with one line for NATS, `user:password` or a token; or that line in `CORRIDOR_NATS_LOGIN`
    #[arg(
        long,
        env = "CORRIDOR_NATS_LOGIN_FILE",
        value_name = "FILE",
        requires = "nats"
    )]
    pub nats_login_file: Option<PathBuf>,

    /// Servers of a NATS cluster that each keep a copy of the shelf
    #[arg(
        long,
        env = "CORRIDOR_NATS_REPLICAS",
        default_value_t = 1,
        value_name = "N",
        value_parser = clap::value_parser!(u8).range(1..=5)
    )]
    pub nats_replicas: u8,
}

impl NatsArgs {
    /// The server, if there is to be one.
    ///
    /// # Errors
    /// [`NatsError`].
    pub fn server(&self) -> Result<Option<Server>, NatsError> {
        let Some(url) = &self.nats else {
            return Ok(None);
        };
        let login = std::env::var("CORRIDOR_NATS_LOGIN").ok();
        match &self.nats_login_file {
            Some(file) => Server::with_login_from(url, file),
            None => Server::new(url, login.as_deref()),
        }
        .map(Some)
    }
}
