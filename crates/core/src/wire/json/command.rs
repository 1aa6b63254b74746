//! Commands as JSON: `{"type": "addTask", "task": {"title": "…"}}`.
//!
//! Read by hand rather than derived, so that a mistyped command gets a sentence that says what is wrong
//! and where.

use crate::id::{OpId, PeerId, TaskId, WriterId};
use crate::model::{Assignee, Field, Priority, Profile, TaskChange, TaskStatus};
use crate::node::{Command, Fault};
use crate::time::Wall;
use serde_json::{Map, Value};

/// Why a text is not a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON, or not an object.
    #[error("a command is a JSON object such as {{\"type\":\"post\",\"text\":\"hello\"}}")]
    NotAnObject,
    /// Its type is missing or unknown.
    #[error("unknown command \"{0}\"; known are {known}", known = COMMANDS.join(", "))]
    UnknownCommand(String),
    /// A field is missing.
    #[error("\"{0}\" is missing")]
    Missing(String),
    /// A field nobody knows.
    #[error("unknown field \"{0}\"")]
    UnknownField(String),
    /// A field has the wrong type or an impossible value.
    #[error("\"{field}\" must be {wanted}")]
    Invalid {
        /// The field.
        field: String,
        /// What it should be.
        wanted: &'static str,
    },
}

const COMMANDS: [&str; 17] = [
    "setProfile",
    "addTask",
    "importTasks",
    "editTask",
    "moveTask",
    "deleteTask",
    "takeBack",
    "dismiss",
    "undo",
    "post",
    "markRead",
    "typing",
    "restartIce",
    "probe",
    "diagnose",
    "fault",
    "leave",
];

const A_TEXT: &str = "a string";
const A_TASK: &str = "a task id: a UUID";
const A_MESSAGE: &str = "a message id: 32 hexadecimal digits, a hyphen and a number";
const A_PEER: &str = "a peer id: 32 hexadecimal digits";

const A_FIELD: &str = "title, notes, assignee, priority, due, place or status";

/// Reads one command.
///
/// # Errors
/// A [`JsonError`] that names the field.
pub fn command_from_json(text: &str) -> Result<Command, JsonError> {
    let mut fields = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Fields(fields),
        _ => return Err(JsonError::NotAnObject),
    };
    let kind = fields
        .optional("type", A_TEXT, text_of)?
        .unwrap_or_default();
    let command = match kind.as_str() {
        "setProfile" => Command::SetProfile(Profile {
            name: fields.text("name")?.into(),
            role: fields
                .optional("role", A_TEXT, text_of)?
                .unwrap_or_default()
                .into(),
            status: fields
                .optional("status", A_TEXT, text_of)?
                .unwrap_or_default()
                .into(),
        }),
        "addTask" => Command::AddTask(changes(fields.required("task", "an object", object_of)?)?),
        "importTasks" => {
            let tasks = fields.required("tasks", "an array of objects", objects_of)?;
            Command::ImportTasks(tasks.into_iter().map(changes).collect::<Result<_, _>>()?)
        }
        "editTask" => Command::EditTask(
            fields.task("id")?,
            changes(fields.required("task", "an object", object_of)?)?,
        ),
        "moveTask" => Command::MoveTask {
            task: fields.task("id")?,
            after: fields.optional("after", A_TASK, task_of)?,
            before: fields.optional("before", A_TASK, task_of)?,
        },
        "deleteTask" => Command::DeleteTask(fields.task("id")?),
        "takeBack" => Command::TakeBack(
            fields.task("id")?,
            fields.optional("field", A_FIELD, field_of)?,
        ),
        "dismiss" => Command::Dismiss(
            fields.task("id")?,
            fields.optional("field", A_FIELD, field_of)?,
        ),
        "undo" => Command::Undo,
        "post" => Command::Post {
            text: fields.text("text")?.into(),
            reply_to: fields.optional("replyTo", A_MESSAGE, message_of)?,
            to: fields.optional("to", A_PEER, peer_of)?,
            ttl_ms: fields.optional("ttlMs", "milliseconds", |value| value.as_u64())?,
        },
        "markRead" => Command::MarkRead(fields.required("id", A_MESSAGE, message_of)?),
        "typing" => Command::Typing(
            fields
                .switch("on")?
                .ok_or_else(|| JsonError::Missing("on".into()))?,
        ),
        "restartIce" => Command::RestartIce(fields.optional("peer", A_PEER, peer_of)?),
        "probe" => Command::Probe,
        "diagnose" => Command::Diagnose(fields.required("peer", A_PEER, peer_of)?),
        "fault" => Command::Fault(fault(&mut fields)?),
        "leave" => Command::Leave,
        _ => return Err(JsonError::UnknownCommand(kind)),
    };
    fields.end()?;
    Ok(command)
}

fn fault(fields: &mut Fields) -> Result<Fault, JsonError> {
    if let Some(peer) = fields.optional("dropLink", A_PEER, peer_of)? {
        return Ok(Fault::DropLink(peer));
    }
    if let Some(on) = fields.switch("relayOnly")? {
        return Ok(Fault::RelayOnly(on));
    }
    if let Some(peer) = fields.optional("avoid", A_PEER, peer_of)? {
        return Ok(Fault::Avoid(peer, fields.switch("on")?.unwrap_or(true)));
    }
    if let Some(peer) = fields.optional("delay", A_PEER, peer_of)? {
        return Ok(Fault::Delay(peer, fields.number("ms", "milliseconds")?));
    }
    if let Some(peer) = fields.optional("loss", A_PEER, peer_of)? {
        const A_PERCENTAGE: &str = "a percentage";
        let percent = u8::try_from(fields.number("percent", A_PERCENTAGE)?);
        let percent = percent.ok().filter(|percent| *percent <= 100);
        return Ok(Fault::Loss(
            peer,
            percent.ok_or_else(|| invalid("percent", A_PERCENTAGE))?,
        ));
    }
    match fields.switch("cutHub")? {
        Some(on) => Ok(Fault::CutHub(on)),
        None => Err(JsonError::Missing(
            "dropLink, avoid, delay, loss, relayOnly or cutHub".into(),
        )),
    }
}

fn changes(task: Map<String, Value>) -> Result<Vec<TaskChange>, JsonError> {
    let mut fields = Fields(task);
    let mut changes = Vec::new();
    let mut text = |fields: &mut Fields, name, change: fn(String) -> TaskChange| {
        let text = fields.optional(name, A_TEXT, text_of)?;
        changes.extend(text.map(change));
        Ok(())
    };
    text(&mut fields, "title", |text| TaskChange::Title(text.into()))?;
    text(&mut fields, "notes", |text| TaskChange::Notes(text.into()))?;
    text(&mut fields, "place", |text| TaskChange::Place(text.into()))?;
    // `null` is a value here: nobody, and no due time.
    if let Some(value) = fields.0.remove("assignee") {
        changes.push(TaskChange::Assignee(assignee(&value)?));
    }
    if let Some(value) = fields.0.remove("due") {
        let due = match value {
            Value::Null => None,
            other => Some(Wall(other.as_u64().ok_or_else(|| {
                invalid("due", "milliseconds since the epoch, or null")
            })?)),
        };
        changes.push(TaskChange::Due(due));
    }
    let priority = fields.optional(
        "priority",
        "low, normal, high or urgent",
        |value| match value.as_str()? {
            "low" => Some(Priority::Low),
            "normal" => Some(Priority::Normal),
            "high" => Some(Priority::High),
            "urgent" => Some(Priority::Urgent),
            _ => None,
        },
    )?;
    changes.extend(priority.map(TaskChange::Priority));
    let status = fields.optional("status", "open, inProgress or done", |value| {
        match value.as_str()? {
            "open" => Some(TaskStatus::Open),
            "inProgress" => Some(TaskStatus::InProgress),
            "done" => Some(TaskStatus::Done),
            _ => None,
        }
    })?;
    changes.extend(status.map(TaskChange::Status));
    fields.end()?;
    Ok(changes)
}

fn assignee(value: &Value) -> Result<Option<Assignee>, JsonError> {
    const WANTED: &str = "{\"person\": id}, {\"role\": text} or null";
    let wrong = || invalid("assignee", WANTED);
    if value.is_null() {
        return Ok(None);
    }
    let object = value.as_object().ok_or_else(wrong)?;
    let part = |name: &str| object.get(name).and_then(Value::as_str);
    match (part("person"), part("role"), object.len()) {
        (Some(person), None, 1) => {
            let person = WriterId::parse(person).ok_or_else(wrong)?;
            Ok(Some(Assignee::Person(person)))
        }
        (None, Some(role), 1) => Ok(Some(Assignee::Role(role.into()))),
        _ => Err(wrong()),
    }
}

/// The fields of an object, each taken once.
struct Fields(Map<String, Value>);

impl Fields {
    fn optional<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, JsonError> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| invalid(name, wanted)),
        }
    }

    fn required<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<T, JsonError> {
        self.optional(name, wanted, read)?
            .ok_or_else(|| JsonError::Missing(name.into()))
    }

    fn switch(&mut self, name: &str) -> Result<Option<bool>, JsonError> {
        self.optional(name, "true or false", |value| value.as_bool())
    }

    fn text(&mut self, name: &str) -> Result<String, JsonError> {
        self.required(name, A_TEXT, text_of)
    }

    fn number(&mut self, name: &str, wanted: &'static str) -> Result<u64, JsonError> {
        self.required(name, wanted, |value| value.as_u64())
    }

    fn task(&mut self, name: &str) -> Result<TaskId, JsonError> {
        self.required(name, A_TASK, task_of)
    }

    /// A mistyped name must not be ignored silently.
    fn end(self) -> Result<(), JsonError> {
        match self.0.into_iter().next() {
            Some((name, _)) => Err(JsonError::UnknownField(name)),
            None => Ok(()),
        }
    }
}

fn invalid(field: &str, wanted: &'static str) -> JsonError {
    JsonError::Invalid {
        field: field.into(),
        wanted,
    }
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn object_of(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn objects_of(value: Value) -> Option<Vec<Map<String, Value>>> {
    match value {
        Value::Array(items) => items.into_iter().map(object_of).collect(),
        _ => None,
    }
}

fn task_of(value: Value) -> Option<TaskId> {
    TaskId::parse(&text_of(value)?)
}

fn peer_of(value: Value) -> Option<PeerId> {
    PeerId::parse(&text_of(value)?)
}

fn field_of(value: Value) -> Option<Field> {
    Some(match text_of(value)?.as_str() {
        "title" => Field::Title,
        "notes" => Field::Notes,
        "assignee" => Field::Assignee,
        "priority" => Field::Priority,
        "due" => Field::Due,
        "place" => Field::Place,
        "status" => Field::Status,
        _ => return None,
    })
}

fn message_of(value: Value) -> Option<OpId> {
    OpId::parse(&text_of(value)?)
}

#[cfg(test)]
mod tests;
