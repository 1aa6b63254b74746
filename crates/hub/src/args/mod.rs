//! Command line and environment.

mod limits;
#[cfg(feature = "nats")]
mod nats;

pub use limits::LimitArgs;
#[cfg(feature = "nats")]
pub use nats::NatsArgs;

use crate::admin::{Credentials, CredentialsError};
use crate::shelf::Order;
use crate::tls::TlsSource;
use clap::{Parser, Subcommand};
use corridor_core::broker::{Layer, Layers};
use corridor_core::id::RoomId;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use tracing_subscriber::filter::Targets;

/// The shelf of a hub that nobody told where to put it.
const SHELF_FILE: &str = "corridor-shelf.redb";

/// Corridor's hub: serves the app, introduces browsers to each other, and relays what it cannot read.
#[derive(Parser, Debug)]
#[command(name = "corridor-hub", version, max_term_width = 100)]
pub struct Args {
    /// Address and port of HTTP; port 0 takes a free one
    #[arg(long, env = "CORRIDOR_BIND", default_value = "0.0.0.0:7878")]
    pub bind: SocketAddr,

    /// Where people open the app, if not at an address of this machine, such as http://clinic.local
    #[arg(long, env = "CORRIDOR_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,

    /// Serve the app from this folder instead of the one in the binary
    #[arg(long, env = "CORRIDOR_APP_DIR", value_name = "DIR")]
    pub app_dir: Option<PathBuf>,

    /// What this hub does: any of phonebook, handshake, relay, shelf, admin, with commas between them
    #[arg(long, env = "CORRIDOR_LAYERS", default_value_t, value_name = "LAYERS")]
    pub layers: Layers,

    /// File with one line `user:password` for the operator's page; or that line in `CORRIDOR_ADMIN`
    #[arg(long, env = "CORRIDOR_ADMIN_FILE", value_name = "FILE")]
    pub admin_file: Option<PathBuf>,

    /// File of the shelf, if that layer is on: corridor-shelf.redb, unless the shelf lies with NATS
    #[arg(long, env = "CORRIDOR_SHELF", value_name = "FILE")]
    pub shelf: Option<PathBuf>,

    /// Certificate for HTTPS on the same port, in PEM, with those between it and its authority
    #[arg(
        long,
        env = "CORRIDOR_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key, in PEM
    #[arg(
        long,
        env = "CORRIDOR_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,

    /// HTTPS with a certificate authority of this hub's own, kept in this folder; /ca says how to trust it
    #[arg(
        long,
        env = "CORRIDOR_LOCAL_CA",
        value_name = "DIR",
        conflicts_with = "tls_cert"
    )]
    pub local_ca: Option<PathBuf>,

    /// The hub's name on the LAN, such as corridor.local: announced by mDNS, and in its certificate
    #[arg(long, env = "CORRIDOR_NAME", value_parser = lan_name)]
    pub name: Option<String>,

    /// UDP port of STUN; 0 takes a free one
    #[arg(
        long,
        env = "CORRIDOR_STUN_PORT",
        default_value_t = 3478,
        value_name = "PORT"
    )]
    pub stun_port: u16,

    /// Do not answer STUN, whatever --stun-port says
    #[arg(long, env = "CORRIDOR_NO_STUN")]
    pub no_stun: bool,

    /// STUN server outside to tell members of besides, as stun:HOST:PORT; may be repeated. It sees their addresses
    #[arg(
        long,
        env = "CORRIDOR_STUN_URL",
        value_name = "URL",
        value_delimiter = ',',
        value_parser = stun_url
    )]
    pub stun_url: Vec<String>,

    /// TURN server to tell members of, as turn:HOST:PORT or turns:HOST:PORT; may be repeated. Without one, nothing
    /// leaves the local network
    #[arg(
        long,
        env = "CORRIDOR_TURN_URL",
        value_name = "URL",
        value_delimiter = ','
    )]
    pub turn_url: Vec<String>,

    /// File with the secret those servers share with this hub (coturn: use-auth-secret, static-auth-secret)
    #[arg(long, env = "CORRIDOR_TURN_SECRET_FILE", value_name = "FILE")]
    pub turn_secret_file: Option<PathBuf>,

    /// What to log: error, warn, info, debug or trace, or by module as in `warn,corridor_hub=debug`
    #[arg(
        long,
        env = "CORRIDOR_LOG",
        default_value = "info",
        value_name = "LEVEL"
    )]
    pub log: Targets,

    /// Log one JSON object per line
    #[arg(long, env = "CORRIDOR_LOG_JSON")]
    pub log_json: bool,

    /// Something else than running a hub
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Several hubs
    #[cfg(feature = "nats")]
    #[command(flatten)]
    pub nats: NatsArgs,

    /// Limits
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// Where the shelf lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShelfAt {
    /// In this file.
    File(PathBuf),
    /// With NATS.
    #[cfg(feature = "nats")]
    Nats,
}

/// Something else than running a hub.
#[derive(Subcommand, Clone, Debug)]
pub enum Command {
    /// Look whether a hub can run here with these flags, or be reached from here
    Check {
        /// Address and port of a running hub to look at, from another machine
        #[arg(long, value_name = "IP:PORT")]
        hub: Option<SocketAddr>,
    },
    /// Look after the shelf, also while a hub runs
    #[command(subcommand)]
    Shelf(ShelfCommand),
}

/// What to do with the shelf.
#[derive(Subcommand, Clone, Debug)]
pub enum ShelfCommand {
    /// Count rooms, records by source, and bytes
    Stats,
    /// Remove records: those that are too old, unless told otherwise
    Purge {
        /// All records of this room
        #[arg(long, value_name = "UUID", value_parser = room)]
        room: Option<RoomId>,
        /// All records of all rooms
        #[arg(long, conflicts_with = "room")]
        all: bool,
    },
    /// Copy all records to a new file
    Backup {
        /// The file; it must not exist yet
        file: PathBuf,
    },
}

/// A host name of letters, digits and hyphens (RFC 1123 §2.1), with a dot in it.
fn lan_name(text: &str) -> Result<String, &'static str> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() < 64
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let fits = text.contains('.') && text.len() < 254 && text.split('.').all(label);
    fits.then(|| text.to_ascii_lowercase())
        .ok_or("a name such as corridor.local is needed")
}

/// `stun:` or `stuns:`, a host, maybe a port (RFC 7064 §3.1).
fn stun_url(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("stun:");
    let host = rest.or_else(|| text.strip_prefix("stuns:"));
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let fits = host.is_some_and(|host| !host.is_empty() && host.chars().all(plain));
    fits.then(|| text.to_owned())
        .ok_or("a STUN server is written stun:HOST:PORT")
}

fn room(text: &str) -> Result<RoomId, &'static str> {
    RoomId::parse(text).ok_or("a room is a UUID")
}

impl From<ShelfCommand> for Order {
    fn from(command: ShelfCommand) -> Self {
        match command {
            ShelfCommand::Stats => Self::Stats,
            ShelfCommand::Purge { all: true, .. } => Self::PurgeAll,
            ShelfCommand::Purge {
                room: Some(room), ..
            } => Self::PurgeRoom(room),
            ShelfCommand::Purge { .. } => Self::PurgeExpired,
            // Relative to here, wherever the hub was started.
            ShelfCommand::Backup { file } => {
                Self::Backup(std::path::absolute(&file).unwrap_or(file))
            }
        }
    }
}

impl Args {
    /// Who may see the operator's page. A password never stands on the command line, where everybody on the
    /// machine could read it.
    ///
    /// # Errors
    /// [`CredentialsError`].
    pub fn admin(&self) -> Result<Option<Credentials>, CredentialsError> {
        match (&self.admin_file, std::env::var("CORRIDOR_ADMIN")) {
            (Some(file), _) => Credentials::from_file(file).map(Some),
            (None, Ok(line)) => line.parse().map(Some),
            (None, Err(_)) => Ok(None),
        }
    }

    /// Where the shelf lies: hubs share it where NATS joins them and no file is named.
    #[must_use]
    pub fn shelf_at(&self) -> ShelfAt {
        match &self.shelf {
            Some(file) => ShelfAt::File(file.clone()),
            #[cfg(feature = "nats")]
            None if self.nats.nats.is_some() => ShelfAt::Nats,
            None => ShelfAt::File(SHELF_FILE.into()),
        }
    }

    /// Where the certificate comes from, if there is to be HTTPS.
    #[must_use]
    pub fn tls(&self) -> Option<TlsSource> {
        match (&self.tls_cert, &self.tls_key, &self.local_ca) {
            (Some(cert), Some(key), _) => Some(TlsSource::Files {
                cert: cert.clone(),
                key: key.clone(),
            }),
            (_, _, Some(folder)) => Some(TlsSource::Local(folder.clone())),
            _ => None,
        }
    }

    /// The port to try, unless STUN is off. It helps negotiation and nothing else.
    #[must_use]
    pub fn stun(&self) -> Option<u16> {
        (!self.no_stun && self.layers.has(Layer::Handshake)).then_some(self.stun_port)
    }
}

/// An `http` or `https` URL of a host, without a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl {
    text: String,
    authority: String,
}

impl PublicUrl {
    /// As given, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, as browsers send them.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str =
            "a URL such as http://clinic.local or https://clinic.example:8443 is needed";
        let text = text.strip_suffix('/').unwrap_or(text);
        let authority = ["http://", "https://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .ok_or(WANTED)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(WANTED);
        }
        Ok(Self {
            text: text.to_owned(),
            authority: authority.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
        let args = Args::try_parse_from([
            "corridor-hub",
            "--no-stun",
            "--log",
            "warn,corridor_hub=debug",
        ])
        .unwrap();
        assert_eq!(args.stun(), None);
    }

    #[test]
    fn layers_are_named_and_stun_belongs_to_the_handshake() {
        let args = |layers| Args::try_parse_from(["corridor-hub", "--layers", layers]);
        assert_eq!(args("phonebook").unwrap().stun(), None);
        assert_eq!(args("phonebook,handshake").unwrap().stun(), Some(3478));
        let refused = args("phonebook,rely").unwrap_err().to_string();
        assert!(refused.contains("there is no layer `rely`"), "{refused}");
    }

    #[test]
    fn outside_stun_servers_are_named_by_their_urls() {
        let args = |urls: &str| Args::try_parse_from(["corridor-hub", "--stun-url", urls]);
        let two = args("stun:stun.clinic.example:3478,stuns:[2001:db8::1]").unwrap();
        assert_eq!(two.stun_url.len(), 2);
        assert!(args("stun:clinic.example").unwrap().turn_url.is_empty());
        for bad in [
            "clinic.example",
            "turn:clinic.example",
            "stun:",
            "stun:a b",
            "stun:?",
        ] {
            assert!(args(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn certificates_come_in_pairs_or_from_an_authority() {
        let args = |more: &[&str]| {
            Args::try_parse_from([&["corridor-hub"], more].concat()).map(|args| args.tls())
        };
        assert!(args(&[]).unwrap().is_none());
        assert!(args(&["--tls-cert", "a"]).is_err());
        assert!(args(&["--tls-cert", "a", "--tls-key", "b", "--local-ca", "c"]).is_err());
        let files = args(&["--tls-cert", "a", "--tls-key", "b"]).unwrap();
        assert!(matches!(files, Some(TlsSource::Files { .. })));
        let local = args(&["--local-ca", "c"]).unwrap();
        assert!(matches!(local, Some(TlsSource::Local(_))));
    }

    #[test]
    fn the_shelf_is_a_file_unless_hubs_share_it() {
        let at = |more: &[&str]| {
            let args = Args::try_parse_from([&["corridor-hub"], more].concat()).unwrap();
            args.shelf_at()
        };
        assert_eq!(at(&[]), ShelfAt::File(SHELF_FILE.into()));
        assert_eq!(at(&["--shelf", "a"]), ShelfAt::File("a".into()));
        #[cfg(feature = "nats")]
        {
            let nats = ["--nats", "nats://host"];
            assert_eq!(at(&nats), ShelfAt::Nats);
            let both = [&nats[..], &["--shelf", "a"]].concat();
            assert_eq!(at(&both), ShelfAt::File("a".into()));
        }
    }

    #[test]
    fn lan_names_are_host_names() {
        assert_eq!(lan_name("Corridor.local"), Ok("corridor.local".to_owned()));
        for bad in [
            "corridor",
            "-a.local",
            "a..local",
            ".local",
            "a b.local",
            "ä.local",
        ] {
            assert!(lan_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn public_urls_are_hosts() {
        let url: PublicUrl = "http://clinic.local/".parse().unwrap();
        assert_eq!(
            (url.as_str(), url.authority()),
            ("http://clinic.local", "clinic.local")
        );
        for bad in [
            "clinic.local",
            "ftp://clinic.local",
            "http://clinic.local/app",
            "http://a/?b",
            "",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }
}
