//! A record as a message: its room and name are the subject, what is known of it the headers, and its sealed bytes the
//! payload. A message that says so, without a payload, takes the place of a record that is gone.

use async_nats::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::broker::{News, RecordKey, RecordMeta, Source};
use corridor_core::id::{RecordId, RoomId, RoomTag};
use corridor_core::time::Wall;

/// All of them.
pub(super) const SUBJECTS: &str = "corridor.shelf.>";
const PREFIX: &str = "corridor.shelf.";

const TAG: &str = "Corridor-Tag";
const LABEL: &str = "Corridor-Label";
const SOURCE: &str = "Corridor-Source";
const EXPIRES: &str = "Corridor-Expires";
const GONE: &str = "Corridor-Gone";
const P2P: &str = "p2p";
const WEBSOCKET: &str = "websocket";
/// Set by the server where it leaves out the payload.
const SIZE: &str = "Nats-Msg-Size";

/// The subject of the record of this name.
pub(super) fn subject(room: RoomId, id: RecordId) -> String {
    let room = room.to_string().replace('-', "");
    format!("{PREFIX}{room}.{id}")
}

/// Whose the record of a subject is, and its name.
pub(super) fn names(subject: &str) -> Option<(RoomId, RecordId)> {
    let (room, id) = subject.strip_prefix(PREFIX)?.split_once('.')?;
    Some((RoomId::parse(room)?, RecordId::parse(id)?))
}

/// The headers of a record.
pub(super) fn about(meta: &RecordMeta) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TAG, meta.tag.to_string());
    headers.insert(LABEL, STANDARD.encode(&meta.label));
    let source = match meta.source {
        Source::P2p => P2P,
        Source::WebSocket => WEBSOCKET,
    };
    headers.insert(SOURCE, source);
    headers.insert(EXPIRES, meta.expires.0.to_string());
    headers
}

/// The headers of what takes a record's place when it is gone.
pub(super) fn gone() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(GONE, "1");
    headers
}

/// What a message with this number tells. `None` for one that no hub wrote.
pub(super) fn read(subject: &str, headers: &HeaderMap, number: u64, bytes: usize) -> Option<News> {
    let (room, id) = names(subject)?;
    let text = |name: &str| headers.get(name).map(|value| value.as_str());
    if text(GONE).is_some() {
        return Some(News::Gone(RecordKey { room, number, id }));
    }
    let size = match text(SIZE) {
        Some(size) => size.parse().ok()?,
        None => bytes as u64,
    };
    Some(News::Kept(RecordMeta {
        room,
        tag: RoomTag::parse(text(TAG)?)?,
        number,
        id,
        label: STANDARD.decode(text(LABEL)?).ok()?.into(),
        source: match text(SOURCE)? {
            P2P => Source::P2p,
            WEBSOCKET => Source::WebSocket,
            _ => return None,
        },
        expires: Wall(text(EXPIRES)?.parse().ok()?),
        bytes: size,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn meta() -> RecordMeta {
        RecordMeta {
            room: RoomId([0xab; 16]),
            tag: RoomTag([2; 16]),
            number: 7,
            id: RecordId([3; 16]),
            label: vec![4; 72].into(),
            source: Source::WebSocket,
            expires: Wall(1_800_000_000_000),
            bytes: 500,
        }
    }

    #[test]
    fn messages_read_what_they_write() {
        let meta = meta();
        let subject = subject(meta.room, meta.id);
        assert_eq!(names(&subject), Some((meta.room, meta.id)));
        let mut headers = about(&meta);
        let read_back = read(&subject, &headers, 7, 500);
        assert_eq!(read_back, Some(News::Kept(meta.clone())));
        headers.insert(SIZE, "500");
        assert_eq!(read(&subject, &headers, 7, 0), read_back);
        let gone = read(&subject, &gone(), 9, 0);
        let key = RecordKey {
            number: 9,
            ..meta.key()
        };
        assert_eq!(gone, Some(News::Gone(key)));
    }

    #[test]
    fn what_no_hub_wrote_tells_nothing() {
        let good = meta();
        let subject = subject(good.room, good.id);
        assert_eq!(read("corridor.shelf.x.y", &about(&good), 1, 1), None);
        assert_eq!(read(&subject, &HeaderMap::new(), 1, 1), None);
        for (name, value) in [
            (TAG, "zz"),
            (LABEL, "!"),
            (SOURCE, "2"),
            (EXPIRES, "-1"),
            (SIZE, "x"),
        ] {
            let mut headers = about(&good);
            headers.insert(name, value);
            assert_eq!(read(&subject, &headers, 1, 1), None, "{name}");
        }
    }
}
