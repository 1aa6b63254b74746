//! What is watched while a run goes on: claims, logs, and paths.

use super::World;
use crate::tap::MARKER;
use corridor_core::id::{OpId, Ticket, WriterId};
use corridor_core::node::{
    Changes, Command, CommandError, Delivery, Done, Level, LogLine, Node, Path,
};
use corridor_core::store::Key;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Packets kept for replay attacks.
const KEPT_PACKETS: usize = 64;

/// What the world has seen of its hosts.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// Who has ever held which operation.
    held: BTreeSet<(WriterId, OpId)>,
    /// Hosts whose storage has ever failed: what they hold cannot be told from outside.
    forgetful: BTreeSet<usize>,
    paths: BTreeMap<(usize, WriterId), Path>,
    packets: Option<VecDeque<(usize, Vec<u8>)>>,
}

impl World {
    /// From now on, keep the newest packets that hosts send directly.
    pub fn record_packets(&mut self) {
        self.recorded.packets = Some(VecDeque::new());
    }

    /// The packets that `host` has sent directly, oldest first.
    #[must_use]
    pub fn packets_of(&self, host: usize) -> Vec<Vec<u8>> {
        let all = self.recorded.packets.iter().flatten();
        all.filter(|(from, _)| *from == host)
            .map(|(_, bytes)| bytes.clone())
            .collect()
    }

    pub(super) fn record_packet(&mut self, host: usize, bytes: &[u8]) {
        if let Some(packets) = self.recorded.packets.as_mut() {
            if packets.len() == KEPT_PACKETS {
                packets.pop_front();
            }
            packets.push_back((host, bytes.to_vec()));
        }
    }

    /// A storage took `records` for `host`.
    pub(super) fn holds(&mut self, host: usize, keys: impl Iterator<Item = Key>) {
        let Some(me) = self.hosts.get(host).map(|h| h.writer) else {
            return;
        };
        for key in keys {
            let (writer, seqs) = match key {
                Key::Op(_, writer, seq) => (writer, seq..=seq),
                Key::Block(_, writer, first, last) => (writer, first..=last),
                Key::Draft(..) | Key::Memory(..) => continue,
            };
            let ids = seqs.map(|seq| (me, OpId { writer, seq }));
            self.recorded.held.extend(ids);
        }
    }

    /// The storage of `host` refused something.
    pub(super) fn storage_failed(&mut self, host: usize) {
        self.recorded.forgetful.insert(host);
        self.count.refused_saves += 1;
    }

    pub(super) fn done(&mut self, host: usize, ticket: Ticket, answer: Result<Done, CommandError>) {
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        let asked = (h.writer, h.run, ticket);
        let Some(command) = h.asked.remove(&ticket) else {
            return self.violate(format!("host {host} answers what nobody asked"));
        };
        if let Command::MarkRead(_) = &command {
            // Behind a slow storage a mark covers what was shown when its turn came.
            let mark = self.mark(host, &command);
            self.ledger.marked(asked.0, &mark);
        }
        self.ledger.answered(asked, &answer);
        if let Some(h) = self.hosts.get_mut(host) {
            h.left |= command == Command::Leave && answer.is_ok();
            h.answers.insert(ticket, answer);
        }
    }

    pub(super) fn watch_log(&mut self, host: usize, line: &LogLine) {
        self.count.log_lines += 1;
        self.mix(line.text.as_bytes());
        self.note(|| {
            format!(
                "host {host} log {:?} {:?}: {}",
                line.level, line.phase, line.text
            )
        });
        self.search("a log line", &format!("{line:?} {}", line.text));
        if line.level == Level::Error {
            self.violate(format!("host {host} logs an error: {}", line.text));
        }
    }

    fn search(&mut self, what: &str, text: &str) {
        if text.contains(MARKER) {
            self.violate(format!("personal text in {what}"));
        }
        if text.contains(&self.key.to_text()) {
            self.violate(format!("the room key in {what}"));
        }
    }

    /// Searches everything a careless line of code could print (A7).
    pub fn search_prints(&mut self) {
        for host in 0..self.hosts.len() {
            let Some(node) = self.node(host) else {
                continue;
            };
            let prints = [
                ("the room", format!("{:?}", node.room())),
                ("people", format!("{:?}", node.people())),
                ("tasks", format!("{:?}", node.tasks())),
                ("messages", format!("{:?}", node.messages())),
                ("links", format!("{:?}", node.links())),
                ("frames", format!("{:?}", node.frames())),
                ("timers", format!("{:?}", node.timers())),
                ("the node", format!("{node:?}")),
            ];
            for (what, print) in prints {
                self.search(&format!("the debug print of {what}"), &print);
            }
        }
    }

    pub(super) fn watch_view(&mut self, host: usize, changes: &Changes) {
        if changes.is_empty() {
            self.violate(format!("host {host}: a view change without a change"));
        }
        if !changes.messages.is_empty() {
            self.check_claims(host, changes);
        }
        if changes.links {
            self.watch_paths(host);
        }
    }

    /// A delivery state must be true when it is shown (R-MSG-2), and an answer comes after its question (R-MSG-4).
    fn check_claims(&mut self, host: usize, changes: &Changes) {
        let Some(h) = self.hosts.get(host) else {
            return;
        };
        let me = h.writer;
        let Some(node) = h.node.as_ref() else {
            return;
        };
        let (mut claims, mut early) = (Vec::new(), Vec::new());
        for id in &changes.messages {
            self.recorded.held.insert((me, *id));
            let Some(message) = node.message(*id) else {
                continue;
            };
            let unanswered = |question: &OpId| node.message(*question).is_none();
            if !message.gap && message.reply_to.as_ref().is_some_and(unanswered) {
                early.push(*id);
            }
            if !message.mine {
                continue;
            }
            let proven = message.delivery.into_iter();
            claims.extend(
                proven
                    .filter(|(_, state)| *state >= Delivery::Delivered)
                    .map(|(to, state)| (*id, to, state)),
            );
        }
        for id in early {
            self.violate(format!("host {host} shows {id} before what it answers"));
        }
        for (id, to, state) in claims {
            self.count.claims += 1;
            let known = self.hosts.iter().position(|h| h.writer == to);
            let excused = known.is_some_and(|h| self.recorded.forgetful.contains(&h));
            if !excused && !self.recorded.held.contains(&(to, id)) {
                self.violate(format!(
                    "host {host} claims delivery to {known:?}, which has not got it"
                ));
            }
            if state == Delivery::Read && !self.ledger.read.contains(&(to, id)) {
                self.violate(format!(
                    "host {host} claims that {known:?} has read what it has not"
                ));
            }
        }
    }

    fn watch_paths(&mut self, host: usize) {
        let links = self.node(host).map(Node::links).unwrap_or_default();
        for link in links {
            let old = self.recorded.paths.insert((host, link.peer), link.path);
            if old != Some(link.path) {
                let (peer, path, reason) = (link.peer.short(), link.path, link.reason);
                self.note(|| format!("host {host} reaches {peer} by {path:?}: {reason}"));
            }
            if old == Some(Path::Hub) && link.path == Path::Direct {
                self.count.upgrades += 1;
            }
        }
    }
}
