//! People: whoever is there is shown as there, and nobody else is.

use crate::world::World;
use corridor_core::model::Presence;
use corridor_core::node::Path;
use std::collections::BTreeSet;

impl World {
    /// Everyone who is there is shown as there, once; nobody else is.
    pub(super) fn look_at_people(
        &self,
        present: &[usize],
        tell: &mut dyn FnMut(String) -> bool,
    ) -> bool {
        for host in present {
            let Some(node) = self.node(*host) else {
                continue;
            };
            let people = node.people();
            let mut wrong = Vec::new();
            let mut seen = BTreeSet::new();
            for (at, person) in people.iter().enumerate() {
                if !seen.insert(person.id) {
                    wrong.push("somebody is shown twice".to_owned());
                }
                if person.me != (at == 0) {
                    wrong.push("oneself is not first, or not once".to_owned());
                }
                let index = self.hosts.iter().position(|h| h.writer == person.id);
                let Some(index) = index else {
                    wrong.push("a ghost: a person who does not exist".to_owned());
                    continue;
                };
                let here = present.contains(&index);
                let hidden = self.hosts.get(index).is_some_and(|h| h.hidden);
                let expected = match (here, hidden) {
                    (true, false) => Presence::Online,
                    (true, true) => Presence::Away,
                    (false, _) => Presence::Offline,
                };
                if !person.me && person.presence != expected {
                    let shown = person.presence;
                    wrong.push(format!("host {index} is shown {shown:?}, not {expected:?}"));
                }
                if !person.me && here == (person.path == Path::None) {
                    wrong.push(format!("host {index} is shown with path {:?}", person.path));
                }
                if let Some(profile) = self.ledger.profiles.get(&person.id)
                    && (person.profile.name != profile.name || person.profile.role != profile.role)
                {
                    wrong.push(format!("host {index} is shown with an old name"));
                }
            }
            for other in present {
                let writer = self.hosts.get(*other).map(|h| h.writer);
                if writer.is_some_and(|writer| !seen.contains(&writer)) {
                    wrong.push(format!("host {other} is missing from the list"));
                }
            }
            for text in wrong {
                if !tell(format!("host {host}: {text}")) {
                    return false;
                }
            }
        }
        true
    }
}
