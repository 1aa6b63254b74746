//! automerge: a map of maps in one document. Whoever has nothing gets the document as it is saved, others the changes
//! since the heads they name.

use crate::engine::{Engine, Pair};
use crate::task::{Edit, Task, Value};
use automerge::transaction::Transactable as _;
use automerge::{
    ActorId, AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue, ScalarValueRef,
    ValueRef,
};
use std::rc::Rc;

/// See the module.
#[derive(Debug)]
pub struct Automerge;

/// A stored document and its keys.
#[derive(Debug)]
pub struct Kept {
    document: Vec<u8>,
    keys: Rc<[String]>,
}

/// A document, its map of tasks and their keys.
#[derive(Debug)]
pub struct List {
    doc: AutoCommit,
    /// The root until there is one.
    map: ObjId,
    keys: Rc<[String]>,
}

fn actor(person: u8) -> ActorId {
    ActorId::from([person; 16])
}

impl List {
    fn new(person: u8, keys: Rc<[String]>) -> Self {
        Self {
            doc: AutoCommit::new().with_actor(actor(person)),
            map: ROOT,
            keys,
        }
    }

    fn open(person: u8, kept: &Kept) -> Self {
        let mut list = Self::new(person, Rc::clone(&kept.keys));
        list.load(&kept.document);
        list
    }

    fn load(&mut self, update: &[u8]) {
        self.doc
            .load_incremental(update)
            .expect("bytes of this document");
        self.map = child(&self.doc, &ROOT, "tasks");
    }

    fn object(&self, index: usize) -> ObjId {
        child(&self.doc, &self.map, &self.keys[index])
    }

    fn read(&self, object: &ObjId) -> Task {
        let mut task = Task::default();
        for field in self.doc.map_range(object, ..) {
            let value = match &field.value {
                ValueRef::Scalar(ScalarValueRef::Str(text)) => Value::Text(text),
                ValueRef::Scalar(ScalarValueRef::Int(number)) => Value::Number(*number as u8),
                other => panic!("a text or a number, not {other:?}"),
            };
            task.put(&field.key, value);
        }
        task
    }
}

fn child(doc: &AutoCommit, parent: &ObjId, key: &str) -> ObjId {
    let found = doc.get(parent, key).expect("the parent is a map");
    found.expect("the key is there").1
}

fn scalar(value: Value<'_>) -> ScalarValue {
    match value {
        Value::Text(text) => ScalarValue::from(text),
        Value::Number(number) => ScalarValue::from(i64::from(number)),
    }
}

impl Engine for Automerge {
    const NAME: &'static str = "automerge";
    type Kept = Kept;
    type List = List;
    type Pair = Pair<List>;

    fn write(tasks: &[Task]) -> Kept {
        let keys: Rc<[String]> = (0..tasks.len()).map(Task::key).collect();
        let mut doc = AutoCommit::new().with_actor(actor(1));
        let map = doc
            .put_object(ROOT, "tasks", ObjType::Map)
            .expect("the root is a map");
        for (key, task) in keys.iter().zip(tasks) {
            let object = doc
                .put_object(&map, key.as_str(), ObjType::Map)
                .expect("a map");
            for (field, value) in task.fields() {
                doc.put(&object, field, scalar(value)).expect("a map");
            }
            doc.commit();
        }
        Kept {
            document: doc.save(),
            keys,
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
        let object = list.object(edit.task);
        let (field, value) = edit.change.field();
        list.doc.put(&object, field, scalar(value)).expect("a map");
        list.doc.commit();
    }

    fn task(list: &List, index: usize) -> Task {
        list.read(&list.object(index))
    }

    fn tasks(list: &List) -> Vec<Task> {
        // Keys sort in the order of writing.
        let objects: Vec<ObjId> = list
            .doc
            .map_range(&list.map, ..)
            .map(|item| item.id())
            .collect();
        objects.iter().map(|object| list.read(object)).collect()
    }

    fn pair(author: List, colleague: List) -> Pair<List> {
        Pair { author, colleague }
    }

    fn sync(pair: &mut Pair<List>) -> u64 {
        let heads = pair.colleague.doc.get_heads();
        let update = if heads.is_empty() {
            pair.author.doc.save()
        } else {
            pair.author.doc.save_after(&heads)
        };
        pair.colleague.load(&update);
        (32 * heads.len() + update.len()) as u64
    }

    fn send(pair: &mut Pair<List>, edit: &Edit) -> u64 {
        Self::edit(&mut pair.author, edit);
        let mut change = pair.author.doc.get_last_local_change().expect("the edit");
        let bytes = change.bytes().into_owned();
        let change = Change::from_bytes(bytes.clone()).expect("a change of automerge");
        pair.colleague
            .doc
            .apply_changes([change])
            .expect("a change of this document");
        bytes.len() as u64
    }

    fn received(pair: &Pair<List>) -> &List {
        &pair.colleague
    }

    fn part(pair: Pair<List>) -> List {
        pair.colleague
    }
}
