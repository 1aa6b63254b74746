//! Frames as envelopes, with exactly the names of PRODUCT.md.

use super::{Text, to_text};
use crate::id::WriterId;
use crate::node::{Envelope, FrameView};
use crate::redact::Private;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// The frames as a JSON array of envelopes. Content is shown as names and lengths only.
#[must_use]
pub fn frames_json(frames: &[FrameView]) -> String {
    let envelopes: Vec<_> = frames
        .iter()
        .map(|f| EnvelopeJson::of(&f.envelope))
        .collect();
    to_text(&envelopes)
}

/// The frames as rows of a log: `[{number, at, outgoing, peer, envelope}]`.
#[must_use]
pub fn frame_log_json(frames: &[FrameView]) -> String {
    let rows: Vec<_> = frames
        .iter()
        .map(|frame| RowJson {
            number: frame.number,
            at: frame.at.0,
            outgoing: frame.outgoing,
            peer: Text(frame.peer),
            envelope: EnvelopeJson::of(&frame.envelope),
        })
        .collect();
    to_text(&rows)
}

#[derive(Serialize)]
struct RowJson<'a> {
    number: u64,
    at: u64,
    outgoing: bool,
    peer: Text<WriterId>,
    envelope: EnvelopeJson<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeJson<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    version: u16,
    from: Text<WriterId>,
    to: Vec<Text<WriterId>>,
    route: &'a [String],
    hops: u8,
    content: Content<'a>,
    timestamp: u64,
    sequence: Option<u64>,
    vector_clock: Clock<'a>,
    requires_ack: bool,
    ttl: Option<u64>,
    retry_count: u32,
    signature: Option<&'a str>,
    encrypted: bool,
}

struct Content<'a>(&'a [(&'static str, Private)]);
struct Clock<'a>(&'a [(WriterId, u64)]);

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, text) in self.0 {
            // `Debug` of private text is its length.
            map.serialize_entry(name, &format!("{text:?}"))?;
        }
        map.end()
    }
}

impl Serialize for Clock<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (writer, seq) in self.0 {
            map.serialize_entry(&Text(*writer), seq)?;
        }
        map.end()
    }
}

impl<'a> EnvelopeJson<'a> {
    fn of(envelope: &'a Envelope) -> Self {
        Self {
            id: &envelope.id,
            kind: envelope.kind,
            version: envelope.version,
            from: Text(envelope.from),
            to: envelope.to.iter().copied().map(Text).collect(),
            route: &envelope.route,
            hops: envelope.hops,
            content: Content(&envelope.content),
            timestamp: envelope.timestamp.0,
            sequence: envelope.sequence,
            vector_clock: Clock(&envelope.vector_clock),
            requires_ack: envelope.requires_ack,
            ttl: envelope.ttl_ms,
            retry_count: envelope.retry_count,
            signature: envelope.signature.as_deref(),
            encrypted: envelope.encrypted,
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::time::Wall;
    use serde_json::{Value, json};

    #[test]
    fn an_envelope_has_exactly_the_names_of_the_product_page_and_no_text() {
        let writer = WriterId([2; 16]);
        let frame = FrameView {
            number: 1,
            at: Wall(9),
            outgoing: true,
            peer: writer,
            envelope: Envelope {
                id: "x".into(),
                kind: "group_message",
                version: 1,
                from: writer,
                to: vec![writer],
                route: vec!["direct".into()],
                hops: 0,
                content: vec![("text", "Mrs. Doe".into())],
                timestamp: Wall(5),
                sequence: Some(4),
                vector_clock: vec![(writer, 3)],
                requires_ack: true,
                ttl_ms: None,
                retry_count: 0,
                signature: Some("00".into()),
                encrypted: false,
            },
        };
        let rows = frame_log_json(core::slice::from_ref(&frame));
        assert!(rows.starts_with(r#"[{"number":1,"at":9,"outgoing":true,"peer":"0202"#));
        let text = frames_json(&[frame]);
        assert!(!text.contains("Doe") && !rows.contains("Doe"));
        let frames: Value = serde_json::from_str(&text).unwrap();
        let frame = frames[0].as_object().unwrap();
        let mut names: Vec<_> = frame.keys().map(String::as_str).collect();
        let mut wanted =
            "id,type,version,from,to,route,hops,content,timestamp,sequence,vectorClock,\
             requiresAck,ttl,retryCount,signature,encrypted"
                .split(',')
                .collect::<Vec<_>>();
        names.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
        assert_eq!(frame["content"], json!({"text": "<8 bytes>"}));
        assert_eq!(frame["vectorClock"], json!({"02".repeat(16): 3}));
    }
}
