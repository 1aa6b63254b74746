//! yrs: a map of maps in one document, synced by state vector and update (encoding version 1, its default).

use crate::engine::{Engine, Pair};
use crate::task::{Edit, Task, Value};
use std::rc::Rc;
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{
    Any, Doc, Map, MapPrelim, MapRef, Number, Out, ReadTxn as _, StateVector, Transact as _,
    TransactionMut, Update,
};

/// See the module.
#[derive(Debug)]
pub struct Yrs;

/// A stored document and its keys.
#[derive(Debug)]
pub struct Kept {
    update: Vec<u8>,
    keys: Rc<[String]>,
}

/// A document and its keys.
#[derive(Debug)]
pub struct List {
    doc: Doc,
    tasks: MapRef,
    keys: Rc<[String]>,
}

impl List {
    fn new(client: u64, keys: Rc<[String]>) -> Self {
        let doc = Doc::with_client_id(client);
        let tasks = doc.get_or_insert_map("tasks");
        Self { doc, tasks, keys }
    }

    fn open(client: u64, kept: &Kept) -> Self {
        let list = Self::new(client, Rc::clone(&kept.keys));
        list.apply(&kept.update);
        list
    }

    fn apply(&self, update: &[u8]) {
        let update = Update::decode_v1(update).expect("an update of yrs");
        self.doc
            .transact_mut()
            .apply_update(update)
            .expect("an update of this document");
    }

    fn set(&self, txn: &mut TransactionMut<'_>, edit: &Edit) {
        let Some(Out::YMap(task)) = self.tasks.get(txn, &self.keys[edit.task]) else {
            panic!("the task is there");
        };
        let (field, value) = edit.change.field();
        task.insert(txn, field, any(value));
    }
}

fn any(value: Value<'_>) -> Any {
    match value {
        Value::Text(text) => Any::from(text),
        Value::Number(number) => Any::from(i32::from(number)),
    }
}

fn read(txn: &yrs::Transaction<'_>, map: &MapRef) -> Task {
    let mut task = Task::default();
    for (field, value) in map.iter(txn) {
        match value {
            Out::Any(Any::String(text)) => task.put(field, Value::Text(&text)),
            Out::Any(Any::Number(Number::Int(number))) => {
                task.put(field, Value::Number(number as u8));
            }
            other => panic!("a text or a number, not {other:?}"),
        }
    }
    task
}

impl Engine for Yrs {
    const NAME: &'static str = "yrs";
    type Kept = Kept;
    type List = List;
    type Pair = Pair<List>;

    fn write(tasks: &[Task]) -> Kept {
        let list = List::new(1, (0..tasks.len()).map(Task::key).collect());
        for (key, task) in list.keys.iter().zip(tasks) {
            let fields = task.fields().map(|(field, value)| (field, any(value)));
            list.tasks.insert(
                &mut list.doc.transact_mut(),
                key.clone(),
                MapPrelim::from(fields),
            );
        }
        let update = list
            .doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        Kept {
            update,
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
        list.set(&mut list.doc.transact_mut(), edit);
    }

    fn task(list: &List, index: usize) -> Task {
        let txn = list.doc.transact();
        match list.tasks.get(&txn, &list.keys[index]) {
            Some(Out::YMap(task)) => read(&txn, &task),
            other => panic!("a task, not {other:?}"),
        }
    }

    fn tasks(list: &List) -> Vec<Task> {
        (0..list.keys.len())
            .map(|index| Self::task(list, index))
            .collect()
    }

    fn pair(author: List, colleague: List) -> Pair<List> {
        Pair { author, colleague }
    }

    fn sync(pair: &mut Pair<List>) -> u64 {
        let has = pair.colleague.doc.transact().state_vector().encode_v1();
        let vector = StateVector::decode_v1(&has).expect("a state vector of yrs");
        let update = pair.author.doc.transact().encode_diff_v1(&vector);
        pair.colleague.apply(&update);
        (has.len() + update.len()) as u64
    }

    fn send(pair: &mut Pair<List>, edit: &Edit) -> u64 {
        let update = {
            let mut txn = pair.author.doc.transact_mut();
            pair.author.set(&mut txn, edit);
            txn.commit();
            txn.encode_update_v1()
        };
        pair.colleague.apply(&update);
        update.len() as u64
    }

    fn received(pair: &Pair<List>) -> &List {
        &pair.colleague
    }

    fn part(pair: Pair<List>) -> List {
        pair.colleague
    }
}
