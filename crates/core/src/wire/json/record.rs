//! What the shell keeps as text beside the room's own records, and what the hub answers over HTTP.

use super::to_text;
use super::view::ProfileJson;
use crate::id::RoomId;
use crate::key::RoomKey;
use crate::model::Profile;
use crate::time::Wall;
use serde_json::{Value, json};

/// How to get back into a room, and what the home page shows of it. Holds the room key: it never leaves
/// this device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkRecord {
    /// The key of the link.
    pub key: RoomKey,
    /// When the room was last open here.
    pub opened: Wall,
    /// Names of people seen in it.
    pub people: Vec<String>,
    /// Messages not yet read here.
    pub unread: usize,
    /// Tasks not yet done.
    pub open_tasks: usize,
}

/// A link record as text.
#[must_use]
pub fn link_record_json(record: &LinkRecord) -> String {
    json!({
        "key": record.key.to_text(),
        "opened": record.opened.0,
        "people": record.people,
        "unread": record.unread,
        "openTasks": record.open_tasks,
    })
    .to_string()
}

/// Reads [`link_record_json`]. Only the key is needed; the rest may be missing.
#[must_use]
pub fn link_record_from_json(text: &str) -> Option<LinkRecord> {
    let value: Value = serde_json::from_str(text).ok()?;
    let count = |name: &str| {
        let number = value.get(name).and_then(Value::as_u64).unwrap_or(0);
        usize::try_from(number).unwrap_or(usize::MAX)
    };
    Some(LinkRecord {
        key: RoomKey::parse(value.get("key")?.as_str()?)?,
        opened: Wall(value.get("opened").and_then(Value::as_u64).unwrap_or(0)),
        people: value
            .get("people")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|name| Some(name.as_str()?.to_owned()))
            .collect(),
        unread: count("unread"),
        open_tasks: count("openTasks"),
    })
}

/// A profile as text.
#[must_use]
pub fn profile_json(profile: &Profile) -> String {
    to_text(&ProfileJson::of(profile))
}

/// Reads [`profile_json`]; missing parts are empty.
#[must_use]
pub fn profile_from_json(text: &str) -> Option<Profile> {
    let value: Value = serde_json::from_str(text).ok()?;
    let object = value.as_object()?;
    let part = |name: &str| {
        object
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .into()
    };
    Some(Profile {
        name: part("name"),
        role: part("role"),
        status: part("status"),
    })
}

/// Reads the hub's answer to `POST /rooms`: `{"room": "<uuid>"}`.
#[must_use]
pub fn created_room_from_json(text: &str) -> Option<RoomId> {
    let value: Value = serde_json::from_str(text).ok()?;
    RoomId::parse(value.get("room")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_what_they_write() {
        let record = LinkRecord {
            key: RoomKey::new([5; 32]),
            opened: Wall(7),
            people: vec!["Ann".into(), "Bo \"B\"".into()],
            unread: 2,
            open_tasks: 3,
        };
        assert_eq!(
            link_record_from_json(&link_record_json(&record)),
            Some(record)
        );
        let profile = Profile {
            name: "Ann".into(),
            role: "nurse".into(),
            status: "".into(),
        };
        assert_eq!(profile_from_json(&profile_json(&profile)), Some(profile));
        let room = RoomId([4; 16]);
        assert_eq!(
            created_room_from_json(&format!(r#"{{"room":"{room}"}}"#)),
            Some(room)
        );
    }

    #[test]
    fn damaged_records_are_refused_and_partial_ones_are_filled() {
        assert_eq!(link_record_from_json("{"), None);
        assert_eq!(link_record_from_json(r#"{"key":"short"}"#), None);
        let key = RoomKey::new([5; 32]).to_text();
        let partial = link_record_from_json(&format!(r#"{{"key":"{key}","people":[1,"Ann"]}}"#));
        assert_eq!(
            partial.map(|record| record.people),
            Some(vec!["Ann".into()])
        );
        assert_eq!(profile_from_json("[]"), None);
    }
}
