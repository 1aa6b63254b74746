//! The expected truth: what people asked for, what they were promised, and what must therefore hold in the end.
//!
//! It knows nothing of operations, stamps or sync. A command answered `Ok` binds everyone; one that was
//! refused binds no one; one without an answer (its tab died) may have happened or not.

use corridor_core::id::{OpId, TaskId, Ticket, WriterId};
use corridor_core::model::{Priority, Profile, TaskChange, TaskStatus};
use corridor_core::node::{Command, CommandError, Done, TaskView};
use std::collections::{BTreeMap, BTreeSet};

/// A field of a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    /// What is to be done.
    Title,
    /// Anything more.
    Notes,
    /// Who.
    Assignee,
    /// How soon.
    Priority,
    /// Until when.
    Due,
    /// Where.
    Place,
    /// How far.
    Status,
    /// Order.
    Position,
}

impl Field {
    /// True when the script never writes the same value twice, so that a value names its edit.
    #[must_use]
    pub fn unique(self) -> bool {
        matches!(self, Self::Title | Self::Notes | Self::Due | Self::Place)
    }
}

/// What a person saw of the thing they were about to change.
#[derive(Clone, Debug)]
pub enum Mark {
    /// Nothing that matters.
    Nothing,
    /// The fields of a task.
    Task(BTreeMap<Field, String>),
    /// The people a message is for.
    Audience(BTreeSet<WriterId>),
    /// The messages that a mark covers.
    Read(Vec<OpId>),
}

impl Mark {
    /// The fields of `view`.
    #[must_use]
    pub fn task(view: &TaskView) -> Self {
        Self::Task(fields_of(view))
    }
}

/// A command of one run of one writer.
pub type Asked = (WriterId, u32, Ticket);

/// What must be true of one message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posted {
    /// Its text.
    pub text: String,
    /// What it answers.
    pub reply_to: Option<OpId>,
    /// The one person it is for; `None`: the room.
    pub to: Option<WriterId>,
    /// Who was in the room, as far as the author knew.
    pub audience: BTreeSet<WriterId>,
}

/// What must be true of one task.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Its creation was confirmed.
    pub added: bool,
    /// Its deletion was confirmed.
    pub deleted: bool,
    /// Deletions that nobody answered.
    pub perhaps_deleted: u32,
    /// Values that a confirmed edit has seen and replaced: they must never be the last word.
    pub replaced: BTreeSet<(Field, String)>,
    /// Fields with a confirmed edit.
    pub edited: BTreeSet<Field>,
}

/// Everything asked and promised.
#[derive(Debug, Default)]
pub struct Ledger {
    open: BTreeMap<Asked, (Command, Mark)>,
    /// Confirmed messages.
    pub posts: BTreeMap<OpId, Posted>,
    /// Texts that may appear, with how often each was asked for.
    pub texts: BTreeMap<String, u32>,
    /// Tasks somebody has named.
    pub tasks: BTreeMap<TaskId, Truth>,
    /// Values that may appear in a field of some task.
    pub values: BTreeMap<(Field, String), u32>,
    /// Who may claim to have read what.
    pub read: BTreeSet<(WriterId, OpId)>,
    /// Confirmed profiles; an unanswered change removes the entry.
    pub profiles: BTreeMap<WriterId, Profile>,
    /// Confirmed commands.
    pub confirmed: u64,
    /// Refused commands, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Confirmed edits of fields.
    pub edits: u64,
    /// Confirmed deletions.
    pub deletions: u64,
    /// Confirmed moves.
    pub moves: u64,
}

impl Ledger {
    /// Somebody asked for something.
    pub fn asked(&mut self, asked: Asked, command: &Command, mark: Mark) {
        self.count_values(command, 1);
        match (command, &mark) {
            (Command::DeleteTask(id), _) => {
                self.tasks.entry(*id).or_default().perhaps_deleted += 1;
            }
            (Command::MarkRead(_), _) => self.marked(asked.0, &mark),
            (Command::SetProfile(_), _) => {
                self.profiles.remove(&asked.0);
            }
            _ => {}
        }
        self.open.insert(asked, (command.clone(), mark));
    }

    /// Somebody was shown messages up to a mark.
    pub fn marked(&mut self, reader: WriterId, mark: &Mark) {
        if let Mark::Read(ids) = mark {
            self.read.extend(ids.iter().map(|id| (reader, *id)));
        }
    }

    /// The node answered.
    pub fn answered(&mut self, asked: Asked, answer: &Result<Done, CommandError>) {
        let Some((command, mark)) = self.open.remove(&asked) else {
            return;
        };
        if let Command::DeleteTask(id) = &command {
            let truth = self.tasks.entry(*id).or_default();
            truth.perhaps_deleted = truth.perhaps_deleted.saturating_sub(1);
        }
        match answer {
            Ok(done) => {
                self.confirmed += 1;
                self.confirm(asked.0, command, done, mark);
            }
            Err(error) => {
                self.count_values(&command, -1);
                *self.refused.entry(format!("{error:?}")).or_default() += 1;
            }
        }
    }

    fn confirm(&mut self, writer: WriterId, command: Command, done: &Done, mark: Mark) {
        match (command, done) {
            (
                Command::Post {
                    text, reply_to, to, ..
                },
                Done::Message(id),
            ) => {
                let text = text.expose().to_owned();
                let audience = match mark {
                    Mark::Audience(audience) => audience,
                    _ => BTreeSet::new(),
                };
                let posted = Posted {
                    text,
                    reply_to,
                    to,
                    audience,
                };
                self.posts.insert(*id, posted);
            }
            (Command::AddTask(_), Done::Task(id)) => {
                self.tasks.entry(*id).or_default().added = true;
            }
            (Command::ImportTasks(_), Done::Tasks(ids)) => {
                for id in ids {
                    self.tasks.entry(*id).or_default().added = true;
                }
            }
            (Command::EditTask(id, changes), _) => self.confirm_edit(id, &changes, mark),
            (Command::MoveTask { .. }, _) => self.moves += 1,
            (Command::DeleteTask(id), _) => {
                self.deletions += 1;
                self.tasks.entry(id).or_default().deleted = true;
            }
            (Command::SetProfile(profile), _) => {
                self.profiles.insert(writer, profile);
            }
            _ => {}
        }
    }

    fn confirm_edit(&mut self, id: TaskId, changes: &[TaskChange], mark: Mark) {
        let Mark::Task(seen) = mark else {
            return;
        };
        let truth = self.tasks.entry(id).or_default();
        for change in changes {
            let (field, value) = value_of(change);
            self.edits += 1;
            truth.edited.insert(field);
            if let Some(old) = seen.get(&field)
                && *old != value
                && field.unique()
            {
                truth.replaced.insert((field, old.clone()));
            }
        }
    }

    fn count_values(&mut self, command: &Command, by: i32) {
        let changes: Vec<&TaskChange> = match command {
            Command::Post { text, .. } => {
                let count = self.texts.entry(text.expose().to_owned()).or_default();
                *count = count.saturating_add_signed(by);
                return;
            }
            Command::AddTask(changes) | Command::EditTask(_, changes) => changes.iter().collect(),
            Command::ImportTasks(tasks) => tasks.iter().flatten().collect(),
            _ => return,
        };
        for change in changes {
            let count = self.values.entry(value_of(change)).or_default();
            *count = count.saturating_add_signed(by);
        }
    }

    /// True when `value` was asked for and not refused, or is what a field has from the start.
    #[must_use]
    pub fn may_appear(&self, field: Field, value: &str) -> bool {
        let asked = || {
            self.values
                .get(&(field, value.to_owned()))
                .is_some_and(|n| *n > 0)
        };
        field == Field::Position || value == untouched(field) || asked()
    }
}

/// What a field holds before anyone writes it.
fn untouched(field: Field) -> String {
    match field {
        Field::Title | Field::Notes | Field::Place | Field::Position => String::new(),
        Field::Assignee | Field::Due => "None".to_owned(),
        Field::Priority => format!("{:?}", Priority::default()),
        Field::Status => format!("{:?}", TaskStatus::default()),
    }
}

/// A field and its new value as comparable text.
#[must_use]
pub fn value_of(change: &TaskChange) -> (Field, String) {
    match change {
        TaskChange::Title(text) => (Field::Title, text.expose().to_owned()),
        TaskChange::Notes(text) => (Field::Notes, text.expose().to_owned()),
        TaskChange::Assignee(who) => (Field::Assignee, format!("{who:?}")),
        TaskChange::Priority(priority) => (Field::Priority, format!("{priority:?}")),
        TaskChange::Due(due) => (Field::Due, format!("{due:?}")),
        TaskChange::Place(text) => (Field::Place, text.expose().to_owned()),
        TaskChange::Status(status) => (Field::Status, format!("{status:?}")),
        TaskChange::Position(key) => (Field::Position, format!("{key:?}")),
    }
}

/// All fields of a task as comparable text.
#[must_use]
pub fn fields_of(view: &TaskView) -> BTreeMap<Field, String> {
    [
        TaskChange::Title(view.title.clone()),
        TaskChange::Notes(view.notes.clone()),
        TaskChange::Assignee(view.assignee.clone()),
        TaskChange::Priority(view.priority),
        TaskChange::Due(view.due),
        TaskChange::Place(view.place.clone()),
        TaskChange::Status(view.status),
        TaskChange::Position(view.position.clone()),
    ]
    .iter()
    .map(value_of)
    .collect()
}
