//! Between a browser's description with its candidates and the half of a slip ([`crate::wire::slip`]).
//!
//! Descriptions of one data channel differ in six attributes; the rest is written anew. Candidates over TCP are left
//! out (browsers only ever dial by TCP), as are priorities: their order says the same.

use crate::id::{TaskId, parse_hex};
use crate::limits;
use crate::node::Candidate;
use crate::wire::slip::{Half, Place, Setup, Spot, SpotKind};
use core::fmt::Write as _;
use core::net::IpAddr;

/// What of a local description and its candidates matters. `None` when it is no description of one data channel, or not
/// reachable by UDP.
pub(crate) fn reduce(sdp: &str, candidates: &[Candidate]) -> Option<Half> {
    let value = |name: &str| sdp.lines().find_map(|line| line.strip_prefix(name));
    let mut spots: Vec<Spot> = Vec::new();
    for candidate in candidates {
        let spot = spot(&candidate.candidate);
        spots.extend(spot.filter(|spot| !spots.contains(spot)));
    }
    spots.truncate(limits::MAX_SLIP_CANDIDATES);
    let known = value("a=mid:") == Some("0") && value("a=sctp-port:") == Some("5000");
    (known && !spots.is_empty()).then_some(())?;
    // Without it, 64 KiB (RFC 8841 §6).
    let max_message = value("a=max-message-size:").unwrap_or("65536");
    Some(Half {
        max_message: max_message.parse().unwrap_or(u32::MAX),
        ufrag: value("a=ice-ufrag:")?.to_owned(),
        password: value("a=ice-pwd:")?.to_owned(),
        fingerprint: parse_hex(value("a=fingerprint:sha-256 ")?)?,
        setup: match value("a=setup:")? {
            "actpass" => Setup::Actpass,
            "active" => Setup::Active,
            "passive" => Setup::Passive,
            _ => return None,
        },
        spots,
    })
}

/// `candidate:foundation component protocol priority address port typ type …` (RFC 8839 §5.1).
fn spot(line: &str) -> Option<Spot> {
    let mut words = line.split(' ').skip(2);
    words.next()?.eq_ignore_ascii_case("udp").then_some(())?;
    let address = words.nth(1)?;
    let port = words.next()?.parse().ok()?;
    let kind = match words.nth(1)? {
        "host" => SpotKind::Host,
        "srflx" => SpotKind::Reflexive,
        "relay" => SpotKind::Relayed,
        _ => return None,
    };
    let at = match address.strip_suffix(".local") {
        Some(name) => Place::Hidden(parse_hex(name)?),
        None if address.contains(':') => Place::V6(v6(address)?),
        None => Place::V4(v4(address)?),
    };
    Some(Spot { kind, at, port })
}

fn v4(text: &str) -> Option<[u8; 4]> {
    let octets: Option<Vec<u8>> = text.split('.').map(|octet| octet.parse().ok()).collect();
    octets?.try_into().ok()
}

/// As RFC 5952 writes it. Addresses that end like IPv4 ones are left out: browsers show none.
fn v6(text: &str) -> Option<[u8; 16]> {
    let (head, tail) = text.split_once("::").unwrap_or((text, ""));
    let (head, mut tail) = (groups(head)?, groups(tail)?);
    let missing = 16usize.checked_sub(head.len() + tail.len())?;
    let mut octets = head;
    octets.resize(octets.len() + missing, 0);
    octets.append(&mut tail);
    octets
        .try_into()
        .ok()
        .filter(|_| missing == 0 || text.contains("::"))
}

fn groups(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    for group in text.split(':').filter(|_| !text.is_empty()) {
        let mut number = 0u32;
        for digit in group.chars() {
            number = number * 16 + digit.to_digit(16)?;
            (number <= 0xffff).then_some(())?;
        }
        let [.., high, low] = number.to_be_bytes();
        (!group.is_empty()).then(|| octets.extend([high, low]))?;
    }
    Some(octets)
}

/// A description that a browser takes as the one which the half was made of. Candidates come separately.
pub(crate) fn description(half: &Half) -> String {
    let setup = match half.setup {
        Setup::Actpass => "actpass",
        Setup::Active => "active",
        Setup::Passive => "passive",
    };
    let fingerprint = hex(&half.fingerprint, 1).to_ascii_uppercase();
    let (ufrag, password, longest) = (&half.ufrag, &half.password, half.max_message);
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\na=ice-options:trickle\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\na=mid:0\r\n\
         a=sctp-port:5000\r\na=max-message-size:{longest}\r\n"
    )
}

/// Groups of `size` octets in hexadecimal, with colons between them.
fn hex(octets: &[u8], size: usize) -> String {
    let mut text = String::new();
    for (at, octet) in octets.iter().enumerate() {
        if at > 0 && at % size == 0 {
            text.push(':');
        }
        let _ = write!(text, "{octet:02x}");
    }
    text
}

fn written(at: &Place) -> String {
    match at {
        Place::V4([a, b, c, d]) => format!("{a}.{b}.{c}.{d}"),
        Place::V6(octets) => hex(octets, 2),
        Place::Hidden(name) => format!("{}.local", TaskId(*name)),
    }
}

/// An address as candidates have it. Shorter in the download than the standard library's way.
pub(crate) fn address(at: IpAddr) -> String {
    written(&match at {
        IpAddr::V4(at) => Place::V4(at.octets()),
        IpAddr::V6(at) => Place::V6(at.octets()),
    })
}

/// Its candidates.
pub(crate) fn candidates(half: &Half) -> impl Iterator<Item = Candidate> {
    half.spots.iter().zip((1..=u16::MAX).rev()).map(|(spot, local)| {
        let (kind, preference) = match spot.kind {
            SpotKind::Host => ("host", 126),
            SpotKind::Reflexive => ("srflx raddr 0.0.0.0 rport 0", 100),
            SpotKind::Relayed => ("relay raddr 0.0.0.0 rport 0", 2),
        };
        let priority: u32 = preference << 24 | u32::from(local) << 8 | 255;
        let (address, port, ufrag) = (written(&spot.at), spot.port, &half.ufrag);
        Candidate {
            candidate: format!(
                "candidate:{local} 1 udp {priority} {address} {port} typ {kind} generation 0 ufrag {ufrag}"
            ),
            mid: Some("0".to_owned()),
            line: Some(0),
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// As Chromium 140 writes it.
    const SDP: &str = "v=0\r\no=- 642552554855157499 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:AOrA\r\n\
        a=ice-pwd:FeMRRNskyArpHu8ZVX3XDego\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 BB:D8:EB:12:E4:36:29:71:DD:07:5F:A7:A8:0B:C2:B0:B8:AE:73:39:08:44:8B:4E:\
        72:33:29:48:FA:3A:58:54\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n\
        a=max-message-size:262144\r\n";

    fn found(lines: &[&str]) -> Vec<Candidate> {
        let candidate = |line: &&str| Candidate {
            candidate: (*line).to_owned(),
            mid: Some("0".to_owned()),
            line: Some(0),
        };
        lines.iter().map(candidate).collect()
    }

    const LINES: [&str; 6] = [
        "candidate:38418155 1 udp 2113937151 6c9f71e9-235e-4157-97d6-6fdd15dd9a63.local 58388 typ host \
         generation 0 ufrag AOrA network-cost 999",
        "candidate:1 1 udp 2113937151 192.0.2.7 58389 typ host generation 0 ufrag AOrA",
        "candidate:2 1 UDP 1677729535 2001:db8::7 58390 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag AOrA",
        "candidate:3 1 udp 33562367 198.51.100.2 3478 typ relay raddr 0.0.0.0 rport 0 ufrag AOrA",
        "candidate:4 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active generation 0 ufrag AOrA",
        "candidate:38418155 1 udp 2113937151 6c9f71e9-235e-4157-97d6-6fdd15dd9a63.local 58388 typ host \
         generation 0 ufrag AOrA network-cost 999",
    ];

    #[test]
    fn what_is_written_anew_reduces_to_the_same() {
        let half = reduce(SDP, &found(&LINES)).unwrap();
        assert_eq!((half.ufrag.as_str(), half.max_message), ("AOrA", 262_144));
        assert_eq!(half.fingerprint[0], 0xbb);
        assert_eq!(half.spots.len(), 4, "no TCP, and nothing twice");
        let again = reduce(&description(&half), &candidates(&half).collect::<Vec<_>>());
        assert_eq!(again, Some(half));
    }

    #[test]
    fn candidates_keep_their_order_by_priority() {
        let half = reduce(SDP, &found(&LINES)).unwrap();
        let priority =
            |c: Candidate| -> u32 { c.candidate.split(' ').nth(3).unwrap().parse().unwrap() };
        let all: Vec<u32> = candidates(&half).map(priority).collect();
        assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
    }

    #[test]
    fn addresses_of_the_newer_kind_are_read_as_browsers_write_them() {
        let read = |text: &str| v6(text).map(|octets| hex(&octets, 2));
        for (text, whole) in [
            ("2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0007"),
            ("::", "0000:0000:0000:0000:0000:0000:0000:0000"),
            ("fe80::", "fe80:0000:0000:0000:0000:0000:0000:0000"),
            ("1:2:3:4:5:6:7:8", "0001:0002:0003:0004:0005:0006:0007:0008"),
        ] {
            assert_eq!(read(text).as_deref(), Some(whole), "{text}");
            let expected: std::net::Ipv6Addr = text.parse().unwrap();
            assert_eq!(whole.parse(), Ok(expected));
        }
        for wrong in [
            "",
            ":",
            "1:2",
            "1:::2",
            "12345::",
            "g::",
            "1:2:3:4:5:6:7:8:9",
            "::1:2:3:4:5:6:7:8:9",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(v4("192.0.2.7"), Some([192, 0, 2, 7]));
        for wrong in ["1.2.3", "1.2.3.4.5", "256.1.1.1", "a.b.c.d"] {
            assert_eq!(v4(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_reduced_is_not() {
        let one = found(&LINES[..1]);
        assert!(reduce(SDP, &[]).is_none(), "nowhere to be reached");
        assert!(reduce(SDP, &found(&LINES[4..5])).is_none(), "by TCP only");
        for (with, without) in [
            ("a=setup:actpass", "a=setup:holdconn"),
            ("a=mid:0", "a=mid:data"),
            ("sha-256 BB", "sha-256 XX"),
            ("sha-256 BB:", "sha-256 "),
            ("a=fingerprint", "a=footprint"),
            ("a=ice-pwd", "a=pwd"),
        ] {
            assert!(
                reduce(&SDP.replace(with, without), &one).is_none(),
                "{without}"
            );
        }
    }
}
