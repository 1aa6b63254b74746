//! Who a task is for, as the options of a select.

use crate::state::RoomState;
use crate::state::select::people::{roles, same};
use crate::ui::words::{ROLES, w};
use corridor_core::id::WriterId;
use corridor_core::model::Assignee;
use leptos::prelude::*;

/// As an option's value.
pub(crate) fn encode(assignee: &Assignee) -> String {
    match assignee {
        Assignee::Person(id) => person_value(*id),
        Assignee::Role(role) => role_value(role.expose()),
    }
}

/// From an option's value.
pub(crate) fn decode(value: &str) -> Option<Assignee> {
    if let Some(id) = value.strip_prefix("p:") {
        return WriterId::parse(id).map(Assignee::Person);
    }
    value
        .strip_prefix("r:")
        .map(|role| Assignee::Role(role.into()))
}

fn person_value(id: WriterId) -> String {
    let mut value = String::from("p:");
    value.push_str(&id.to_string());
    value
}

fn role_value(role: &str) -> String {
    let mut value = String::from("r:");
    value.push_str(role);
    value
}

/// The people and roles of the room as options, with `chosen` selected; also when nobody has that role
/// any more. Tracks people.
pub(crate) fn options(room: RoomState, chosen: &str) -> AnyView {
    let mut people = Vec::new();
    room.people.each(|person| people.push(person.clone()));
    let mut all_roles = roles(&ROLES, &people);
    if let Some(role) = chosen.strip_prefix("r:")
        && !all_roles.iter().any(|known| same(known, role))
    {
        all_roles.push(String::from(role));
    }
    let person_options = people
        .into_iter()
        .filter(|person| !person.left || person_value(person.id) == chosen)
        .map(|person| {
            let value = person_value(person.id);
            let mut name = String::from(person.profile.name.expose());
            if person.me {
                name.push_str(" (");
                name.push_str(w().you);
                name.push(')');
            }
            option(value, name, chosen)
        })
        .collect_view();
    let role_options = all_roles
        .into_iter()
        .map(|role| {
            let value = role_value(&role);
            let chosen = match chosen.strip_prefix("r:") {
                Some(other) if same(other, &role) => value.clone(),
                _ => String::new(),
            };
            option(value, role, &chosen)
        })
        .collect_view();
    view! {
        <optgroup label=w().people>{person_options}</optgroup>
        <optgroup label=w().roles>{role_options}</optgroup>
    }
    .into_any()
}

/// One option.
pub(crate) fn option(value: impl Into<String>, words: impl Into<String>, chosen: &str) -> AnyView {
    let (value, words) = (value.into(), words.into());
    let selected = value == chosen;
    view! {
        <option value=value prop:selected=selected>
            {words}
        </option>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignees_read_what_they_write() {
        for assignee in [
            Assignee::Person(WriterId([7; 16])),
            Assignee::Role("Front: desk".into()),
        ] {
            assert_eq!(decode(&encode(&assignee)), Some(assignee));
        }
        assert_eq!(decode(""), None);
        assert_eq!(decode("p:nobody"), None);
    }
}
