//! The certificate in use, which changes while the hub runs: files are read again, and the local authority
//! issues for the addresses that the machine has by then.

use super::{Authority, Names, TlsError, TlsSource, files};
use crate::address::own_addresses;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

/// How often a certificate is looked after: files may have been renewed, addresses may have changed.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// A certificate that is kept fresh for as long as this lives.
#[derive(Debug)]
pub(crate) struct Live {
    acceptor: Acceptor,
    authority: Option<Arc<Authority>>,
    task: tokio::task::JoinHandle<()>,
}

/// Makes TLS of connections. Clones share the certificate.
#[derive(Clone)]
pub(crate) struct Acceptor(pub(super) TlsAcceptor);

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptor")
    }
}

#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

struct Maker {
    source: TlsSource,
    authority: Option<Arc<Authority>>,
    name: Option<String>,
}

impl Maker {
    fn make(&self) -> Result<CertifiedKey, TlsError> {
        let (chain, key) = match (&self.source, &self.authority) {
            (TlsSource::Files { cert, key }, _) => files::read(cert, key)?,
            (TlsSource::Local(_), Some(authority)) => {
                let mut addresses = own_addresses();
                addresses.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
                addresses.push(IpAddr::V6(Ipv6Addr::LOCALHOST));
                let name = self.name.clone();
                let (leaf, key) = authority.issue(&Names { name, addresses })?;
                (vec![leaf], key)
            }
            (TlsSource::Local(folder), None) => {
                return Err(TlsError::Content(folder.clone(), "no authority".to_owned()));
            }
        };
        let provider = ring::default_provider();
        Ok(CertifiedKey::from_der(chain, key, &provider)?)
    }
}

impl Live {
    /// Gets the first certificate and looks after it from then on. `name` is the hub's on the LAN.
    pub(crate) fn start(source: TlsSource, name: Option<String>) -> Result<Self, TlsError> {
        let authority = match &source {
            TlsSource::Local(folder) => Some(Arc::new(Authority::open(folder)?)),
            TlsSource::Files { .. } => None,
        };
        let maker = Maker {
            source,
            authority: authority.clone(),
            name,
        };
        let current = Arc::new(Current(RwLock::new(Arc::new(maker.make()?))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Current>::clone(&current));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                match maker.make() {
                    Ok(key) => {
                        let mut current = current.0.write().unwrap_or_else(PoisonError::into_inner);
                        *current = Arc::new(key);
                    }
                    Err(error) => tracing::warn!(%error, "the certificate stays as it is"),
                }
            }
        });
        Ok(Self {
            acceptor: Acceptor(TlsAcceptor::from(Arc::new(config))),
            authority,
            task,
        })
    }

    pub(crate) fn acceptor(&self) -> Acceptor {
        self.acceptor.clone()
    }

    pub(crate) fn authority(&self) -> Option<Arc<Authority>> {
        self.authority.clone()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.task.abort();
    }
}
