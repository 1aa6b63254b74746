//! What must hold once everything broken was put right: one sentence per thing that does not.

mod messages;
mod people;

use crate::reference::{Field, fields_of};
use crate::world::World;
use corridor_core::limits;
use corridor_core::node::{MessageView, Node, Path, TaskView};
use std::collections::BTreeSet;

/// A link whose state is in motion has a timer within this long.
const LONGEST_PATIENCE: u64 = 180_000;

impl World {
    /// Hosts whose tab is open and who have not left.
    #[must_use]
    pub fn present(&self) -> Vec<usize> {
        let open = |host: &usize| {
            self.hosts
                .get(*host)
                .is_some_and(|h| h.node.is_some() && !h.left)
        };
        (0..self.hosts.len()).filter(open).collect()
    }

    /// Puts everything right and waits until all is as it must be, then makes sure that it stays so.
    ///
    /// # Errors
    /// What is still wrong at the end of `patience`.
    pub fn settle(&mut self, patience: u64) -> Result<(), Vec<String>> {
        self.put_right();
        self.settle_as_is(patience)
    }

    /// Like [`World::settle`], in the world as it is: nothing is put right first.
    ///
    /// # Errors
    /// What is still wrong at the end of `patience`.
    pub fn settle_as_is(&mut self, patience: u64) -> Result<(), Vec<String>> {
        let deadline = self.now + patience;
        while self.first_wrong().is_some() && self.now < deadline {
            self.run_for(1_000);
            self.reload_the_refused();
        }
        self.run_for(10_000);
        // Every fourth run is enough: each prints everything.
        if self.setup.seed.is_multiple_of(4) {
            self.search_prints();
        }
        let mut wrong = self.everything_wrong();
        wrong.extend(self.violations.iter().cloned());
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// A person who reads "there is no such room" presses Reload after a while.
    fn reload_the_refused(&mut self) {
        use corridor_core::node::HubState;
        for host in self.present() {
            let refused = matches!(self.hub_state(host), Some(HubState::Refused(_)));
            let opened = self.hosts.get(host).map_or(0, |h| h.opened_at);
            if refused && self.now > opened + 20_000 {
                self.reload(host);
            }
        }
    }

    fn first_wrong(&self) -> Option<String> {
        let mut first = None;
        self.look(&mut |text| {
            first.get_or_insert(text);
            false
        });
        first
    }

    /// Everything that is not as it must be, at most twenty.
    #[must_use]
    pub fn everything_wrong(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.look(&mut |text| {
            all.push(text);
            all.len() < 20
        });
        all
    }

    /// Hands every fault to `found` until it answers false.
    fn look(&self, found: &mut dyn FnMut(String) -> bool) {
        let mut go_on = true;
        let mut tell = |text: String| {
            if go_on {
                go_on = found(text);
            }
            go_on
        };
        let present = self.present();
        let _ = self.look_at_agreement(&present, &mut tell)
            && self.look_at_tasks(&present, &mut tell)
            && self.look_at_messages(&present, &mut tell)
            && self.look_at_people(&present, &mut tell)
            && self.look_at_rest(&present, &mut tell);
    }

    /// Everyone shows the same.
    fn look_at_agreement(&self, present: &[usize], tell: &mut dyn FnMut(String) -> bool) -> bool {
        let mut hosts = present.iter();
        let Some(first) = hosts.next() else {
            return tell("nobody is there".to_owned());
        };
        let (tasks, messages) = (self.tasks(*first), self.messages(*first));
        for host in hosts {
            let (theirs, said) = (self.tasks(*host), self.messages(*host));
            if theirs != tasks {
                let what = first_difference(&tasks, &theirs);
                if !tell(format!("hosts {first} and {host} differ in tasks: {what}")) {
                    return false;
                }
            }
            let public = |all: &[MessageView]| -> Vec<_> {
                let public = all.iter().filter(|m| m.with.is_none());
                public.cloned().collect()
            };
            let (said, messages) = (public(&said), public(&messages));
            let same = said.iter().map(face).eq(messages.iter().map(face));
            if !same {
                let (a, b) = (messages.len(), said.len());
                let text = format!("hosts {first} and {host} differ in messages ({a} and {b})");
                if !tell(text) {
                    return false;
                }
            }
        }
        true
    }

    /// What was promised about tasks holds everywhere.
    fn look_at_tasks(&self, present: &[usize], tell: &mut dyn FnMut(String) -> bool) -> bool {
        for host in present {
            let tasks = self.tasks(*host);
            let shown: BTreeSet<_> = tasks.iter().map(|task| task.id).collect();
            for (id, truth) in &self.ledger.tasks {
                let wrong = match shown.contains(id) {
                    true if truth.deleted => "a deleted task is back",
                    false if truth.added && !truth.deleted && truth.perhaps_deleted == 0 => {
                        "a task is lost"
                    }
                    _ => continue,
                };
                if !tell(format!("host {host}: {wrong} ({id})")) {
                    return false;
                }
            }
            for task in &tasks {
                for text in self.wrong_fields(task) {
                    if !tell(format!("host {host}: task {}: {text}", task.id)) {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn wrong_fields(&self, task: &TaskView) -> Vec<String> {
        let mut wrong = Vec::new();
        let truth = self.ledger.tasks.get(&task.id);
        for (field, value) in fields_of(task) {
            if !self.ledger.may_appear(field, &value) {
                wrong.push(format!("{field:?} holds what nobody wrote"));
            }
            let Some(truth) = truth else {
                continue;
            };
            if truth.replaced.contains(&(field, value.clone())) {
                wrong.push(format!("{field:?} went back to a value that was replaced"));
            }
            if truth.edited.contains(&field) && field == Field::Title && value.is_empty() {
                wrong.push("the title is gone".to_owned());
            }
        }
        wrong
    }

    /// Nothing waits, and nothing that moves is without a timer.
    fn look_at_rest(&self, present: &[usize], tell: &mut dyn FnMut(String) -> bool) -> bool {
        for host in present {
            let Some(node) = self.node(*host) else {
                continue;
            };
            for text in self.unrest(node) {
                if !tell(format!("host {host}: {text}")) {
                    return false;
                }
            }
            // In a large room few are linked directly; `look_at_people` asks that all are reached.
            let small = present.len() <= limits::MAX_LINKS + 1;
            for other in present.iter().filter(|other| small && *other != host) {
                let direct = self.net.direct_allowed(*host, *other)
                    && (self.net.mdns_works(*host, *other) || self.does_without_mdns());
                if direct
                    && !self.linked(*host, *other)
                    && !tell(format!("hosts {host} and {other} are not linked directly"))
                {
                    return false;
                }
            }
        }
        for (at, disk) in self.disks.iter().enumerate() {
            if let Some(key) = disk.rewritten.first()
                && !tell(format!(
                    "disk {at}: {key} was written twice with other bytes"
                ))
            {
                return false;
            }
        }
        if self.hub.tap.leaks > 0 && !tell("the hub saw plain text or the key".to_owned()) {
            return false;
        }
        let misuse = self.rtc.count.early_candidates + self.rtc.count.early_sends;
        misuse == 0 || tell(format!("{:?}", self.rtc.count))
    }

    fn unrest(&self, node: &Node) -> Vec<String> {
        let mut wrong = Vec::new();
        let room = node.room();
        if room.waiting > 0 {
            wrong.push(format!("{} own changes wait", room.waiting));
        }
        if room.rejected > 0 {
            wrong.push(format!("{} honest inputs were rejected", room.rejected));
        }
        let timers = node.timers();
        for link in node.links() {
            if link.unacked > 0 && link.path != Path::None {
                wrong.push(format!("{} operations unconfirmed", link.unacked));
            }
            let moving = link.unacked > 0 || link.path != Path::None;
            let patient =
                |(_, at): &(String, corridor_core::time::Mono)| at.0 <= self.now + LONGEST_PATIENCE;
            if moving && !timers.iter().any(patient) {
                wrong.push("a link waits and no timer is set".to_owned());
            }
        }
        if let Some((reason, at)) = timers
            .iter()
            .find(|(reason, at)| reason.trim().is_empty() || at.0 + 120_000 < self.now)
        {
            wrong.push(format!(
                "timer {reason:?} at {} is without reason or long overdue",
                at.0
            ));
        }
        wrong
    }
}

/// What all hosts show of a message alike.
fn face(message: &MessageView) -> impl PartialEq + use<'_> {
    (message.id, message.stamp, &message.text, message.reply_to)
}

fn first_difference(a: &[TaskView], b: &[TaskView]) -> String {
    if a.len() != b.len() {
        return format!("{} and {} tasks", a.len(), b.len());
    }
    let differs = a.iter().zip(b).find(|(one, two)| one != two);
    differs.map_or_else(String::new, |(one, two)| {
        let (x, y) = (fields_of(one), fields_of(two));
        let field = x
            .iter()
            .find(|(field, value)| y.get(*field) != Some(*value));
        format!("{:?} of {}", field.map(|(field, _)| *field), one.id)
    })
}
