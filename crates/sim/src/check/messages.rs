//! Messages: all of them, once, in order, and no claim about them that is not so.

use crate::world::World;
use corridor_core::node::{Delivery, MessageView};
use std::collections::BTreeSet;

impl World {
    /// What was promised about messages holds everywhere.
    pub(super) fn look_at_messages(
        &self,
        present: &[usize],
        tell: &mut dyn FnMut(String) -> bool,
    ) -> bool {
        for host in present {
            let messages = self.messages(*host);
            let mut wrong = Vec::new();
            let mut seen = BTreeSet::new();
            for message in &messages {
                if !seen.insert(message.id) {
                    wrong.push(format!("message {} is shown twice", message.id));
                }
                if message.gap {
                    wrong.push(format!("message {} has a gap before it", message.id));
                }
                if let Some(reply_to) = message.reply_to
                    && !seen.contains(&reply_to)
                {
                    wrong.push(format!("{} answers what comes later", message.id));
                }
                let text = message.text.expose();
                if self.ledger.texts.get(text).is_none_or(|n| *n == 0) {
                    wrong.push(format!("message {} says what nobody said", message.id));
                }
            }
            let mut texts = BTreeSet::new();
            if messages.iter().any(|m| !texts.insert(m.text.expose())) {
                wrong.push("a message is there twice under two ids".to_owned());
            }
            let me = self.hosts.get(*host).map(|h| h.writer);
            for (id, posted) in &self.ledger.posts {
                let meant = |to| me == Some(to) || me == Some(id.writer);
                if posted.to.is_some_and(|to| !meant(to)) {
                    if messages.iter().any(|m| m.id == *id) {
                        wrong.push(format!("message {id} was between two others"));
                    }
                    continue;
                }
                let shown = messages.iter().find(|m| m.id == *id);
                if shown.is_none() && self.is_gone(id.writer) {
                    continue;
                }
                let same = shown.is_some_and(|m| {
                    m.text.expose() == posted.text && m.reply_to == posted.reply_to
                });
                if !same {
                    wrong.push(format!("message {id} is lost or altered"));
                }
            }
            if !messages.is_sorted_by_key(|m| (m.stamp, m.id.writer)) {
                wrong.push("messages are out of order".to_owned());
            }
            wrong.extend(self.wrong_deliveries(*host, present, &messages));
            for text in wrong {
                if !tell(format!("host {host}: {text}")) {
                    return false;
                }
            }
        }
        true
    }

    /// True for a writer who left for good, perhaps before anyone else had what they wrote.
    fn is_gone(&self, writer: corridor_core::id::WriterId) -> bool {
        self.hosts.iter().any(|h| h.left && h.writer == writer)
    }

    fn wrong_deliveries(
        &self,
        host: usize,
        present: &[usize],
        messages: &[MessageView],
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for other in present.iter().filter(|other| **other != host) {
            let Some(writer) = self.hosts.get(*other).map(|h| h.writer) else {
                continue;
            };
            let open = messages.iter().filter(|m| m.mine).filter(|m| {
                let state = m.delivery.iter().find(|(to, _)| *to == writer);
                let posted = self.ledger.posts.get(&m.id);
                let meant = posted.is_some_and(|p| p.audience.contains(&writer));
                state.map_or(meant, |(_, state)| *state < Delivery::Delivered)
            });
            let open = open.count();
            if open > 0 {
                wrong.push(format!(
                    "{open} own messages not shown as delivered to host {other}"
                ));
            }
        }
        wrong
    }
}
