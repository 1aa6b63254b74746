//! The second line against `.local` names that do not resolve (rule H-SEEN): the address at which the hub sees a peer.

use super::half;
use crate::node::Candidate;
use core::net::IpAddr;

/// The same host candidate with `at` in place of its `.local` name. `None` for any other candidate.
///
/// `candidate:foundation component protocol priority address port typ type …` (RFC 8839 §5.1).
pub(crate) fn unhidden(candidate: &Candidate, at: IpAddr) -> Option<Candidate> {
    let mut words: Vec<&str> = candidate.candidate.split(' ').collect();
    let [_, _, protocol, _, name, _, "typ", "host", ..] = words.as_slice() else {
        return None;
    };
    let hidden = protocol.eq_ignore_ascii_case("udp") && name.ends_with(".local");
    let at = half::address(at);
    *words.get_mut(4)? = &at;
    hidden.then(|| Candidate {
        candidate: words.join(" "),
        ..candidate.clone()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NAME: &str = "6c9f71e9-235e-4157-97d6-6fdd15dd9a63.local";

    fn at(line: &str, at: &str) -> Option<String> {
        let candidate = Candidate {
            candidate: line.to_owned(),
            mid: Some("0".to_owned()),
            line: Some(0),
        };
        let copy = unhidden(&candidate, at.parse().unwrap())?;
        assert_eq!((&copy.mid, copy.line), (&candidate.mid, candidate.line));
        Some(copy.candidate)
    }

    #[test]
    fn a_name_gives_way_to_the_address_and_all_else_stays() {
        let line = |address: &str| {
            format!(
                "candidate:38418155 1 udp 2113937151 {address} 58388 typ host generation 0 ufrag AOrA network-cost 999"
            )
        };
        for (address, written) in [
            ("192.168.7.2", "192.168.7.2"),
            ("fd00::3", "fd00:0000:0000:0000:0000:0000:0000:0003"),
        ] {
            assert_eq!(at(&line(NAME), address), Some(line(written)));
        }
    }

    #[test]
    fn what_hides_nothing_or_is_no_host_candidate_over_udp_has_no_copy() {
        for line in [
            "candidate:1 1 udp 2113937151 192.0.2.7 58389 typ host generation 0 ufrag AOrA",
            &format!("candidate:1 1 udp 1677729535 {NAME} 58390 typ srflx raddr 0.0.0.0 rport 0"),
            &format!("candidate:4 1 tcp 1518280447 {NAME} 9 typ host tcptype active"),
            &format!("candidate:1 1 udp 2113937151 {NAME} 58388 typ"),
            "",
        ] {
            assert_eq!(at(line, "192.168.7.2"), None, "{line}");
        }
    }
}
