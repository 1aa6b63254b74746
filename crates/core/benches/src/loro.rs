//! loro: a map of maps in one document. Whoever has nothing gets a snapshot, others the updates since their version.

use crate::engine::{Engine, Pair as Two};
use crate::task::{Edit, FIELDS, Task, Value};
use loro::{
    Container, ExportMode, LoroDoc, LoroMap, LoroValue, Subscription, ValueOrContainer,
    VersionVector,
};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// See the module.
#[derive(Debug)]
pub struct Loro;

/// A stored document and its keys.
#[derive(Debug)]
pub struct Kept {
    snapshot: Vec<u8>,
    keys: Rc<[String]>,
}

/// A document, its map of tasks and their keys.
#[derive(Debug)]
pub struct List {
    doc: LoroDoc,
    tasks: LoroMap,
    keys: Rc<[String]>,
}

/// Two devices, and what the author's hands out by itself.
pub struct Pair {
    lists: Two<List>,
    updates: Arc<Mutex<Vec<Vec<u8>>>>,
    _subscription: Subscription,
}

impl List {
    fn new(peer: u64, keys: Rc<[String]>) -> Self {
        let doc = LoroDoc::new();
        doc.set_peer_id(peer).expect("nothing is pending");
        let tasks = doc.get_map("tasks");
        Self { doc, tasks, keys }
    }

    fn open(peer: u64, kept: &Kept) -> Self {
        let list = Self::new(peer, Rc::clone(&kept.keys));
        list.doc.import(&kept.snapshot).expect("a snapshot of loro");
        list
    }

    fn map(&self, index: usize) -> LoroMap {
        match self.tasks.get(&self.keys[index]) {
            Some(ValueOrContainer::Container(Container::Map(map))) => map,
            other => panic!("a task, not {other:?}"),
        }
    }
}

fn set(map: &LoroMap, field: &str, value: Value<'_>) {
    match value {
        Value::Text(text) => map.insert(field, text),
        Value::Number(number) => map.insert(field, i64::from(number)),
    }
    .expect("the map is attached");
}

fn text(value: Option<ValueOrContainer>) -> String {
    match value {
        Some(ValueOrContainer::Value(LoroValue::String(text))) => text.to_string(),
        other => panic!("a text, not {other:?}"),
    }
}

fn number(value: Option<ValueOrContainer>) -> u8 {
    match value {
        Some(ValueOrContainer::Value(LoroValue::I64(number))) => number as u8,
        other => panic!("a number, not {other:?}"),
    }
}

impl Engine for Loro {
    const NAME: &'static str = "loro";
    type Kept = Kept;
    type List = List;
    type Pair = Pair;

    fn write(tasks: &[Task]) -> Kept {
        let list = List::new(1, (0..tasks.len()).map(Task::key).collect());
        for (key, task) in list.keys.iter().zip(tasks) {
            let entry = list
                .tasks
                .insert_container(key, LoroMap::new())
                .expect("the map is attached");
            for (field, value) in task.fields() {
                set(&entry, field, value);
            }
            list.doc.commit();
        }
        let snapshot = list.doc.export(ExportMode::Snapshot).expect("a snapshot");
        Kept {
            snapshot,
            keys: list.keys,
        }
    }

    fn author(kept: &Kept) -> List {
        List::open(1, kept)
    }

    fn colleague(kept: &Kept) -> List {
        List::open(2, kept)
    }

    fn newcomer(kept: &Kept) -> List {
        List::new(2, Rc::clone(&kept.keys))
    }

    fn edit(list: &mut List, edit: &Edit) {
        let (field, value) = edit.change.field();
        set(&list.map(edit.task), field, value);
        list.doc.commit();
    }

    fn task(list: &List, index: usize) -> Task {
        let map = list.map(index);
        let [title, notes, assignee, priority, place, status] = FIELDS.map(|field| map.get(field));
        Task {
            title: text(title),
            notes: text(notes),
            assignee: text(assignee),
            priority: number(priority),
            place: text(place),
            status: number(status),
        }
    }

    fn tasks(list: &List) -> Vec<Task> {
        (0..list.keys.len())
            .map(|index| Self::task(list, index))
            .collect()
    }

    fn pair(author: List, colleague: List) -> Pair {
        let updates = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&updates);
        let subscription = author.doc.subscribe_local_update(Box::new(move |update| {
            sink.lock().expect("nobody panicked").push(update.clone());
            true
        }));
        Pair {
            lists: Two { author, colleague },
            updates,
            _subscription: subscription,
        }
    }

    fn sync(pair: &mut Pair) -> u64 {
        let Two { author, colleague } = &pair.lists;
        let has = colleague.doc.oplog_vv().encode();
        let vector = VersionVector::decode(&has).expect("a version of loro");
        let update = if vector.is_empty() {
            author.doc.export(ExportMode::Snapshot)
        } else {
            author.doc.export(ExportMode::updates(&vector))
        }
        .expect("an update");
        colleague
            .doc
            .import(&update)
            .expect("an update of this document");
        (has.len() + update.len()) as u64
    }

    fn send(pair: &mut Pair, edit: &Edit) -> u64 {
        Self::edit(&mut pair.lists.author, edit);
        let updates = std::mem::take(&mut *pair.updates.lock().expect("nobody panicked"));
        let mut bytes = 0;
        for update in updates {
            bytes += update.len() as u64;
            pair.lists
                .colleague
                .doc
                .import(&update)
                .expect("an update of this document");
        }
        bytes
    }

    fn received(pair: &Pair) -> &List {
        &pair.lists.colleague
    }

    fn part(pair: Pair) -> List {
        pair.lists.colleague
    }
}
