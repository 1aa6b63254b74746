//! Corridor: two nodes, driven as a shell drives them, with a data channel between them that only copies bytes.

mod device;
mod line;

use crate::engine::Engine;
use crate::task::{Change, Edit, Task};
use corridor_core::id::TaskId;
use corridor_core::key::DeviceKey;
use corridor_core::model::{Assignee, Priority, Profile, TaskChange, TaskStatus};
use corridor_core::node::{Command, Done, TaskView};
use corridor_core::store::Key;
use device::{Device, Ms};
use line::Line;
use std::rc::Rc;

/// See the module.
#[derive(Debug)]
pub struct Corridor;

/// What the vaults of author and colleague hold, and the ids of the tasks.
#[derive(Debug)]
pub struct Kept {
    written: Vec<(Key, Vec<u8>)>,
    received: Vec<(Key, Vec<u8>)>,
    ids: Rc<[TaskId]>,
}

/// A node and the ids of the tasks.
#[derive(Debug)]
pub struct List {
    device: Device,
    ids: Rc<[TaskId]>,
}

/// Two nodes.
#[derive(Debug)]
pub struct Pair {
    line: Line,
    author: List,
    colleague: List,
}

/// When people come back.
const NOON: Ms = 4 * 3_600_000;

fn author() -> DeviceKey {
    DeviceKey::new([1; 32], 0)
}

fn colleague() -> DeviceKey {
    DeviceKey::new([2; 32], 0)
}

impl List {
    /// In memory only: what a vault costs is nobody's here.
    fn open(key: DeviceKey, vault: &[(Key, Vec<u8>)], ids: &Rc<[TaskId]>) -> Self {
        Self {
            device: Device::open(key, false, NOON, vault.iter().cloned()),
            ids: Rc::clone(ids),
        }
    }
}

impl Engine for Corridor {
    const NAME: &'static str = "corridor";
    type Kept = Kept;
    type List = List;
    type Pair = Pair;

    fn write(tasks: &[Task]) -> Kept {
        let mut device = Device::open(author(), true, 0, []);
        device.command(Command::SetProfile(Profile {
            name: "Dr. Smith".into(),
            role: "dentist".into(),
            status: "".into(),
        }));
        let ids = tasks
            .iter()
            .map(
                |task| match device.command(Command::AddTask(changes(task))) {
                    Done::Task(id) => id,
                    other => panic!("a task, not {other:?}"),
                },
            )
            .collect();
        let mut other = Device::open(colleague(), true, 0, []);
        Line::lay(&mut device, &mut other).open(&mut device, &mut other);
        Kept {
            written: device.into_vault(),
            received: other.into_vault(),
            ids,
        }
    }

    fn author(kept: &Kept) -> List {
        List::open(author(), &kept.written, &kept.ids)
    }

    fn colleague(kept: &Kept) -> List {
        List::open(colleague(), &kept.received, &kept.ids)
    }

    fn newcomer(kept: &Kept) -> List {
        List {
            device: Device::open(colleague(), false, NOON, []),
            ids: Rc::clone(&kept.ids),
        }
    }

    fn edit(list: &mut List, edit: &Edit) {
        let id = list.ids[edit.task];
        list.device
            .command(Command::EditTask(id, vec![change(&edit.change)]));
    }

    fn task(list: &List, index: usize) -> Task {
        let view = list.device.node().task(list.ids[index]);
        task(view.expect("the task is there"))
    }

    fn tasks(list: &List) -> Vec<Task> {
        // Sorted by their place in the list, which is the order of writing.
        list.device.node().tasks().into_iter().map(task).collect()
    }

    fn pair(mut author: List, mut colleague: List) -> Pair {
        let line = Line::lay(&mut author.device, &mut colleague.device);
        Pair {
            line,
            author,
            colleague,
        }
    }

    fn sync(pair: &mut Pair) -> u64 {
        pair.line
            .open(&mut pair.author.device, &mut pair.colleague.device)
    }

    fn send(pair: &mut Pair, edit: &Edit) -> u64 {
        Self::edit(&mut pair.author, edit);
        pair.line
            .carry(&mut pair.author.device, &mut pair.colleague.device)
    }

    fn received(pair: &Pair) -> &List {
        &pair.colleague
    }

    fn part(pair: Pair) -> List {
        pair.colleague
    }
}

fn changes(task: &Task) -> Vec<TaskChange> {
    let Task {
        title,
        notes,
        assignee,
        priority,
        place,
        status,
    } = task.clone();
    [
        Change::Title(title),
        Change::Notes(notes),
        Change::Assignee(assignee),
        Change::Priority(priority),
        Change::Place(place),
        Change::Status(status),
    ]
    .iter()
    .map(change)
    .collect()
}

const PRIORITIES: [Priority; 4] = [
    Priority::Low,
    Priority::Normal,
    Priority::High,
    Priority::Urgent,
];
const STATUSES: [TaskStatus; 3] = [TaskStatus::Open, TaskStatus::InProgress, TaskStatus::Done];

fn change(change: &Change) -> TaskChange {
    match change {
        Change::Title(v) => TaskChange::Title(v.as_str().into()),
        Change::Notes(v) => TaskChange::Notes(v.as_str().into()),
        Change::Assignee(v) => TaskChange::Assignee(Some(Assignee::Role(v.as_str().into()))),
        Change::Priority(v) => TaskChange::Priority(PRIORITIES[usize::from(*v)]),
        Change::Place(v) => TaskChange::Place(v.as_str().into()),
        Change::Status(v) => TaskChange::Status(STATUSES[usize::from(*v)]),
    }
}

fn task(view: TaskView) -> Task {
    Task {
        title: view.title.expose().to_owned(),
        notes: view.notes.expose().to_owned(),
        assignee: match view.assignee {
            Some(Assignee::Role(role)) => role.expose().to_owned(),
            other => panic!("a role, not {other:?}"),
        },
        priority: view.priority as u8,
        place: view.place.expose().to_owned(),
        status: view.status as u8,
    }
}
