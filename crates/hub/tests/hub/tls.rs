//! HTTPS beside HTTP on one port, and the local authority.

use super::folder::Folder;
use super::{DEADLINE, http, settings, soon};
use corridor_core::wire::hub::HubFrame;
use corridor_hub::Hub;
use corridor_hub::Settings;
use corridor_hub::tls::{Authority, Names, TlsSource};
use futures_util::StreamExt as _;
use rcgen::{CertificateParams, DistinguishedName, DnType, Issuer, KeyPair};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A device that trusts this authority and nobody else.
fn device(authority: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.to_vec())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn connect(
    device: &TlsConnector,
    hub: SocketAddr,
    name: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(hub).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    soon("the TLS handshake", device.connect(name, tcp)).await
}

/// The whole answer to a request over TLS.
async fn get(mut tls: TlsStream<TcpStream>, path: &str) -> String {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: corridor.local\r\nconnection: close\r\n\r\n");
    tls.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The hub may end without a close_notify.
    let _ = soon("the answer", tls.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn hub_with(tls: TlsSource, name: Option<&str>) -> Hub {
    let settings = Settings {
        tls: Some(tls),
        name: name.map(str::to_owned),
        ..settings()
    };
    Hub::start(settings).await.unwrap()
}

#[tokio::test]
async fn r_hub_7_a_local_authority_makes_a_secure_hub_and_http_stays() {
    let folder = Folder::new();
    let hub = hub_with(TlsSource::Local(folder.path("ca")), None).await;
    let at = hub.address();

    // A device gets the certificate over plain HTTP, and compares the fingerprint with the terminal's.
    let page = http::get(at, "/ca").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&hub.fingerprint().unwrap()));
    assert!(page.text().contains(&format!("http://{at}/ca")));
    assert_eq!(
        http::get(at, "/ca/qr.svg").await.header("content-type"),
        "image/svg+xml"
    );
    assert_eq!(http::get(at, "/ca/page.css").await.status, 200);
    let der = http::get(at, "/ca/corridor-ca.crt").await;
    assert_eq!(der.header("content-type"), "application/x-x509-ca-cert");
    let pem = http::get(at, "/ca/corridor-ca.pem").await;
    let same = CertificateDer::from_pem_slice(&pem.body).unwrap();
    assert_eq!(same.as_ref(), der.body);

    let device = device(&der.body);
    for name in ["127.0.0.1", "localhost"] {
        let tls = connect(&device, at, name).await.unwrap();
        let answer = get(tls, "/health").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        // A page by HTTPS is told apart from others of its browser.
        assert!(
            answer.contains("cross-origin-opener-policy: same-origin"),
            "{answer}"
        );
    }
    assert_eq!(http::get(at, "/health").await.status, 200, "and plain HTTP");
    let wrong = connect(&device, at, "elsewhere.local").await;
    assert!(wrong.is_err(), "the certificate is for this hub only");
    hub.stop().await;

    // The authority stays, so that devices need to trust it once.
    let again = hub_with(TlsSource::Local(folder.path("ca")), Some("clinic.lan")).await;
    assert!(
        connect(&device, again.address(), "clinic.lan")
            .await
            .is_ok()
    );
    let other = Folder::new();
    let stranger = hub_with(TlsSource::Local(other.path("ca")), None).await;
    assert!(
        connect(&device, stranger.address(), "localhost")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn websockets_are_secure_too() {
    let folder = Folder::new();
    let hub = hub_with(TlsSource::Local(folder.path("ca")), None).await;
    let at = hub.address();
    let device = device(&http::get(at, "/ca/corridor-ca.crt").await.body);
    let tls = connect(&device, at, "localhost").await.unwrap();
    let url = format!("wss://localhost:{}/ws", at.port());
    let upgraded = tokio_tungstenite::client_async(url, tls);
    let (mut socket, _) = soon("the upgrade", upgraded).await.unwrap();
    let first = soon("a frame", socket.next()).await.unwrap().unwrap();
    let frame = HubFrame::decode(&first.into_data()).unwrap();
    assert!(matches!(frame, HubFrame::Challenge(_)));
}

#[tokio::test]
async fn a_certificate_from_files_is_served() {
    let folder = Folder::new();
    let authority = Authority::open(&folder.path("ca")).unwrap();
    let names = Names {
        name: Some("hub.internal".to_owned()),
        addresses: Vec::new(),
    };
    let (cert, key) = authority.issue(&names).unwrap();
    let pem = |kind: &str, bytes: &[u8]| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
            lines.join("\n")
        )
    };
    let (cert_file, key_file) = (folder.path("cert.pem"), folder.path("key.pem"));
    std::fs::write(&cert_file, pem("CERTIFICATE", &cert)).unwrap();
    std::fs::write(&key_file, pem("PRIVATE KEY", key.secret_der())).unwrap();
    let source = TlsSource::Files {
        cert: cert_file.clone(),
        key: key_file,
    };
    let hub = hub_with(source, None).await;
    let tls = connect(&device(authority.der()), hub.address(), "hub.internal").await;
    assert!(
        get(tls.unwrap(), "/health")
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert_eq!(
        http::get(hub.address(), "/ca").await.status,
        404,
        "not its own authority"
    );

    let broken = TlsSource::Files {
        cert: cert_file.clone(),
        key: cert_file,
    };
    let settings = Settings {
        tls: Some(broken),
        ..settings()
    };
    let refused = Hub::start(settings).await.unwrap_err().to_string();
    assert!(refused.contains("cert.pem"), "{refused}");
}

/// Whoever steals the authority's key can pose as local names, and as nothing else.
#[tokio::test]
async fn the_authority_is_good_for_local_names_only() {
    let folder = Folder::new();
    let path = folder.path("ca");
    let authority = Authority::open(&path).unwrap();
    let settings = Settings {
        tls: Some(TlsSource::Local(path.clone())),
        name: Some("bank.example".to_owned()),
        ..settings()
    };
    let refused = Hub::start(settings).await.unwrap_err().to_string();
    assert!(refused.contains("bank.example"), "{refused}");

    let key = path.join("corridor-ca.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let stolen = KeyPair::from_pem(&std::fs::read_to_string(key).unwrap()).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "Corridor local authority");
    let thief = Issuer::new(params, stolen);
    for (name, works) in [("elsewhere.local", true), ("bank.example", false)] {
        let pair = KeyPair::generate().unwrap();
        let posing = CertificateParams::new([name.to_owned()]).unwrap();
        let cert = posing.signed_by(&pair, &thief).unwrap();
        let (cert_file, key_file) = (folder.path("cert.pem"), folder.path("key.pem"));
        std::fs::write(&cert_file, cert.pem()).unwrap();
        std::fs::write(&key_file, pair.serialize_pem()).unwrap();
        let source = TlsSource::Files {
            cert: cert_file,
            key: key_file,
        };
        let hub = hub_with(source, None).await;
        let tls = connect(&device(authority.der()), hub.address(), name).await;
        assert_eq!(tls.is_ok(), works, "{name}");
    }
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed_in_time() {
    let folder = Folder::new();
    let mut settings = Settings {
        tls: Some(TlsSource::Local(folder.path("ca"))),
        ..settings()
    };
    settings.limits.header_patience = Duration::from_millis(200);
    let hub = Hub::start(settings).await.unwrap();
    let mut silent = TcpStream::connect(hub.address()).await.unwrap();
    let mut byte = [0];
    assert_eq!(soon("the end", silent.read(&mut byte)).await.unwrap(), 0);
    // Half a handshake is no better than none.
    let mut half = TcpStream::connect(hub.address()).await.unwrap();
    half.write_all(&[22, 3, 1]).await.unwrap();
    assert_eq!(soon("the end", half.read(&mut byte)).await.unwrap_or(0), 0);
}

/// Multicast needs a network: on a machine without one there is nothing to see.
#[tokio::test]
async fn the_name_is_answered_by_multicast_dns() {
    let Some(own) = own_address() else {
        return;
    };
    let settings = Settings {
        bind: SocketAddr::from(([0, 0, 0, 0], 0)),
        name: Some("corridor-hub-test.local".to_owned()),
        ..settings()
    };
    let _hub = Hub::start(settings).await.unwrap();
    let daemon = mdns_sd::ServiceDaemon::new().unwrap();
    let events = daemon
        .resolve_hostname("corridor-hub-test.local.", Some(20_000))
        .unwrap();
    let found = tokio::task::spawn_blocking(move || {
        while let Ok(event) = events.recv_timeout(DEADLINE) {
            if let mdns_sd::HostnameResolutionEvent::AddressesFound(_, addresses) = event
                && addresses.iter().any(|address| address.to_ip_addr() == own)
            {
                return true;
            }
        }
        false
    });
    assert!(soon("the answer", found).await.unwrap());
    let _ = daemon.shutdown();
}

fn own_address() -> Option<IpAddr> {
    let all = if_addrs::get_if_addrs().ok()?;
    all.iter()
        .map(if_addrs::Interface::ip)
        .find(|ip| ip.is_ipv4() && !ip.is_loopback())
}
