//! The hub's name on the LAN: multicast DNS (RFC 6762), so that `corridor.local` leads to it without a DNS server.

use mdns_sd::{ServiceDaemon, ServiceInfo};
use std::net::{IpAddr, SocketAddr};

/// Names that multicast DNS answers for.
const LOCAL: &str = ".local";
/// A bare name cannot be announced: a service brings it (RFC 6763).
const SERVICE: &str = "_http._tcp.local.";

/// A name that is answered for as long as this lives.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
}

impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Announcement")
    }
}

impl Announcement {
    /// Announces `name` for a hub at `bound`. `None` for names that belong to a DNS server.
    ///
    /// # Errors
    /// When the system gives no multicast socket.
    pub(crate) fn start(name: &str, bound: SocketAddr) -> Result<Option<Self>, mdns_sd::Error> {
        let Some(label) = name.strip_suffix(LOCAL) else {
            return Ok(None);
        };
        let everywhere = bound.ip().is_unspecified();
        let addresses: Vec<IpAddr> = if everywhere {
            Vec::new()
        } else {
            vec![bound.ip()]
        };
        let host = format!("{name}.");
        let service = ServiceInfo::new(SERVICE, label, &host, &addresses[..], bound.port(), None)?;
        let service = if everywhere {
            service.enable_addr_auto()
        } else {
            service
        };
        let daemon = ServiceDaemon::new()?;
        daemon.register(service)?;
        Ok(Some(Self { daemon }))
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Says goodbye by itself.
        let _ = self.daemon.shutdown();
    }
}
