//! Several hub frames in the body of one request or answer (rule H-POLL): each after its length in four bytes.

use super::WireError;
use crate::limits;

/// Appends a frame.
pub fn put(body: &mut Vec<u8>, frame: &[u8]) {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(frame);
}

/// The frames of a body, in order.
///
/// # Errors
/// [`WireError::Malformed`] when the body ends in the middle of a frame, [`WireError::TooLarge`] for one beyond
/// [`limits::MAX_HUB_FRAME_BYTES`].
pub fn split(mut body: &[u8]) -> Result<Vec<&[u8]>, WireError> {
    let mut frames = Vec::new();
    while !body.is_empty() {
        let (length, rest) = body.split_first_chunk().ok_or(WireError::Malformed)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if length > limits::MAX_HUB_FRAME_BYTES {
            return Err(WireError::TooLarge);
        }
        let (frame, rest) = rest.split_at_checked(length).ok_or(WireError::Malformed)?;
        frames.push(frame);
        body = rest;
    }
    Ok(frames)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_and_cut_bodies_are_refused() {
        let frames = [vec![1, 2, 3], vec![], vec![9; 300]];
        let mut body = Vec::new();
        frames.iter().for_each(|frame| put(&mut body, frame));
        assert_eq!(split(&body).unwrap(), frames);
        let whole = [0, 7, 11, body.len()];
        for at in 0..=body.len() {
            assert_eq!(split(&body[..at]).is_ok(), whole.contains(&at), "{at}");
        }
        assert_eq!(split(&[0, 1, 0, 0, 1]), Err(WireError::TooLarge));
        assert_eq!(split(&[255; 9]), Err(WireError::TooLarge));
    }
}
