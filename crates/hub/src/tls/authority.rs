//! A certificate authority for one hub: made once, kept in a folder, and good for local names and addresses only.
//!
//! Devices that trust it trust this hub by name. Name constraints (RFC 5280 §4.2.1.10) keep whoever steals its
//! key from posing as anything outside the LAN.

use super::Names;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints,
};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const CERT_FILE: &str = "corridor-ca.pem";
const KEY_FILE: &str = "corridor-ca.key";
const COMMON_NAME: &str = "Corridor local authority";
/// Clocks of devices may be somewhat slow.
const BACKDATED: Duration = Duration::days(2);
const AUTHORITY_LIFE: Duration = Duration::days(3650);
/// Short: a new one is made at each start and each day.
const LEAF_LIFE: Duration = Duration::days(60);
/// Names that no authority of the Internet answers for (RFC 6762, RFC 6761, RFC 8375, ICANN 2024).
const LOCAL_NAMES: &[&str] = &["local", "localhost", "home.arpa", "internal", "lan"];
/// Addresses that are nobody's on the Internet (RFC 1918, 1122, 3927, 6598, 4193, 4291).
const LOCAL_NETWORKS: &[([u8; 4], u8)] = &[
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([100, 64, 0, 0], 10),
];
const LOCAL_NETWORKS_6: &[([u16; 2], u8)] = &[([0xfc00, 0], 7), ([0xfe80, 0], 10)];

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Its folder cannot be used.
    #[error("{0}: {1}")]
    Folder(PathBuf, #[source] io::Error),
    /// What is in the folder is not what was put there.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// Names of the Internet belong to others.
    #[error(
        "{0} is no local name: use one such as corridor.local, or a certificate from elsewhere"
    )]
    Foreign(String),
    /// A certificate cannot be made.
    #[error("no certificate: {0}")]
    Making(#[from] rcgen::Error),
}

/// A local authority.
pub struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority")
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// Reads the authority in `folder`, or makes one there.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn open(folder: &Path) -> Result<Self, AuthorityError> {
        let (cert, key) = (folder.join(CERT_FILE), folder.join(KEY_FILE));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| AuthorityError::Folder(path, error)
        };
        if !key.exists() {
            std::fs::create_dir_all(folder).map_err(failed(folder))?;
            let pair = KeyPair::generate()?;
            let made = params().self_signed(&pair)?;
            write_private(&key, &pair.serialize_pem()).map_err(failed(&key))?;
            std::fs::write(&cert, made.pem()).map_err(failed(&cert))?;
        }
        let pem = std::fs::read_to_string(&cert).map_err(failed(&cert))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| AuthorityError::Damaged(cert))?;
        let secret = std::fs::read_to_string(&key).map_err(failed(&key))?;
        let pair = KeyPair::from_pem(&secret).map_err(|_| AuthorityError::Damaged(key))?;
        Ok(Self {
            pem,
            der,
            issuer: Issuer::new(params(), pair),
        })
    }

    /// The authority's certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The same in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the certificate, as devices show it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(&self.der);
        let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// A new certificate for these names, with its key.
    ///
    /// # Errors
    /// [`AuthorityError::Making`].
    pub fn issue(
        &self,
        names: &Names,
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), AuthorityError> {
        let foreign = names.name.as_ref().filter(|name| !is_local_name(name));
        if let Some(name) = foreign {
            return Err(AuthorityError::Foreign(name.clone()));
        }
        let mut all: Vec<String> = names.name.iter().cloned().collect();
        all.push("localhost".to_owned());
        for address in &names.addresses {
            // One that the authority may not vouch for would spoil the whole certificate.
            if is_local_address(*address) {
                all.push(address.to_string());
            } else {
                tracing::warn!(%address, "not a private address: HTTPS by it needs a certificate from elsewhere");
            }
        }
        let mut leaf = CertificateParams::new(all)?;
        leaf.distinguished_name = DistinguishedName::new();
        leaf.distinguished_name
            .push(DnType::CommonName, "Corridor hub");
        let now = OffsetDateTime::now_utc();
        leaf.not_before = now - BACKDATED;
        leaf.not_after = now + LEAF_LIFE;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let pair = KeyPair::generate()?;
        let cert = leaf.signed_by(&pair, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(pair.serialize_der().into());
        Ok((cert.der().clone(), key))
    }
}

fn is_local_name(name: &str) -> bool {
    LOCAL_NAMES.iter().any(|local| {
        name.strip_suffix(local)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn is_local_address(address: IpAddr) -> bool {
    let shares = |network: &[u8], own: &[u8], prefix: u8| {
        let bits = network.iter().zip(own).zip(0u32..);
        bits.take_while(|(_, at)| at * 8 < u32::from(prefix))
            .all(|((a, b), at)| {
                let left = (u32::from(prefix) - at * 8).min(8);
                let mask = u8::MAX.checked_shl(8 - left).unwrap_or(0);
                a & mask == b & mask
            })
    };
    match address {
        IpAddr::V4(own) => LOCAL_NETWORKS
            .iter()
            .any(|(network, prefix)| shares(network, &own.octets(), *prefix)),
        IpAddr::V6(own) => {
            let in_networks = LOCAL_NETWORKS_6
                .iter()
                .any(|([first, _], prefix)| shares(&first.to_be_bytes(), &own.octets(), *prefix));
            in_networks || own.is_loopback()
        }
    }
}

/// The same each time, but for the dates, which only the certificate itself carries.
fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, COMMON_NAME);
    let now = OffsetDateTime::now_utc();
    params.not_before = now - BACKDATED;
    params.not_after = now + AUTHORITY_LIFE;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let names = LOCAL_NAMES
        .iter()
        .map(|name| GeneralSubtree::DnsName((*name).to_owned()));
    let four = LOCAL_NETWORKS.iter().map(|(address, prefix)| {
        let address = IpAddr::from(*address);
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, *prefix))
    });
    let six = LOCAL_NETWORKS_6.iter().map(|([a, b], prefix)| {
        let address = IpAddr::from([*a, *b, 0, 0, 0, 0, 0, 0]);
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, *prefix))
    });
    let loopback = IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]);
    let loopback = GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(loopback, 128));
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.chain(four).chain(six).chain([loopback]).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn local_is_what_belongs_to_nobody_on_the_internet() {
        for yes in [
            "10.1.2.3",
            "172.31.255.1",
            "192.168.0.9",
            "127.0.0.1",
            "100.127.0.1",
            "::1",
            "fd00::2",
            "fe80::1",
        ] {
            assert!(is_local_address(yes.parse().unwrap()), "{yes}");
        }
        for no in [
            "172.32.0.1",
            "192.0.2.2",
            "8.8.8.8",
            "100.128.0.1",
            "2001:db8::1",
            "::2",
        ] {
            assert!(!is_local_address(no.parse().unwrap()), "{no}");
        }
        assert!(is_local_name("corridor.local") && is_local_name("a.home.arpa"));
        assert!(!is_local_name("notlocal") && !is_local_name("clinic.example"));
    }
}
