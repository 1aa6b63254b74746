//! TLS on the port of HTTP: with a certificate from files, or from a local authority that the hub makes itself.

mod authority;
mod files;
mod live;
mod sniff;

pub use authority::{Authority, AuthorityError};
pub(crate) use live::{Acceptor, Live};
pub(crate) use sniff::begin;

use std::net::IpAddr;
use std::path::PathBuf;
use tokio_rustls::rustls;

/// Where the hub's certificate comes from.
#[derive(Clone, Debug)]
pub enum TlsSource {
    /// PEM files: the chain and its key.
    Files {
        /// The certificate, and those between it and its authority.
        cert: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// A local authority in this folder, made when it is not there.
    Local(PathBuf),
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] std::io::Error),
    /// A file does not hold what it should.
    #[error("{0}: {1}")]
    Content(PathBuf, String),
    /// Certificate and key do not belong together, or cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
    /// The local authority.
    #[error("the local authority: {0}")]
    Authority(#[from] AuthorityError),
}

/// The names and addresses that a certificate of the local authority is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Names {
    /// A name such as `corridor.local`.
    pub name: Option<String>,
    /// Addresses of this machine.
    pub addresses: Vec<IpAddr>,
}
