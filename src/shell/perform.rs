//! Carries out what the node asks: one arm per adapter.

use super::Inner;
use crate::browser::rtc::Connection;
use corridor_core::id::{ConnId, PeerId};
use corridor_core::node::{Input, Output, RtcEvent, RtcOp, SaveError};
use corridor_core::store::Key;
use std::rc::Rc;

impl Inner {
    pub(super) fn perform(self: &Rc<Self>, output: Output) {
        match output {
            Output::Save(ticket, records) => {
                let outcome = self.save(&records);
                self.push(Input::Saved(ticket, outcome));
            }
            Output::Remove(keys) => {
                if self.seat.is_mine() {
                    self.vault.remove(&keys);
                }
            }
            Output::Hub(op) => self.hub(op),
            Output::Rtc { conn, peer, op } => self.rtc(conn, peer, op),
            Output::View(changes) => {
                let node = self.node.borrow();
                self.audience.changed(&node, &changes);
                if let Some(summary) = &mut *self.summary.borrow_mut() {
                    summary.update(&node, &changes);
                }
            }
            Output::Done(ticket, outcome) => {
                let answer = self.answers.borrow_mut().remove(&ticket);
                if let Some(answer) = answer {
                    answer(outcome);
                }
            }
            Output::Log(line) => self.audience.log(&line),
        }
    }

    fn save(&self, records: &[(Key, Vec<u8>)]) -> Result<(), SaveError> {
        if !self.seat.is_mine() {
            self.audience.displaced();
            return Err(SaveError::Blocked);
        }
        self.vault.save(records)
    }

    fn rtc(self: &Rc<Self>, conn: ConnId, peer: PeerId, op: RtcOp) {
        if let RtcOp::Create(config) = op {
            let inner = Rc::downgrade(self);
            let created = Connection::create(&config, move |event| {
                if let Some(inner) = inner.upgrade() {
                    inner.push(Input::Rtc(conn, event));
                }
            });
            match created {
                Ok(connection) => {
                    let mut connections = self.connections.borrow_mut();
                    connections.insert(conn, (peer, connection));
                }
                Err(error) => self.failed(conn, format!("create: {error}")),
            }
            return;
        }
        if op == RtcOp::Close {
            let closed = self.connections.borrow_mut().remove(&conn);
            drop(closed);
            return;
        }
        let mut connections = self.connections.borrow_mut();
        // Asked of a connection that could not be created: that was reported.
        let Some((whose, connection)) = connections.get_mut(&conn) else {
            return;
        };
        // One that was made for an invite belongs to whoever took it.
        *whose = peer;
        match op {
            RtcOp::Create(_) | RtcOp::Close => {}
            RtcOp::Configure(config) => {
                if let Err(error) = connection.configure(&config) {
                    self.failed(conn, format!("setConfiguration: {error}"));
                }
            }
            RtcOp::Offer { restart } => connection.offer(restart),
            RtcOp::SetRemote(description) => connection.set_remote(description),
            RtcOp::AddCandidate(candidate) => connection.add_candidate(candidate),
            RtcOp::TellDrained => connection.tell_drained(),
            RtcOp::Send(packet) => {
                if let Err(error) = connection.send(&packet) {
                    self.failed(conn, format!("send: {error}"));
                }
            }
        }
    }

    fn failed(self: &Rc<Self>, conn: ConnId, why: String) {
        self.push(Input::Rtc(conn, RtcEvent::Failed(why)));
    }
}
