//! The test vectors of RFC 5769, and what must not be answered.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::message::xor_mapped;
use super::*;

const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae
    802200105354554e207465737420636c69656e74 002400046e0001ff 80290008932ff9b151263b36
    000600096576746a3a68367659202020 000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    80280004e57a3bcf";
const IPV4_RESPONSE: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae
    8022000b7465737420766563746f7220 002000080001a147e112a643
    000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004c07d4c96";
const IPV6_RESPONSE: &str = "010100482112a442b7e7a701bc34d686fa87dfae
    8022000b7465737420766563746f7220 002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9
    00080014a382954e4be67bf11784c97c8292c275bfe3ed41 80280004c8fb0b4c";
const LONG_TERM_REQUEST: &str = "000100602112a44278ad3433c6ad72c029da412e
    00060012e3839ee38388e383aae38383e382afe382b90000 0015001c662f2f3439396b3935346436
    4f4c33346f4c39465354767936347341 0014000b6578616d706c652e6f726700
    00080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

const BARE: &str = "000100002112a442000102030405060708090a0b";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn source() -> SocketAddr {
    "192.0.2.1:32853".parse().unwrap()
}

/// The value of the attribute `kind`.
fn attribute(message: &[u8], kind: u16) -> Option<Vec<u8>> {
    let mut at = 20;
    while at < message.len() {
        let length = usize::from(u16::from_be_bytes([message[at + 2], message[at + 3]]));
        if message[at..at + 2] == kind.to_be_bytes() {
            return Some(message[at + 4..at + 4 + length].to_vec());
        }
        at += 4 + length.next_multiple_of(4);
    }
    None
}

/// A message with a header of the right length and a fingerprint at its end.
fn finish(mut message: Vec<u8>) -> Vec<u8> {
    let length = u16::try_from(message.len() - 20 + 8).unwrap();
    message[2..4].copy_from_slice(&length.to_be_bytes());
    let check = crc32fast::hash(&message) ^ 0x5354_554e;
    message.extend([0x80, 0x28, 0, 4]);
    message.extend(check.to_be_bytes());
    message
}

#[test]
fn rfc_5769_mapped_addresses() {
    for (vector, address) in [
        (IPV4_RESPONSE, "192.0.2.1:32853"),
        (
            IPV6_RESPONSE,
            "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
        ),
    ] {
        let vector = hex(vector);
        let identity = vector[4..20].try_into().unwrap();
        let ours = xor_mapped(address.parse().unwrap(), &identity);
        assert_eq!(Some(ours), attribute(&vector, 0x0020), "{address}");
    }
}

#[test]
fn rfc_5769_fingerprints() {
    for vector in [REQUEST, IPV4_RESPONSE, IPV6_RESPONSE] {
        let vector = hex(vector);
        let rest = vector[..vector.len() - 8].to_vec();
        assert_eq!(finish(rest), vector);
    }
}

#[test]
fn rfc_5769_request_with_credentials_is_answered() {
    let request = hex(LONG_TERM_REQUEST);
    let response = answer(&request, source()).unwrap();
    assert_eq!(response[..2], [0x01, 0x01]);
    assert_eq!(response[4..20], request[4..20]);
    assert_eq!(attribute(&response, 0x8028), None, "not asked for");
}

#[test]
fn rfc_5769_ice_check_is_told_what_was_not_understood() {
    let response = answer(&hex(REQUEST), source()).unwrap();
    assert_eq!(response[..2], [0x01, 0x11]);
    assert_eq!(attribute(&response, 0x0009), Some(vec![0, 0, 4, 20]));
    assert_eq!(
        attribute(&response, 0x000a),
        Some(vec![0x00, 0x24]),
        "PRIORITY"
    );
    assert_eq!(finish(response[..response.len() - 8].to_vec()), response);
}

#[test]
fn a_fingerprint_is_answered_with_one() {
    let request = finish(hex(BARE));
    let response = answer(&request, source()).unwrap();
    assert_eq!(finish(response[..response.len() - 8].to_vec()), response);
    assert_eq!(usize::from(response[3]), response.len() - 20);
}

#[test]
fn an_ipv4_peer_of_an_ipv6_socket_learns_its_ipv4_address() {
    let mapped = "[::ffff:192.0.2.1]:32853".parse().unwrap();
    assert_eq!(answer(&hex(BARE), mapped), answer(&hex(BARE), source()));
}

#[test]
fn only_well_formed_binding_requests_are_answered() {
    let bare = hex(BARE);
    assert!(answer(&bare, source()).is_some());
    let with = |change: fn(&mut Vec<u8>)| {
        let mut bytes = bare.clone();
        change(&mut bytes);
        answer(&bytes, source())
    };
    assert_eq!(with(|b| b[0] = 0x01), None, "a response");
    assert_eq!(with(|b| b[1] = 0x11), None, "an indication");
    assert_eq!(with(|b| b[0] = 0x80), None, "not STUN");
    assert_eq!(with(|b| b[4] = 0), None, "no magic cookie");
    assert_eq!(with(|b| b[3] = 4), None, "longer than it is");
    assert_eq!(with(|b| b.push(0)), None, "shorter than it is");
    assert_eq!(with(|b| b.truncate(19)), None, "cut");
    assert_eq!(with(|b| b.clear()), None, "empty");

    let mut forged = hex(REQUEST);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(answer(&forged, source()), None, "wrong fingerprint");
    let mut early = finish(bare.clone());
    early.extend([0x80, 0x22, 0, 0]);
    early[3] += 4;
    assert_eq!(
        answer(&early, source()),
        None,
        "something after the fingerprint"
    );
    let mut overlong = bare;
    overlong.extend([0x80, 0x22, 0, 9, 0, 0, 0, 0]);
    overlong[3] = 8;
    assert_eq!(
        answer(&overlong, source()),
        None,
        "an attribute past the end"
    );
}

#[test]
fn no_truncation_or_flipped_bit_of_a_vector_makes_it_fail_otherwise_than_by_silence() {
    for vector in [REQUEST, LONG_TERM_REQUEST] {
        let vector = hex(vector);
        for length in 0..vector.len() {
            assert_eq!(answer(&vector[..length], source()), None);
        }
        for bit in 0..vector.len() * 8 {
            let mut changed = vector.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let response = answer(&changed, source());
            assert!(response.is_none_or(|r| r.len() <= changed.len() * 2));
        }
    }
}

/// On the wire, with the headers of IP and UDP: an attacker with a forged source address gains less than twofold.
#[test]
fn a_response_is_never_twice_its_request() {
    let ipv6 = "[2001:db8::1]:9".parse().unwrap();
    let mut strange = hex(BARE);
    for kind in 1..=9u16 {
        strange.extend((0x7f00 | kind).to_be_bytes());
        strange.extend([0, 0]);
    }
    strange[3] = 36;
    for (request, source, headers) in [
        (hex(BARE), source(), 28),
        (finish(hex(BARE)), source(), 28),
        (hex(BARE), ipv6, 48),
        (finish(hex(BARE)), ipv6, 48),
        (strange.clone(), source(), 28),
        (strange, ipv6, 48),
    ] {
        let response = answer(&request, source).unwrap();
        assert!(response.len() + headers <= 2 * (request.len() + headers));
    }
}
