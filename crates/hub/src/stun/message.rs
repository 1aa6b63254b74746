//! The part of RFC 8489 that a Binding server without authentication needs.

use std::net::{IpAddr, SocketAddr};

pub(super) const HEADER: usize = 20;
pub(super) const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
pub(super) const BINDING_REQUEST: u16 = 0x0001;
pub(super) const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
pub(super) const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const FINGERPRINT: u16 = 0x8028;
const FINGERPRINT_BYTES: usize = 8;
/// What a fingerprint's CRC-32 is combined with (§14.7).
const FINGERPRINT_MASK: u32 = 0x5354_554e;

/// Attributes a server must understand in a request although this one, which authenticates nobody, has no use
/// for them: USERNAME, MESSAGE-INTEGRITY, REALM, NONCE, MESSAGE-INTEGRITY-SHA256, PASSWORD-ALGORITHM, USERHASH (§18.3).
const UNDERSTOOD: &[u16] = &[0x0006, 0x0008, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e];
/// Above these, an attribute may be ignored (§5).
const OPTIONAL: u16 = 0x8000;
/// Unknown attributes that an error response names; keeps it small.
const MOST_UNKNOWN: usize = 4;

/// Cookie and transaction id: the 16 bytes that a response repeats.
pub(super) type Identity = [u8; 16];

/// A well-formed Binding request.
#[derive(Debug)]
pub(super) struct Request {
    identity: Identity,
    pub(super) has_fingerprint: bool,
    /// Attributes that must be understood and are not.
    pub(super) unknown: Vec<u16>,
}

impl Request {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, mut rest) = bytes.split_at_checked(HEADER)?;
        let (kind, head) = head.split_first_chunk()?;
        let (length, identity) = head.split_first_chunk()?;
        let identity: Identity = identity.try_into().ok()?;
        let well_formed = u16::from_be_bytes(*kind) == BINDING_REQUEST
            && usize::from(u16::from_be_bytes(*length)) == rest.len()
            && identity.starts_with(&COOKIE);
        well_formed.then_some(())?;

        let mut request = Self {
            identity,
            has_fingerprint: false,
            unknown: Vec::new(),
        };
        while !rest.is_empty() {
            // A fingerprint is the last attribute or the request is not well-formed.
            (!request.has_fingerprint).then_some(())?;
            let before = bytes.get(..bytes.len() - rest.len())?;
            let (kind, value, after) = next_attribute(rest)?;
            rest = after;
            match kind {
                FINGERPRINT => {
                    (value == fingerprint(before).to_be_bytes()).then_some(())?;
                    request.has_fingerprint = true;
                }
                kind if kind >= OPTIONAL || UNDERSTOOD.contains(&kind) => {}
                kind if request.unknown.len() < MOST_UNKNOWN => request.unknown.push(kind),
                _ => {}
            }
        }
        Some(request)
    }
}

/// Type and value of the first attribute, and what follows it and its padding.
pub(super) fn next_attribute(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (kind, bytes) = bytes.split_first_chunk()?;
    let (length, bytes) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (padded, after) = bytes.split_at_checked(length.next_multiple_of(4))?;
    Some((u16::from_be_bytes(*kind), padded.get(..length)?, after))
}

/// FINGERPRINT over everything before it, with the header's length as it will be with the attribute.
fn fingerprint(before: &[u8]) -> u32 {
    crc32fast::hash(before) ^ FINGERPRINT_MASK
}

/// An attribute of a response.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attribute<'a> {
    XorMappedAddress(SocketAddr),
    /// The code alone; the reason phrase is for people and stays empty.
    ErrorCode(u16),
    UnknownAttributes(&'a [u16]),
}

/// A response being written.
#[derive(Debug)]
pub(super) struct Response {
    identity: Identity,
    bytes: Vec<u8>,
}

impl Response {
    pub(super) fn success(request: &Request) -> Self {
        Self::new(BINDING_SUCCESS, request.identity)
    }

    pub(super) fn error(request: &Request) -> Self {
        Self::new(BINDING_ERROR, request.identity)
    }

    fn new(kind: u16, identity: Identity) -> Self {
        let mut bytes = kind.to_be_bytes().to_vec();
        bytes.extend([0, 0]);
        bytes.extend(identity);
        Self { identity, bytes }
    }

    #[must_use]
    pub(super) fn with(mut self, attribute: &Attribute<'_>) -> Self {
        let (kind, value) = match attribute {
            Attribute::XorMappedAddress(address) => {
                (XOR_MAPPED_ADDRESS, xor_mapped(*address, &self.identity))
            }
            Attribute::ErrorCode(code) => {
                let [_, class] = (code / 100).to_be_bytes();
                let [_, number] = (code % 100).to_be_bytes();
                (ERROR_CODE, vec![0, 0, class, number])
            }
            Attribute::UnknownAttributes(kinds) => (
                UNKNOWN_ATTRIBUTES,
                kinds.iter().flat_map(|kind| kind.to_be_bytes()).collect(),
            ),
        };
        self.put(kind, &value);
        self.set_length(0);
        self
    }

    #[must_use]
    pub(super) fn with_fingerprint(mut self) -> Self {
        self.set_length(FINGERPRINT_BYTES);
        let value = fingerprint(&self.bytes).to_be_bytes();
        self.put(FINGERPRINT, &value);
        self
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn put(&mut self, kind: u16, value: &[u8]) {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn set_length(&mut self, to_come: usize) {
        let length = u16::try_from(self.bytes.len() + to_come - HEADER).unwrap_or(u16::MAX);
        for (to, from) in self.bytes.iter_mut().skip(2).zip(length.to_be_bytes()) {
            *to = from;
        }
    }
}

/// The value of XOR-MAPPED-ADDRESS (§14.2): port and address, combined with cookie and transaction id so that
/// a router that rewrites addresses in payloads does not find it.
pub(super) fn xor_mapped(address: SocketAddr, identity: &Identity) -> Vec<u8> {
    let (family, ip) = match address.ip().to_canonical() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let port = address.port().to_be_bytes();
    let mut value = vec![0, family];
    value.extend(port.iter().zip(identity).map(|(byte, mask)| byte ^ mask));
    value.extend(ip.iter().zip(identity).map(|(byte, mask)| byte ^ mask));
    value
}
