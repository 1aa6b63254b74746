//! A shared task and the ways to change it.

use crate::id::WriterId;
use crate::redact::Private;
use crate::time::Wall;

/// How soon a task matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Priority {
    /// Whenever there is time.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

/// Where a task stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TaskStatus {
    /// Nobody has begun.
    #[default]
    Open,
    /// Somebody is on it.
    InProgress,
    /// Finished.
    Done,
}

/// Who should do a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Assignee {
    /// One person.
    Person(WriterId),
    /// Anyone with this role.
    Role(Private),
}

/// One field of a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    /// [`TaskChange::Title`].
    Title,
    /// [`TaskChange::Notes`].
    Notes,
    /// [`TaskChange::Assignee`].
    Assignee,
    /// [`TaskChange::Priority`].
    Priority,
    /// [`TaskChange::Due`].
    Due,
    /// [`TaskChange::Place`].
    Place,
    /// [`TaskChange::Status`].
    Status,
    /// [`TaskChange::Position`].
    Position,
}

/// A new value for one field of a task. Each field is a last-writer-wins register of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TaskChange {
    /// What is to be done.
    Title(Private),
    /// Anything more to say.
    Notes(Private),
    /// Who should do it; `None` for anyone.
    Assignee(Option<Assignee>),
    /// How soon it matters.
    Priority(Priority),
    /// When it should be done.
    Due(Option<Wall>),
    /// The chair or room; empty for none.
    Place(Private),
    /// Where it stands.
    Status(TaskStatus),
    /// Its place in the list: an order key compared as bytes (fractional indexing).
    Position(Vec<u8>),
}

impl Field {
    /// All of them, in the order of their numbers (rule O-TASK).
    pub const ALL: [Self; 8] = [
        Self::Title,
        Self::Notes,
        Self::Assignee,
        Self::Priority,
        Self::Due,
        Self::Place,
        Self::Status,
        Self::Position,
    ];
}

impl TaskChange {
    /// What a field holds that nobody has set.
    #[must_use]
    pub fn unset(field: Field) -> Self {
        match field {
            Field::Title => Self::Title(Private::default()),
            Field::Notes => Self::Notes(Private::default()),
            Field::Assignee => Self::Assignee(None),
            Field::Priority => Self::Priority(Priority::default()),
            Field::Due => Self::Due(None),
            Field::Place => Self::Place(Private::default()),
            Field::Status => Self::Status(TaskStatus::default()),
            Field::Position => Self::Position(Vec::new()),
        }
    }

    /// The field it sets.
    #[must_use]
    pub fn field(&self) -> Field {
        match self {
            Self::Title(_) => Field::Title,
            Self::Notes(_) => Field::Notes,
            Self::Assignee(_) => Field::Assignee,
            Self::Priority(_) => Field::Priority,
            Self::Due(_) => Field::Due,
            Self::Place(_) => Field::Place,
            Self::Status(_) => Field::Status,
            Self::Position(_) => Field::Position,
        }
    }
}
