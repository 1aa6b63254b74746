//! Session descriptions and candidate lines of the form Chromium writes for a data channel alone.
//! The connection model reads back exactly three things from them: the ICE user fragment, the DTLS
//! fingerprint, and the kind of a candidate.

use crate::dice::Dice;
use core::fmt::Write as _;
use core::net::IpAddr;

/// What identifies one end of a negotiation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Credentials {
    /// ICE user fragment (RFC 8839 §5.4): new with every ICE restart.
    pub(super) ufrag: String,
    /// DTLS certificate fingerprint (RFC 8122): the same for the life of a connection.
    pub(super) fingerprint: String,
    /// The longest message that this end takes (RFC 8841).
    pub(super) message_limit: usize,
}

/// What Chromium takes.
pub(super) const MESSAGE_LIMIT: usize = 262_144;

/// How a candidate can be reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    /// A `.local` name, to be resolved by multicast DNS.
    Mdns,
    /// The address that a STUN server saw.
    Reflexive,
    /// The address of the device itself. Browsers show none; somebody else put it there.
    Host(IpAddr),
}

/// A fingerprint of a new certificate.
pub(super) fn fingerprint(dice: &mut Dice) -> String {
    let mut text = String::from("sha-256 ");
    for (at, byte) in dice.bytes::<32>().iter().enumerate() {
        let colon = if at == 0 { "" } else { ":" };
        let _ = write!(text, "{colon}{byte:02X}");
    }
    text
}

/// A user fragment that was never used before.
pub(super) fn ufrag(dice: &mut Dice, number: u64) -> String {
    let [salt] = dice.bytes::<1>();
    format!("{:04x}{salt:02x}", number & 0xffff_ffff)
}

/// The description of one end.
pub(super) fn write(credentials: &Credentials, offer: bool, version: u32) -> String {
    let setup = if offer { "actpass" } else { "active" };
    format!(
        "v=0\r\no=- 4611731400430051336 {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
         a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:{}\r\na=ice-pwd:vXAd2dvUSFZDXSCmKnqZMCvH\r\na=ice-options:trickle\r\n\
         a=fingerprint:{}\r\na=setup:{setup}\r\na=mid:0\r\na=sctp-port:5000\r\n\
         a=max-message-size:{}\r\n",
        credentials.ufrag, credentials.fingerprint, credentials.message_limit
    )
}

/// Reads a description; `None` where a browser would refuse it.
pub(super) fn read(sdp: &str) -> Option<Credentials> {
    let value = |name: &str| {
        sdp.lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::to_owned)
    };
    sdp.starts_with("v=0").then_some(())?;
    Some(Credentials {
        ufrag: value("a=ice-ufrag:")?,
        fingerprint: value("a=fingerprint:")?,
        message_limit: value("a=max-message-size:")
            .map_or(Some(65_536), |told| told.parse().ok())?,
    })
}

/// A candidate line.
pub(super) fn candidate(kind: Kind, ufrag: &str, host: usize, port: u64) -> String {
    match kind {
        Kind::Host(at) => format!(
            "candidate:1 1 udp 2113937151 {at} {port} typ host generation 0 ufrag {ufrag} network-cost 999"
        ),
        Kind::Mdns => format!(
            "candidate:1 1 udp 2113937151 {host:08x}-7a2b-4c1d-9e0f-1234567890ab.local {port} typ host \
             generation 0 ufrag {ufrag} network-cost 999"
        ),
        Kind::Reflexive => format!(
            "candidate:2 1 udp 1677729535 192.0.2.{} {port} typ srflx raddr 0.0.0.0 rport 0 \
             generation 0 ufrag {ufrag} network-cost 999",
            host % 250 + 1
        ),
    }
}

/// Reads a candidate line: its kind and the user fragment it belongs to.
pub(super) fn read_candidate(line: &str) -> Option<(Kind, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1).copied()
    };
    line.starts_with("candidate:").then_some(())?;
    let kind = match after("typ")? {
        "host" => {
            let at = words.get(4)?;
            match at.strip_suffix(".local") {
                Some(_) => Kind::Mdns,
                None => Kind::Host(at.parse().ok()?),
            }
        }
        "srflx" | "relay" => Kind::Reflexive,
        _ => return None,
    };
    Some((kind, after("ufrag")?.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_and_candidates_read_what_they_write() {
        let mut dice = Dice::new(1, 1);
        let credentials = Credentials {
            ufrag: ufrag(&mut dice, 7),
            fingerprint: fingerprint(&mut dice),
            message_limit: 4_096,
        };
        assert_eq!(
            read(&write(&credentials, true, 1)),
            Some(credentials.clone())
        );
        let address = IpAddr::from([192, 168, 7, 4]);
        for kind in [Kind::Mdns, Kind::Reflexive, Kind::Host(address)] {
            let line = candidate(kind, &credentials.ufrag, 3, 50_000);
            assert_eq!(
                read_candidate(&line),
                Some((kind, credentials.ufrag.clone()))
            );
        }
        assert_eq!(read("hello"), None);
        assert_eq!(read_candidate("candidate:1 1 udp"), None);
    }
}
