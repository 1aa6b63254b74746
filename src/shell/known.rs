//! The rooms this device knows: one record per room at `corridor/1/link/<room>`, for the home page.

use crate::browser::storage::{PREFIX, Texts};
use crate::state::select::chat::all_unread;
use corridor_core::id::{RoomId, TaskId};
use corridor_core::key::RoomKey;
use corridor_core::model::TaskStatus;
use corridor_core::node::{Changes, Node};
use corridor_core::order::sorted;
use corridor_core::time::Wall;
use corridor_core::wire::json::{LinkRecord, link_record_from_json, link_record_json};
use std::collections::BTreeSet;

/// Names kept per room: enough to tell rooms apart.
const NAMES_SHOWN: usize = 8;

/// Keeps the record of the open room up to date, at the cost of what changed.
#[derive(Debug)]
pub(super) struct Summary {
    texts: Texts,
    name: String,
    record: LinkRecord,
    open: BTreeSet<TaskId>,
    written: String,
}

impl Summary {
    /// Begins with the room as it is, and writes its record.
    pub(super) fn new(texts: Texts, room: RoomId, key: RoomKey, node: &Node, now: Wall) -> Self {
        let open = node.tasks().into_iter();
        let mut summary = Self {
            texts,
            name: link_name(room),
            record: LinkRecord {
                key,
                opened: now,
                people: Vec::new(),
                unread: 0,
                open_tasks: 0,
            },
            open: open
                .filter(|task| task.status != TaskStatus::Done)
                .map(|task| task.id)
                .collect(),
            written: String::new(),
        };
        summary.read_people(node);
        summary.write(node);
        summary
    }

    /// Takes over what changed.
    pub(super) fn update(&mut self, node: &Node, changes: &Changes) {
        for id in &changes.tasks {
            match node.task(*id) {
                Some(task) if task.status != TaskStatus::Done => self.open.insert(*id),
                _ => self.open.remove(id),
            };
        }
        if changes.people {
            self.read_people(node);
        }
        if changes.people || changes.room || !changes.tasks.is_empty() {
            self.write(node);
        }
    }

    fn read_people(&mut self, node: &Node) {
        let people = node.people().into_iter();
        self.record.people = people
            .filter(|person| !person.me && !person.left && !person.profile.name.is_empty())
            .map(|person| person.profile.name.expose().to_owned())
            .take(NAMES_SHOWN)
            .collect();
    }

    fn write(&mut self, node: &Node) {
        self.record.unread = all_unread(&node.room());
        self.record.open_tasks = self.open.len();
        let text = link_record_json(&self.record);
        // A full device shows an older count on its home page: that is all.
        if text != self.written && self.texts.keep(&self.name, &text).is_ok() {
            self.written = text;
        }
    }
}

/// All rooms this device knows, the one opened last first.
#[must_use]
pub fn rooms(texts: &Texts) -> Vec<(RoomId, LinkRecord)> {
    let prefix = format!("{PREFIX}link/");
    let names = texts.names(&prefix);
    let rooms = names.iter().filter_map(|name| {
        let room = RoomId::parse(name.strip_prefix(&prefix)?)?;
        Some((room, link_record_from_json(&texts.get(name)?)?))
    });
    sorted(rooms.collect(), |(a, older), (b, newer)| {
        (newer.opened, a).cmp(&(older.opened, b))
    })
}

/// Forgets everything about one room. Leases stay: they belong to tabs, and each gives its own back.
pub fn forget(texts: &Texts, room: RoomId) {
    let room = room.to_string();
    for name in texts.names(PREFIX) {
        let mut parts = name.trim_start_matches(PREFIX).split('/');
        if parts.next() != Some("lease") && parts.next() == Some(&room) {
            texts.remove(&name);
        }
    }
}

/// Forgets everything this app keeps.
pub fn wipe(texts: &Texts) {
    for name in texts.names(PREFIX) {
        texts.remove(&name);
    }
}

fn link_name(room: RoomId) -> String {
    format!("{PREFIX}link/{room}")
}
