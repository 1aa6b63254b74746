//! base64url without padding (RFC 4648 §5): how keys and slips look in links.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends `bytes` to `text`.
pub(crate) fn write(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let mut group = [0u8; 4];
        for (slot, byte) in group.iter_mut().skip(1).zip(chunk) {
            *slot = *byte;
        }
        let bits = u32::from_be_bytes(group);
        for at in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * at)) & 63;
            if let Some(symbol) = ALPHABET.get(index as usize) {
                text.push(char::from(*symbol));
            }
        }
    }
}

/// Reads [`write()`]. `None` when it is not exactly such a text.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0u32);
    for symbol in text.bytes() {
        let value = ALPHABET.iter().position(|s| *s == symbol)?;
        bits = ((bits << 6) | u32::try_from(value).ok()?) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    let trailing = bits & ((1 << count) - 1);
    (count < 6 && trailing == 0).then_some(out)
}
