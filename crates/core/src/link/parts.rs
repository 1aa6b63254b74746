//! Frames that are longer than what the other browser takes as one message: cut into parts (rule P-PART), and put
//! together again within bounds.

use crate::limits;
use crate::wire::WireError;
use crate::wire::peer::{Part, PeerFrame};

/// What a part takes beside its share of the frame: two arrays, five numbers and a length.
const OVERHEAD: usize = 24;

/// The longest message that a description lets its author be sent, no longer than any packet (RFC 8841 §6: 64 KiB when
/// nothing is said, and 0 means any).
///
/// # Errors
/// [`WireError::TooNarrow`] below [`limits::MIN_MESSAGE_BYTES`].
pub(crate) fn message_limit(sdp: &str) -> Result<usize, WireError> {
    let told = sdp
        .lines()
        .find_map(|line| line.strip_prefix("a=max-message-size:"));
    match told.map(|told| told.trim().parse()) {
        None | Some(Ok(0)) => Ok(limits::MAX_PACKET_BYTES),
        Some(Ok(told)) if told < limits::MIN_MESSAGE_BYTES => Err(WireError::TooNarrow),
        // More digits than a number holds.
        Some(told) => Ok(told.unwrap_or(usize::MAX).min(limits::MAX_PACKET_BYTES)),
    }
}

/// Cuts a frame into parts of messages that are no longer than `limit`. `number` tells it from other frames.
pub(crate) fn split(number: u32, frame: &[u8], limit: usize) -> Vec<PeerFrame> {
    let parts = frame.chunks(limit.saturating_sub(OVERHEAD).max(1));
    let count = u16::try_from(parts.len()).unwrap_or(u16::MAX);
    (0..count)
        .zip(parts)
        .map(|(index, bytes)| {
            PeerFrame::Part(Part {
                number,
                index,
                count,
                bytes: bytes.to_vec().into(),
            })
        })
        .collect()
}

/// The frame that is being put together. Channels keep order, so there is one at a time.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    /// The next part: of which frame, and which of how many.
    next: Option<(u32, u16, u16)>,
    bytes: Vec<u8>,
}

impl Assembly {
    /// Takes a part; the whole frame when it was the last. A part that continues nothing is ignored: the one before it
    /// was lost with its connection.
    ///
    /// # Errors
    /// [`WireError::TooLarge`] when the parts are longer than any packet.
    pub(crate) fn take(&mut self, part: &Part) -> Result<Option<Vec<u8>>, WireError> {
        let continued = self.next.take() == Some((part.number, part.index, part.count));
        if !continued {
            self.bytes = Vec::new();
            if part.index > 0 {
                return Ok(None);
            }
        }
        if self.bytes.len() + part.bytes.len() > limits::MAX_PACKET_BYTES {
            self.bytes = Vec::new();
            return Err(WireError::TooLarge);
        }
        self.bytes.extend_from_slice(&part.bytes);
        let index = part.index + 1;
        if index == part.count {
            return Ok(Some(core::mem::take(&mut self.bytes)));
        }
        self.next = Some((part.number, index, part.count));
        Ok(None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn parts(number: u32, frame: &[u8], limit: usize) -> Vec<Part> {
        let part = |frame| match frame {
            PeerFrame::Part(part) => part,
            other => panic!("{other:?}"),
        };
        split(number, frame, limit).into_iter().map(part).collect()
    }

    #[test]
    fn every_part_fits_and_together_they_are_the_frame() {
        let frame: Vec<u8> = (0..60_000u32).map(|at| at as u8).collect();
        for limit in [limits::MIN_MESSAGE_BYTES, 16 * 1024, 60_000] {
            let parts = parts(u32::MAX, &frame, limit);
            let mut assembly = Assembly::default();
            let mut whole = None;
            for part in &parts {
                let mut bytes = Vec::new();
                PeerFrame::Part(part.clone()).encode_into(&mut bytes);
                assert!(bytes.len() <= limit, "{} of {limit}", bytes.len());
                assert!(whole.is_none());
                whole = assembly.take(part).unwrap();
            }
            assert_eq!(whole.as_ref(), Some(&frame));
        }
    }

    #[test]
    fn a_frame_with_a_hole_is_never_put_together() {
        let frame = vec![7; 10_000];
        let parts = parts(1, &frame, 2_000);
        let mut assembly = Assembly::default();
        for part in parts.iter().filter(|part| part.index != 2) {
            assert_eq!(assembly.take(part), Ok(None));
        }
        let whole: Vec<_> = parts.iter().map(|part| assembly.take(part)).collect();
        assert_eq!(whole.last(), Some(&Ok(Some(frame))), "and the next one is");
    }

    #[test]
    fn parts_of_more_than_a_packet_are_refused_and_not_kept() {
        let part = |index| Part {
            number: 1,
            index,
            count: 3,
            bytes: vec![0; 40_000].into(),
        };
        let mut assembly = Assembly::default();
        assert_eq!(assembly.take(&part(0)), Ok(None));
        assert_eq!(assembly.take(&part(1)), Err(WireError::TooLarge));
        assert_eq!(assembly.take(&part(2)), Ok(None));
        assert!(assembly.bytes.is_empty());
    }

    #[test]
    fn the_limit_is_what_the_other_side_says_or_the_default() {
        let told = |value: &str| message_limit(&format!("v=0\r\na=max-message-size:{value}\r\n"));
        assert_eq!(message_limit("v=0\r\n"), Ok(limits::MAX_PACKET_BYTES));
        for any in ["0", "262144", "1073741823", "99999999999999999999999"] {
            assert_eq!(told(any), Ok(limits::MAX_PACKET_BYTES), "{any}");
        }
        assert_eq!(told("16384"), Ok(16_384));
        for narrow in ["1", "1023"] {
            assert_eq!(told(narrow), Err(WireError::TooNarrow), "{narrow}");
        }
    }
}
