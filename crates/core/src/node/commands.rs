//! Carrying out commands. A durable one is written, saved, and only then applied, shown and sent (L3).

use super::command::{Command, CommandError, Done};
use super::input::SaveError;
use super::output::{Level, Output, Phase};
use super::undo::Undo;
use super::view::{StorageState, UndoKind};
use super::{Node, Saving};
use crate::id::{OpId, PeerId, TaskId, Ticket};
use crate::model::{Body, Post};
use crate::time::Now;
use crate::wire::WireError;

/// Own operations that are being saved; only one command at a time.
#[derive(Debug)]
pub(super) struct Pending {
    saving: Ticket,
    /// `None`: nobody asked for it.
    answer: Option<Ticket>,
    done: Done,
    then: Then,
}

/// What follows once the operations are saved.
#[derive(Debug)]
enum Then {
    Nothing,
    Remember(Undo),
    ForgetUndone,
    Dismiss(OpId),
    Leave,
}

/// What a command comes down to.
pub(super) enum Plan {
    Write(Vec<Body>, Outcome),
    Answer(Done),
    /// Answered later.
    Later,
}

/// How the answer follows from the operations written.
pub(super) enum Outcome {
    Ok,
    /// And the change can be undone.
    Undoable(Undo),
    /// The newest change is undone.
    Undone,
    Task(TaskId),
    Tasks(Vec<TaskId>),
    /// A task that was deleted is back under a new id.
    TakenBack(TaskId, OpId),
    LastIsMessage,
    Leave,
}

impl Node {
    /// Takes the next command, unless one is being saved.
    pub(super) fn next_command(&mut self, now: Now) {
        while self.pending.is_none() && self.settling.is_none() {
            let Some((ticket, command)) = self.commands.pop_front() else {
                return;
            };
            match self.plan(now, ticket, command) {
                Ok(Plan::Write(bodies, outcome)) => self.write(now, Some(ticket), bodies, outcome),
                Ok(Plan::Answer(done)) => self.output(Output::Done(ticket, Ok(done))),
                Ok(Plan::Later) => {}
                Err(error) => self.output(Output::Done(ticket, Err(error))),
            }
        }
    }

    fn plan(&mut self, now: Now, ticket: Ticket, command: Command) -> Result<Plan, CommandError> {
        if self.left {
            return Err(CommandError::Left);
        }
        let joined = self.replica.roster.get(self.me).is_some();
        let durable = !matches!(
            command,
            Command::SetProfile(_)
                | Command::Typing(_)
                | Command::RestartIce(_)
                | Command::Probe
                | Command::Diagnose(_)
                | Command::Invite
                | Command::TakeSlip(_)
                | Command::Fault(_)
                | Command::Leave
        );
        if durable && !joined {
            return Err(CommandError::NotJoined);
        }
        match command {
            Command::SetProfile(profile) => {
                if profile.name.expose().trim().is_empty() {
                    return Err(CommandError::Empty);
                }
                let same = self
                    .replica
                    .roster
                    .get(self.me)
                    .is_some_and(|me| *me.profile.get() == profile && !me.is_gone());
                Ok(if same {
                    Plan::Answer(Done::Ok)
                } else {
                    Plan::Write(vec![Body::Profile(profile)], Outcome::Ok)
                })
            }
            Command::AddTask(changes) => {
                let (id, body) = self.new_task(now, changes)?;
                Ok(Plan::Write(vec![body], Outcome::Task(id)))
            }
            Command::ImportTasks(tasks) => {
                let made: Result<Vec<_>, _> = tasks
                    .into_iter()
                    .map(|changes| self.new_task(now, changes))
                    .collect();
                let (ids, bodies) = made?.into_iter().unzip();
                Ok(Plan::Write(bodies, Outcome::Tasks(ids)))
            }
            Command::EditTask(id, changes) => self.edit(id, changes, UndoKind::Edit),
            Command::MoveTask {
                task,
                after,
                before,
            } => self.move_task(task, after, before),
            Command::DeleteTask(id) => self.delete_task(id),
            Command::TakeBack(id, field) => self.take_back(now, id, field),
            Command::Dismiss(id, field) => self.dismiss(id, field),
            Command::Undo => self.plan_undo(now),
            Command::Post {
                text,
                reply_to,
                to,
                ttl_ms,
            } => {
                let post = Post {
                    text,
                    reply_to,
                    ttl_ms,
                };
                self.plan_post(post, to)
            }
            Command::MarkRead(id) => self.mark_read(id),
            Command::Typing(on) => {
                self.typing = on;
                self.announce_presence();
                Ok(Plan::Answer(Done::Ok))
            }
            Command::RestartIce(peer) => self.restart_ice(now, peer),
            Command::Probe => Ok(self.probe_all(now, ticket)),
            Command::Diagnose(peer) => Ok(self.diagnose(now, ticket, peer)),
            Command::Invite => self.invite(now, ticket),
            Command::TakeSlip(text) => self.take_slip(now, ticket, &text),
            Command::Fault(fault) => self.fault(now, fault),
            Command::Leave if joined => Ok(Plan::Write(vec![Body::Leave], Outcome::Leave)),
            Command::Leave => {
                self.leave(now);
                Ok(Plan::Answer(Done::Ok))
            }
        }
    }

    fn restart_ice(&mut self, now: Now, peer: Option<PeerId>) -> Result<Plan, CommandError> {
        match peer {
            Some(id) if !self.peers.contains_key(&id) => return Err(CommandError::NoSuchPerson),
            Some(id) if self.can_signal(id) && self.is_neighbour(id) => {
                if let Some(peer) = self.peers.get_mut(&id) {
                    let steps = peer.negotiation.restart(now.mono);
                    self.perform(now, id, steps);
                }
            }
            Some(_) => {}
            None => self.restart_all(now),
        }
        Ok(Plan::Answer(Done::Ok))
    }

    /// Writes operations and asks to save them. All of them, or none.
    pub(super) fn write(
        &mut self,
        now: Now,
        answer: Option<Ticket>,
        mut bodies: Vec<Body>,
        outcome: Outcome,
    ) {
        if self.replica.have().get(self.me) == 0 {
            bodies.insert(
                0,
                Body::Genesis {
                    public_key: self.device.public(),
                    slot: self.device.slot(),
                },
            );
        }
        let mut written = Vec::with_capacity(bodies.len());
        for body in bodies {
            match self.replica.write(now.wall, body) {
                Ok(id) => written.push(id),
                Err(_) => {
                    self.replica.retract();
                    self.answer(answer, Err(CommandError::TooLong));
                    return;
                }
            }
        }
        let (done, then) = match (outcome, written.last()) {
            (Outcome::Ok, _) | (Outcome::LastIsMessage, None) => (Done::Ok, Then::Nothing),
            (Outcome::Undoable(undo), last) => (Done::Ok, Then::Remember(undo.written_by(last))),
            (Outcome::Undone, _) => (Done::Ok, Then::ForgetUndone),
            (Outcome::Task(id), _) => (Done::Task(id), Then::Remember(Undo::Added(vec![id]))),
            (Outcome::Tasks(ids), _) => {
                (Done::Tasks(ids.clone()), Then::Remember(Undo::Added(ids)))
            }
            (Outcome::TakenBack(id, deletion), _) => (Done::Task(id), Then::Dismiss(deletion)),
            (Outcome::LastIsMessage, Some(id)) => (Done::Message(*id), Then::Nothing),
            (Outcome::Leave, _) => (Done::Ok, Then::Leave),
        };
        let first = written.first().map_or(0, |id| id.seq);
        if !self.is_clock_measured() {
            self.first_draft.get_or_insert(first);
        }
        let records = if self.durable {
            self.own_records(first)
        } else {
            Vec::new()
        };
        let saving = self.save(records, Saving::Own);
        self.pending = Some(Pending {
            saving,
            answer,
            done,
            then,
        });
        if !self.durable {
            self.own_saved(now, saving, Ok(()));
        }
    }

    fn answer(&mut self, to: Option<Ticket>, result: Result<Done, CommandError>) {
        if let Some(ticket) = to {
            self.output(Output::Done(ticket, result));
        }
    }

    /// The answer to saving own operations.
    pub(super) fn own_saved(&mut self, now: Now, saving: Ticket, result: Result<(), SaveError>) {
        let Some(pending) = self.pending.take_if(|pending| pending.saving == saving) else {
            return;
        };
        self.storage_state(result);
        if result.is_err() {
            self.replica.retract();
            let head = self.replica.have().get(self.me);
            self.first_draft = self.first_draft.filter(|first| *first <= head);
            self.answer(pending.answer, Err(CommandError::StorageFull));
            return;
        }
        self.replica.commit();
        self.kept.raise(self.me, self.replica.have().get(self.me));
        self.settle(now);
        self.answer(pending.answer, Ok(pending.done));
        match pending.then {
            Then::Nothing => {}
            Then::Remember(undo) => self.undo.remember(undo),
            Then::ForgetUndone => self.undo.pop(),
            Then::Dismiss(deletion) => self.remember_dismissed(deletion, None),
            Then::Leave => {
                self.choose_paths(now);
                self.pump(now);
                self.leave(now);
            }
        }
    }

    pub(super) fn storage_state(&mut self, result: Result<(), SaveError>) {
        if self.durable {
            self.storage = match result {
                Ok(()) => StorageState::Fine,
                Err(SaveError::Full) => StorageState::Full,
                Err(SaveError::Blocked) => StorageState::Blocked,
            };
        }
    }

    fn leave(&mut self, now: Now) {
        self.left = true;
        self.close_all(now);
        self.timers = crate::timer::Timers::default();
        self.log(Level::Info, Phase::Discovery, None, "left the room".into());
    }

    pub(super) fn reject(&mut self, phase: Phase, peer: Option<PeerId>, error: WireError) {
        if let WireError::Unknown(_) = error {
            self.unknown_frames += 1;
            self.log(Level::Debug, phase, peer, format!("skipped: {error}"));
            return;
        }
        self.rejected += 1;
        if let (Phase::Handshake, Some(id)) = (phase, peer) {
            self.notice_refusal(id);
        }
        self.changes.room = true;
        self.log(Level::Warn, phase, peer, format!("refused: {error}"));
    }
}
