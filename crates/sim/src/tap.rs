//! Listens where nobody may learn anything: on the hub's wires, in logs and in debug prints.

use corridor_core::wire::hub::{ClientFrame, HubFrame};
use std::collections::VecDeque;

/// Every name, title and text in the simulation contains this.
pub const MARKER: &str = "PLAINTEXT-7Q";

/// Frames kept for replay attacks.
const KEPT_FRAMES: usize = 200;

/// What was overheard.
#[derive(Debug, Default)]
pub struct Tap {
    needles: Vec<Vec<u8>>,
    /// The newest frames sent to clients, oldest first, when asked for.
    pub kept: Option<VecDeque<Vec<u8>>>,
    /// Frames the broker received and sent.
    pub frames: u64,
    /// Sealed packets it forwarded.
    pub relayed: u64,
    /// Bytes of sealed packets it forwarded.
    pub relayed_bytes: u64,
    /// Negotiation steps it forwarded.
    pub signals: u64,
    /// Frames that hold something the hub must not know.
    pub leaks: u64,
}

impl Tap {
    /// A tap that looks for the marker and for `secrets`.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut needles = vec![MARKER.as_bytes().to_vec()];
        needles.extend(secrets);
        Self {
            needles,
            ..Self::default()
        }
    }

    /// One frame on its way to the broker.
    pub fn to_hub(&mut self, bytes: &[u8]) {
        self.search(bytes);
        match ClientFrame::decode(bytes) {
            Ok(ClientFrame::Relay(parcel)) => {
                self.relayed += 1;
                self.relayed_bytes += parcel.sealed.len() as u64;
            }
            Ok(ClientFrame::Signal(_)) => self.signals += 1,
            _ => {}
        }
    }

    /// One frame that the broker sends. Answers what it is, for the trace.
    pub fn from_hub(&mut self, bytes: &[u8]) -> &'static str {
        self.search(bytes);
        if let Some(kept) = self.kept.as_mut() {
            if kept.len() == KEPT_FRAMES {
                kept.pop_front();
            }
            kept.push_back(bytes.to_vec());
        }
        match HubFrame::decode(bytes) {
            Ok(HubFrame::Refused(_)) => "refused",
            Ok(HubFrame::Joined(_)) => "joined",
            Ok(_) => "frame",
            Err(_) => "malformed",
        }
    }

    /// One frame from hub to hub.
    pub fn between(&mut self, bytes: &[u8]) {
        self.search(bytes);
    }

    fn search(&mut self, bytes: &[u8]) {
        self.frames += 1;
        if self.needles.iter().any(|needle| contains(bytes, needle)) {
            self.leaks += 1;
        }
    }
}

/// True when `needle` occurs in `bytes`.
#[must_use]
pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else {
        return false;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        let Some(found) = rest.get(at..) else {
            return false;
        };
        if found.starts_with(needle) {
            return true;
        }
        rest = found.get(1..).unwrap_or(&[]);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_is_found_wherever_it_hides() {
        let mut tap = Tap::new([b"secret key".to_vec()]);
        tap.to_hub(b"nothing here");
        assert_eq!(tap.leaks, 0);
        tap.to_hub(format!("xxPLAIN{MARKER}yy").as_bytes());
        let _ = tap.from_hub(b"the secret key is");
        assert_eq!(tap.leaks, 2);
    }
}
