//! The other side of STUN, for `corridor-hub check`: asks, and reads the answer.

use super::message::{
    BINDING_REQUEST, BINDING_SUCCESS, COOKIE, HEADER, Identity, XOR_MAPPED_ADDRESS, next_attribute,
};
use std::net::{IpAddr, SocketAddr};

/// A Binding request.
#[must_use]
pub(crate) fn request(transaction: [u8; 12]) -> Vec<u8> {
    let mut bytes = BINDING_REQUEST.to_be_bytes().to_vec();
    bytes.extend([0, 0]);
    bytes.extend(identity(transaction));
    bytes
}

/// The address in a success response to the request of `transaction`. `None` for anything else.
#[must_use]
pub(crate) fn mapped_address(response: &[u8], transaction: [u8; 12]) -> Option<SocketAddr> {
    let identity = identity(transaction);
    let (head, mut rest) = response.split_at_checked(HEADER)?;
    let is_ours = head.starts_with(&BINDING_SUCCESS.to_be_bytes()) && head.ends_with(&identity);
    is_ours.then_some(())?;
    while !rest.is_empty() {
        let (kind, value, after) = next_attribute(rest)?;
        rest = after;
        if kind == XOR_MAPPED_ADDRESS {
            return unmask(value, &identity);
        }
    }
    None
}

fn identity(transaction: [u8; 12]) -> Identity {
    let mut identity = [0; 16];
    let bytes = COOKIE.into_iter().chain(transaction);
    identity
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    identity
}

fn unmask(value: &[u8], identity: &Identity) -> Option<SocketAddr> {
    let (family, rest) = value.split_first_chunk::<2>()?;
    let (port, ip) = rest.split_first_chunk::<2>()?;
    let clear = |bytes: &[u8]| -> Vec<u8> {
        let masked = bytes.iter().zip(identity);
        masked.map(|(byte, mask)| byte ^ mask).collect()
    };
    let port = u16::from_be_bytes(clear(port).try_into().ok()?);
    let ip = match family {
        [_, 1] => IpAddr::from(<[u8; 4]>::try_from(clear(ip)).ok()?),
        [_, 2] => IpAddr::from(<[u8; 16]>::try_from(clear(ip)).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::answer;
    use super::*;

    #[test]
    fn what_the_server_answers_is_read() {
        for source in ["192.0.2.1:32853", "[2001:db8::1]:9"] {
            let source: SocketAddr = source.parse().unwrap();
            let response = answer(&request([7; 12]), source).unwrap();
            assert_eq!(mapped_address(&response, [7; 12]), Some(source));
            assert_eq!(mapped_address(&response, [8; 12]), None);
            for cut in 0..response.len() {
                let part = response.get(..cut).unwrap();
                assert_eq!(mapped_address(part, [7; 12]), None);
            }
        }
    }
}
