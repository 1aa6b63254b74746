//! STUN Binding (RFC 8489): tells a browser the address it is seen from, which on a LAN is its LAN address.
//! [`answer`] is pure; [`server`](StunServer) owns the socket.

mod client;
mod message;
mod server;
#[cfg(test)]
mod vectors;

pub(crate) use client::{mapped_address, request};
pub use server::StunServer;

use message::{Attribute, Request, Response};
use std::net::SocketAddr;

/// The response to the datagram `request` from `source`. `None` for anything but a well-formed Binding request:
/// garbage is never answered.
#[must_use]
pub fn answer(request: &[u8], source: SocketAddr) -> Option<Vec<u8>> {
    let request = Request::parse(request)?;
    let mut response = if request.unknown.is_empty() {
        Response::success(&request).with(&Attribute::XorMappedAddress(source))
    } else {
        Response::error(&request)
            .with(&Attribute::ErrorCode(420))
            .with(&Attribute::UnknownAttributes(&request.unknown))
    };
    if request.has_fingerprint {
        response = response.with_fingerprint();
    }
    Some(response.into_bytes())
}
