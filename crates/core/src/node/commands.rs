//! Carrying out commands. A durable one is written, saved, and only then applied, shown and sent (L3).

use super::command::{Command, CommandError, Done, Fault, ProbeResult};
use super::input::SaveError;
use super::output::{Level, Output, Phase};
use super::peer::Route;
use super::view::{Path, StorageState};
use super::{Node, Saving, Timer};
use crate::id::{OpId, PeerId, Seq, TaskId, Ticket, WriterId};
use crate::limits;
use crate::model::{Body, TaskChange};
use crate::store::{Key, between, saved};
use crate::time::{Mono, Now};
use crate::wire::WireError;
use crate::wire::peer::PeerFrame;
use std::collections::BTreeMap;

/// Own operations that are being saved; only one command at a time.
#[derive(Debug)]
pub(super) struct Pending {
    saving: Ticket,
    answer: Ticket,
    done: Done,
    leave: bool,
}

/// A probe under way.
#[derive(Debug)]
pub(super) struct Probe {
    ticket: Ticket,
    asked: BTreeMap<(PeerId, Route), (u64, Mono)>,
    results: BTreeMap<PeerId, ProbeResult>,
}

/// What a command comes down to.
enum Plan {
    Write(Vec<Body>, Outcome),
    Answer(Done),
    /// Answered later.
    Later,
}

/// How the answer follows from the operations written.
enum Outcome {
    Ok,
    Task(TaskId),
    Tasks(Vec<TaskId>),
    LastIsMessage,
    Leave,
}

impl Node {
    /// Takes the next command, unless one is being saved.
    pub(super) fn next_command(&mut self, now: Now) {
        while self.pending.is_none() {
            let Some((ticket, command)) = self.commands.pop_front() else {
                return;
            };
            match self.plan(now, ticket, command) {
                Ok(Plan::Write(bodies, outcome)) => self.write(now, ticket, bodies, outcome),
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
                    .is_some_and(|me| *me.profile.get() == profile && me.left.is_none());
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
            Command::EditTask(id, changes) => self.edit(id, changes),
            Command::MoveTask {
                task,
                after,
                before,
            } => {
                let place = |id: Option<TaskId>| {
                    id.map(|id| {
                        self.replica
                            .tasks
                            .position(id)
                            .ok_or(CommandError::NoSuchTask)
                    })
                    .transpose()
                };
                let (low, high) = (place(after)?, place(before)?);
                let position = between(low.as_deref(), high.as_deref());
                self.edit(task, vec![TaskChange::Position(position)])
            }
            Command::DeleteTask(id) if self.replica.tasks.is_alive(id) => {
                Ok(Plan::Write(vec![Body::DeleteTask(id)], Outcome::Ok))
            }
            Command::DeleteTask(_) => Err(CommandError::NoSuchTask),
            Command::Post { text, reply_to } => {
                if text.expose().trim().is_empty() {
                    return Err(CommandError::Empty);
                }
                if reply_to.is_some_and(|id| self.replica.chat.rank(id).is_none()) {
                    return Err(CommandError::NoSuchMessage);
                }
                self.typing = false;
                Ok(Plan::Write(
                    vec![Body::Post { text, reply_to }],
                    Outcome::LastIsMessage,
                ))
            }
            Command::MarkRead(id) => self.mark_read(id),
            Command::Typing(on) => {
                self.typing = on;
                self.announce_presence();
                Ok(Plan::Answer(Done::Ok))
            }
            Command::RestartIce(peer) => self.restart_ice(now, peer),
            Command::Probe => Ok(self.probe_all(now, ticket)),
            Command::Fault(fault) => self.fault(now, fault),
            Command::Leave if joined => Ok(Plan::Write(vec![Body::Leave], Outcome::Leave)),
            Command::Leave => {
                self.leave(now);
                Ok(Plan::Answer(Done::Ok))
            }
        }
    }

    fn new_task(
        &mut self,
        now: Now,
        changes: Vec<TaskChange>,
    ) -> Result<(TaskId, Body), CommandError> {
        let titled = changes
            .iter()
            .any(|change| matches!(change, TaskChange::Title(title) if !title.expose().trim().is_empty()));
        if !titled {
            return Err(CommandError::Empty);
        }
        let id = TaskId(self.rng.uuid_v7(now.wall));
        Ok((id, Body::Task(id, changes)))
    }

    fn edit(&self, id: TaskId, mut changes: Vec<TaskChange>) -> Result<Plan, CommandError> {
        if !self.replica.tasks.is_alive(id) {
            return Err(CommandError::NoSuchTask);
        }
        if changes.iter().any(
            |change| matches!(change, TaskChange::Title(title) if title.expose().trim().is_empty()),
        ) {
            return Err(CommandError::Empty);
        }
        self.replica.tasks.retain_news(id, &mut changes);
        Ok(if changes.is_empty() {
            Plan::Answer(Done::Ok)
        } else {
            Plan::Write(vec![Body::Task(id, changes)], Outcome::Ok)
        })
    }

    fn mark_read(&self, id: OpId) -> Result<Plan, CommandError> {
        let rank = self
            .replica
            .chat
            .rank(id)
            .ok_or(CommandError::NoSuchMessage)?;
        let mut through: BTreeMap<WriterId, Seq> = BTreeMap::new();
        for message in self
            .replica
            .chat
            .through(rank)
            .filter(|message| message.writer != self.me)
        {
            if message.seq > self.replica.roster.read_of(self.me, message.writer) {
                let seq = through.entry(message.writer).or_default();
                *seq = (*seq).max(message.seq);
            }
        }
        Ok(if through.is_empty() {
            Plan::Answer(Done::Ok)
        } else {
            Plan::Write(vec![Body::Read(through.into_iter().collect())], Outcome::Ok)
        })
    }

    fn restart_ice(&mut self, now: Now, peer: Option<PeerId>) -> Result<Plan, CommandError> {
        let ids: Vec<PeerId> = match peer {
            Some(id) if self.peers.contains_key(&id) => vec![id],
            Some(_) => return Err(CommandError::NoSuchPeer),
            None => self.peers.keys().copied().collect(),
        };
        for id in ids {
            if !self.can_signal(id) {
                continue;
            }
            if let Some(peer) = self.peers.get_mut(&id) {
                let steps = peer.negotiation.restart(now.mono);
                self.perform(now, id, steps);
            }
        }
        Ok(Plan::Answer(Done::Ok))
    }

    fn fault(&mut self, now: Now, fault: Fault) -> Result<Plan, CommandError> {
        match fault {
            Fault::DropLink(id) => {
                let peer = self.peers.get_mut(&id).ok_or(CommandError::NoSuchPeer)?;
                let steps = peer.negotiation.reset();
                self.perform(now, id, steps);
                if self.can_signal(id) {
                    self.reach(now, id);
                }
            }
            Fault::RelayOnly(on) => self.set_relay_only(now, on),
            Fault::CutHub(on) => self.set_cut_hub(now, on),
        }
        Ok(Plan::Answer(Done::Ok))
    }

    /// Writes operations and asks to save them. All of them, or none.
    fn write(&mut self, now: Now, answer: Ticket, mut bodies: Vec<Body>, outcome: Outcome) {
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
            match self.replica.write(&self.device, now.wall, body) {
                Ok(id) => written.push(id),
                Err(_) => {
                    self.replica.retract(self.me);
                    self.output(Output::Done(answer, Err(CommandError::TooLong)));
                    return;
                }
            }
        }
        let done = match (outcome, written.last()) {
            (Outcome::Task(id), _) => Done::Task(id),
            (Outcome::Tasks(ids), _) => Done::Tasks(ids),
            (Outcome::LastIsMessage, Some(id)) => Done::Message(*id),
            (Outcome::Leave, _) => {
                self.leaving = true;
                Done::Ok
            }
            _ => Done::Ok,
        };
        let records: Vec<(Key, Vec<u8>)> = written
            .iter()
            .filter_map(|id| self.op_record(*id))
            .collect();
        let saving = self.save(records, Saving::Own);
        let leave = std::mem::take(&mut self.leaving);
        self.pending = Some(Pending {
            saving,
            answer,
            done,
            leave,
        });
        if !self.durable {
            self.own_saved(now, saving, Ok(()));
        }
    }

    pub(super) fn op_record(&self, id: OpId) -> Option<(Key, Vec<u8>)> {
        let entry = self.replica.entry(id)?;
        Some((
            Key::Op(self.room, id.writer, id.seq),
            saved::op_record(entry),
        ))
    }

    /// The answer to saving own operations.
    pub(super) fn own_saved(&mut self, now: Now, saving: Ticket, result: Result<(), SaveError>) {
        let Some(pending) = self.pending.take_if(|pending| pending.saving == saving) else {
            return;
        };
        self.storage_state(result);
        if result.is_err() {
            self.replica.retract(self.me);
            self.output(Output::Done(pending.answer, Err(CommandError::StorageFull)));
            return;
        }
        self.replica.commit(self.me);
        self.kept.raise(self.me, self.replica.have().get(self.me));
        self.settle(now);
        self.output(Output::Done(pending.answer, Ok(pending.done)));
        if pending.leave {
            self.choose_paths(now);
            self.pump(now);
            self.leave(now);
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

    fn probe_all(&mut self, now: Now, ticket: Ticket) -> Plan {
        let mut probe = Probe {
            ticket,
            asked: BTreeMap::new(),
            results: BTreeMap::new(),
        };
        let hub = self.hub.is_joined();
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let nonce = self.rng.next_u64();
            let beat = self.beat(nonce);
            let Some(peer) = self
                .peers
                .get_mut(&id)
                .filter(|peer| peer.path != Path::None)
            else {
                continue;
            };
            let routes = [
                (Route::Direct, peer.negotiation.is_open()),
                (Route::Hub, hub && peer.on_hub),
            ];
            for (route, _) in routes.iter().filter(|(_, open)| *open) {
                peer.outgoing.push((*route, PeerFrame::Ping(beat)));
                probe.asked.insert((id, *route), (nonce, now.mono));
            }
            probe.results.insert(
                id,
                ProbeResult {
                    peer: id,
                    direct_ms: None,
                    relay_ms: None,
                    bytes: peer.bytes,
                },
            );
        }
        if let Some(older) = self.probe.replace(probe) {
            self.output(Output::Done(
                older.ticket,
                Ok(Done::Probed(older.results.into_values().collect())),
            ));
        }
        self.timers
            .set(Timer::Probe, now.mono.plus(limits::ACK_PATIENCE));
        self.probe_finished(false);
        Plan::Later
    }

    pub(super) fn probe_answered(&mut self, now: Now, id: PeerId, route: Route, nonce: u64) {
        let Some(probe) = self.probe.as_mut() else {
            return;
        };
        let Some((_, sent)) = probe
            .asked
            .get(&(id, route))
            .filter(|(asked, _)| *asked == nonce)
            .copied()
        else {
            return;
        };
        probe.asked.remove(&(id, route));
        let took = u64::try_from(now.mono.since(sent).as_millis()).unwrap_or(u64::MAX);
        if let Some(result) = probe.results.get_mut(&id) {
            match route {
                Route::Direct => result.direct_ms = Some(took),
                Route::Hub => result.relay_ms = Some(took),
            }
            if let Some(peer) = self.peers.get(&id) {
                result.bytes = peer.bytes;
            }
        }
        self.probe_finished(false);
    }

    /// Answers the probe when all have answered, or when their time is up.
    pub(super) fn probe_finished(&mut self, time_is_up: bool) {
        let ready = self
            .probe
            .take_if(|probe| time_is_up || probe.asked.is_empty());
        if let Some(probe) = ready {
            self.timers.clear(Timer::Probe);
            let results = probe.results.into_values().collect();
            self.output(Output::Done(probe.ticket, Ok(Done::Probed(results))));
        }
    }

    pub(super) fn reject(&mut self, phase: Phase, peer: Option<PeerId>, error: WireError) {
        if let WireError::Unknown(_) = error {
            self.unknown_frames += 1;
            self.log(Level::Debug, phase, peer, format!("skipped: {error}"));
            return;
        }
        self.rejected += 1;
        self.changes.room = true;
        self.log(Level::Warn, phase, peer, format!("refused: {error}"));
    }
}
