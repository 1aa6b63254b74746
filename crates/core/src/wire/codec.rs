//! Bounded reading and writing of `[number, fields]`.

use crate::limits;
use minicbor::decode::Decoder;
use minicbor::encode::Encoder;
use minicbor::{Decode, Encode};

/// Why bytes were refused. None of these is fatal to more than the link that sent them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Not well-formed, or not the shape of its kind.
    #[error("malformed bytes")]
    Malformed,
    /// A frame, operation or seal number this version does not know.
    #[error("unknown number {0}")]
    Unknown(u16),
    /// Well-formed and beyond a bound of [`crate::limits`].
    #[error("beyond a limit")]
    TooLarge,
    /// It takes messages of less than [`crate::limits::MIN_MESSAGE_BYTES`].
    #[error("takes only very short messages")]
    TooNarrow,
    /// The seal does not open: another key, or altered bytes.
    #[error("the seal does not open")]
    Seal,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
}

impl From<minicbor::decode::Error> for WireError {
    fn from(_: minicbor::decode::Error) -> Self {
        Self::Malformed
    }
}

/// Writes `[number, fields]`.
pub(crate) fn frame<T: Encode<()>>(number: u16, fields: &T) -> Vec<u8> {
    let mut out = Vec::new();
    put_frame(&mut out, number, fields);
    out
}

/// Appends `[number, fields]` to `out`.
pub(crate) fn put_frame<T: Encode<()>>(out: &mut Vec<u8>, number: u16, fields: &T) {
    let mut encoder = Encoder::new(out);
    // Writing to a Vec cannot fail (`Infallible`); a refusal could only come from a broken `Encode`.
    let written = encoder
        .array(2)
        .and_then(|e| e.u16(number))
        .and_then(|e| e.encode(fields))
        .is_ok();
    debug_assert!(written, "frame {number} could not be encoded");
}

/// Reads the number of a frame and leaves the decoder at its fields.
pub(crate) fn open<'b>(bytes: &'b [u8], limit: usize) -> Result<(u16, Decoder<'b>), WireError> {
    if bytes.len() > limit {
        return Err(WireError::TooLarge);
    }
    let mut decoder = Decoder::new(bytes);
    let number = begin(&mut decoder)?;
    Ok((number, decoder))
}

fn begin(decoder: &mut Decoder<'_>) -> Result<u16, WireError> {
    match decoder.array()? {
        Some(2) => Ok(decoder.u16()?),
        _ => Err(WireError::Malformed),
    }
}

/// Reads the fields of one frame.
pub(crate) fn fields<'b, T: Decode<'b, ()>>(decoder: &mut Decoder<'b>) -> Result<T, WireError> {
    Ok(decoder.decode()?)
}

/// Splits a packet into its frames and hands each, number and fields, to `each`. Stops at the first
/// malformed frame.
///
/// # Errors
/// [`WireError::TooLarge`] beyond [`limits::MAX_PACKET_BYTES`], [`WireError::Malformed`], or what `each` answers.
pub fn decode_frames<'b>(
    packet: &'b [u8],
    mut each: impl FnMut(u16, &'b [u8]) -> Result<(), WireError>,
) -> Result<(), WireError> {
    if packet.len() > limits::MAX_PACKET_BYTES {
        return Err(WireError::TooLarge);
    }
    let mut decoder = Decoder::new(packet);
    while decoder.position() < packet.len() {
        let number = begin(&mut decoder)?;
        let start = decoder.position();
        decoder.skip()?;
        let body = packet
            .get(start..decoder.position())
            .ok_or(WireError::Malformed)?;
        each(number, body)?;
    }
    Ok(())
}
