//! What the terminal shows at the start: URLs and a QR code of the best one.

use crate::address::{lan_urls, local_url};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// Light modules around the code; scanners ask for four, terminals give little room, two work.
const QUIET: i32 = 2;

/// HTTPS, and the name on the LAN.
#[derive(Clone, Debug, Default)]
pub struct Secure<'a> {
    /// The port speaks TLS too.
    pub is_on: bool,
    /// The name that is announced.
    pub name: Option<&'a str>,
    /// The local authority's fingerprint.
    pub fingerprint: Option<String>,
}

/// The start-up text. Its first line is for programs: `listening on http://IP:PORT`.
#[must_use]
pub fn text(
    address: SocketAddr,
    public_url: Option<&str>,
    stun: Option<SocketAddr>,
    app: bool,
    secure: &Secure<'_>,
) -> String {
    let mut text = format!("listening on {}\n", local_url(address));
    let lan = lan_urls(address);
    let mut line = |what: &str, value: &str| {
        let _ = writeln!(text, "  {what:<16}{value}");
    };
    line("on this machine", &local_url(address));
    for url in &lan {
        line("on the LAN", url);
    }
    if let Some(url) = public_url {
        line("public", url);
    }
    if let Some(name) = secure.name {
        line("by name", &format!("http://{name}:{}", address.port()));
    }
    if secure.is_on {
        line("HTTPS", "the same addresses with https://");
    }
    if let Some(fingerprint) = &secure.fingerprint {
        let at = lan.first().cloned().unwrap_or_else(|| local_url(address));
        line("trust it", &format!("{at}/ca says how; fingerprint"));
        line("", fingerprint);
    }
    match stun {
        Some(stun) => line("STUN", &format!("UDP port {}", stun.port())),
        None => line("STUN", "off: direct links may fail where mDNS is blocked"),
    }
    if !app {
        line("app", "none: the page at / says how to build one");
    }
    if let Some(url) = public_url.or(lan.first().map(String::as_str))
        && let Some(code) = qr(url)
    {
        let _ = write!(text, "\n{code}  {url}\n");
    }
    text
}

/// `url` as a QR code of half blocks, two rows of modules to a line. Light modules are drawn, since terminals
/// are mostly dark; scanners read the inverse as well.
fn qr(url: &str) -> Option<String> {
    let code = QrCode::encode_text(url, QrCodeEcc::Low).ok()?;
    let light = |x, y| !code.get_module(x, y);
    let span = || -QUIET..code.size() + QUIET;
    let mut text = String::new();
    for y in span().step_by(2) {
        text.push_str("  ");
        for x in span() {
            text.push(match (light(x, y), light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn the_first_line_is_for_programs() {
        let text = text(
            "127.0.0.1:4711".parse().unwrap(),
            None,
            None,
            false,
            &Secure::default(),
        );
        assert_eq!(
            text.lines().next(),
            Some("listening on http://127.0.0.1:4711")
        );
        assert!(
            !text.contains('█'),
            "nobody else can open a loopback address"
        );
    }

    #[test]
    fn the_public_url_becomes_the_code() {
        let url = "http://clinic.local";
        let text = text(
            "127.0.0.1:1".parse().unwrap(),
            Some(url),
            None,
            true,
            &Secure::default(),
        );
        assert!(text.contains(&qr(url).unwrap()));
    }

    /// Reads the half blocks back and compares them with the code.
    #[test]
    fn every_module_is_drawn() {
        let url = "http://192.168.178.23:7878";
        let code = QrCode::encode_text(url, QrCodeEcc::Low).unwrap();
        let drawn: Vec<Vec<char>> = qr(url)
            .unwrap()
            .lines()
            .map(|line| line.chars().skip(2).collect())
            .collect();
        for y in -QUIET..code.size() + QUIET {
            for x in -QUIET..code.size() + QUIET {
                let (row, upper) = (
                    usize::try_from(y + QUIET).unwrap() / 2,
                    (y + QUIET) % 2 == 0,
                );
                let block = drawn[row][usize::try_from(x + QUIET).unwrap()];
                let light = if upper { "█▀" } else { "█▄" }.contains(block);
                assert_eq!(light, !code.get_module(x, y), "module {x},{y}");
            }
        }
    }
}
