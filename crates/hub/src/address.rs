//! Under which URLs other machines reach this one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The URL of `address` as this machine itself can open it.
#[must_use]
pub fn local_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// URLs for the LAN: the bound address, or every address of this machine when bound to all of them; IPv4 first.
#[must_use]
pub fn lan_urls(address: SocketAddr) -> Vec<String> {
    if !address.ip().is_unspecified() {
        let ip = address.ip();
        return (!ip.is_loopback())
            .then(|| local_url(address))
            .into_iter()
            .collect();
    }
    let mut own = own_addresses();
    own.retain(|ip| ip.is_ipv4() || address.is_ipv6());
    own.into_iter()
        .map(|ip| local_url(SocketAddr::new(ip, address.port())))
        .collect()
}

/// The addresses under which others reach this machine; IPv4 first.
#[must_use]
pub(crate) fn own_addresses() -> Vec<IpAddr> {
    let mut own: Vec<IpAddr> = match if_addrs::get_if_addrs() {
        Ok(interfaces) => interfaces.iter().map(if_addrs::Interface::ip).collect(),
        Err(error) => {
            tracing::warn!(%error, "the addresses of this machine cannot be listed");
            Vec::new()
        }
    };
    own.retain(|ip| is_reachable(*ip));
    own.sort_by_key(|ip| ip.is_ipv6());
    own.dedup();
    own
}

/// Link-local IPv6 needs a zone that URLs do not carry.
fn is_reachable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn urls_can_be_opened() {
        let url = |address: &str| local_url(address.parse().unwrap());
        assert_eq!(url("0.0.0.0:7878"), "http://127.0.0.1:7878");
        assert_eq!(url("[::]:80"), "http://[::1]:80");
        assert_eq!(url("192.0.2.7:81"), "http://192.0.2.7:81");
    }

    #[test]
    fn the_lan_sees_no_loopback() {
        let urls = |address: &str| lan_urls(address.parse().unwrap());
        assert_eq!(urls("127.0.0.1:7878"), [""; 0]);
        assert_eq!(urls("192.0.2.7:81"), ["http://192.0.2.7:81"]);
        assert!(
            urls("0.0.0.0:81")
                .iter()
                .all(|url| !url.contains("127.0.0.1") && !url.contains("["))
        );
    }
}
