//! People: who shows, in which order, and the roles that tasks can be given to.

use corridor_core::id::WriterId;
use corridor_core::model::Presence;
use corridor_core::node::PersonView;

/// How many colours an avatar can have.
pub const TONES: u8 = 6;

/// The colour of a person's avatar: stable, the same on every device.
#[must_use]
pub fn tone(id: WriterId) -> u8 {
    id.0.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) % TONES
}

/// One or two letters for an avatar.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || c == '-')
        .filter(|word| !word.is_empty() && !word.ends_with('.'));
    let first = words.next();
    let last = words.next_back();
    let letters: String = [first, last]
        .into_iter()
        .flatten()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .flat_map(char::to_uppercase)
        .collect();
    if letters.is_empty() {
        name.chars()
            .find(|c| c.is_alphanumeric())
            .map_or_else(|| String::from("?"), |c| c.to_uppercase().collect())
    } else {
        letters
    }
}

/// Present now, oneself included.
#[must_use]
pub fn is_here(person: &PersonView) -> bool {
    person.me || (!person.left && person.presence != Presence::Offline)
}

/// Different roles of the people in the room, after the usual ones, without repeats (case ignored).
#[must_use]
pub fn roles<'a>(usual: &[&str], people: impl IntoIterator<Item = &'a PersonView>) -> Vec<String> {
    let mut all: Vec<String> = usual.iter().map(|role| String::from(*role)).collect();
    for person in people {
        let role = person.profile.role.expose().trim();
        if !role.is_empty() && !all.iter().any(|known| same(known, role)) {
            all.push(String::from(role));
        }
    }
    all
}

/// The same text but for case and outer spaces.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a.chars()
        .flat_map(char::to_lowercase)
        .eq(b.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_skip_titles_and_survive_odd_names() {
        assert_eq!(initials("Dr. Anna Maria Smith"), "AS");
        assert_eq!(initials("jones"), "J");
        assert_eq!(initials("Dr."), "D");
        assert_eq!(initials("Anna-Lena"), "AL");
        assert_eq!(initials("  "), "?");
        assert_eq!(initials("🦷"), "?");
    }

    #[test]
    fn roles_do_not_repeat() {
        assert!(same(" Front Desk", "front desk"));
        assert!(!same("Nurse", "Nurses"));
        assert_eq!(roles(&["Dentist"], []), ["Dentist"]);
    }
}
