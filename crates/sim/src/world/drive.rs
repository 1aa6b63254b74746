//! The shell of every node: one input, then all its outputs, then one timer (the drive contract of the core).

use super::{Event, World, stream};
use crate::dice::seed_of;
use crate::disk::{Disk, Health};
use crate::host::Crash;
use crate::net::End;
use crate::rtc::PcId;
use corridor_core::capsule::Recorder;
use corridor_core::id::Ticket;
use corridor_core::limits;
use corridor_core::node::{Config, HubOp, Input, Node, Output, RtcOp};
use corridor_core::store::Key;

/// What a node asks of its storage.
#[derive(Debug)]
pub(super) enum DiskJob {
    Save(Ticket, Vec<(Key, Vec<u8>)>),
    Remove(Vec<Key>),
}

/// More inputs than this in one go mean that node and storage talk to each other for ever.
const MOST_INPUTS: u32 = 5_000;
/// Timers of a hidden page fire this often (Chromium's intensive throttling).
const HIDDEN_TIMER: u64 = 60_000;

impl World {
    /// Opens the tab of `host`, which reads its disk.
    pub fn start(&mut self, host: usize) {
        let now = self.clock(host);
        let Some(h) = self.hosts.get_mut(host).filter(|h| h.node.is_none()) else {
            return;
        };
        h.run += 1;
        h.opened_at = self.now;
        let (run, disk) = (h.run, h.disk);
        let stored = self.disks.get(disk).map(Disk::read).unwrap_or_default();
        let keys: Vec<Key> = stored.iter().map(|(key, _)| *key).collect();
        let Some(config) = self.config(host) else {
            return;
        };
        let salt = seed_of(self.setup.seed, stream::NODES, u64::MAX);
        let mut recorder = self
            .recording
            .then(|| Recorder::new(&config, now, stored.clone(), salt));
        let node = Node::new(config, now, stored);
        if let Some(recorder) = recorder.as_mut() {
            recorder.begin(&node);
        }
        if let Some(h) = self.hosts.get_mut(host) {
            h.node = Some(node);
            h.recorder = recorder;
        }
        self.holds(host, keys.into_iter());
        self.count.starts += 1;
        self.note(|| format!("host {host} starts run {run}"));
        self.net.set_off(End::Host(host), false);
        self.input(host, Input::Wake);
        self.follow_up();
    }

    /// What the present run of `host` is made from.
    #[must_use]
    pub fn config(&self, host: usize) -> Option<Config> {
        let h = self.hosts.get(host)?;
        let disk = self.disks.get(h.disk)?;
        let number = (host as u64) << 32 | u64::from(h.run);
        Some(Config {
            room: self.room,
            key: h.other_key.clone().unwrap_or_else(|| self.key.clone()),
            device: h.key(),
            seed: seed_of(self.setup.seed, stream::NODES, number),
            durable: disk.health != Health::Blocked,
            hub_host: crate::hub::HOST.to_owned(),
        })
    }

    /// Has the effect of a browser that delivers `input` to the tab of `host` now.
    pub fn inject(&mut self, host: usize, input: Input) {
        self.input(host, input);
        self.follow_up();
    }

    /// Hands one input to a node. A sleeping machine takes it when it wakes.
    pub(super) fn input(&mut self, host: usize, input: Input) {
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        if h.node.is_none() {
            return;
        }
        h.inbox.push_back(input);
        if h.awake() {
            self.drive(host);
        }
    }

    pub(super) fn drive(&mut self, host: usize) {
        let mut inputs = 0;
        loop {
            let now = self.clock(host);
            let Some(h) = self.hosts.get_mut(host) else {
                return;
            };
            let Some(node) = h.node.as_mut() else {
                return;
            };
            let Some(input) = h.inbox.pop_front() else {
                break;
            };
            if let Some(recorder) = h.recorder.as_mut() {
                recorder.input(now, &input);
            }
            node.handle(now, input);
            self.count.inputs += 1;
            inputs += 1;
            if !self.carry_out(host) {
                return;
            }
            if let Some(h) = self.hosts.get_mut(host)
                && let (Some(node), Some(recorder)) = (&h.node, h.recorder.as_mut())
            {
                recorder.turned(node);
            }
            if inputs == MOST_INPUTS {
                self.violate(format!("host {host} never comes to rest"));
                break;
            }
        }
        self.arm(host);
    }

    /// Carries out what the node asks for, in order. False when the tab died on the way.
    fn carry_out(&mut self, host: usize) -> bool {
        let mut view_seen = false;
        while let Some(output) = self.next_output(host) {
            if view_seen {
                self.violate(format!("host {host}: an output after the view"));
            }
            view_seen = matches!(output, Output::View(_));
            let died = self.perform(host, output);
            if died {
                return false;
            }
        }
        true
    }

    fn next_output(&mut self, host: usize) -> Option<Output> {
        let h = self.hosts.get_mut(host)?;
        let output = h.node.as_mut()?.poll_output()?;
        if let Some(recorder) = h.recorder.as_mut() {
            recorder.output(&output);
        }
        Some(output)
    }

    /// Carries out one output. True when the host dies at this point.
    fn perform(&mut self, host: usize, output: Output) -> bool {
        let crash = self.crash_point(host);
        if crash.is_some_and(|crash| crash.after == 0) {
            let torn = self.dice.chance(500);
            if let (Output::Save(_, records), true) = (&output, torn) {
                let disk = self.hosts.get(host).map(|h| h.disk);
                if let Some(disk) = disk.and_then(|disk| self.disks.get_mut(disk)) {
                    disk.write_torn(records, &mut self.dice);
                }
            }
            self.kill(host, crash.is_some_and(|crash| crash.power));
            return true;
        }
        let client = (host, self.hosts.get(host).map_or(0, |h| h.run));
        match output {
            Output::Save(ticket, records) => {
                for (key, bytes) in &records {
                    self.mix(key.to_string().as_bytes());
                    self.mix(bytes);
                }
                self.disk_job(host, DiskJob::Save(ticket, records));
            }
            Output::Remove(keys) => {
                self.mix(&(keys.len() as u64).to_le_bytes());
                self.disk_job(host, DiskJob::Remove(keys));
            }
            Output::Hub(op) => {
                if let HubOp::Send(bytes) = &op {
                    self.mix(bytes);
                    if bytes.len() > limits::MAX_HUB_FRAME_BYTES {
                        self.violate(format!("host {host}: hub frame beyond its limit"));
                    }
                } else {
                    self.note(|| format!("host {host} hub {op:?}"));
                }
                self.hub.operate(self.now, &mut self.net, client, op);
            }
            Output::Rtc { conn, peer: _, op } => {
                self.watch_rtc(host, conn, &op);
                let (host, run) = client;
                let id = PcId { host, run, conn };
                self.rtc.operate(self.now, &mut self.net, id, op);
            }
            Output::View(changes) => self.watch_view(host, &changes),
            Output::Done(ticket, answer) => self.done(host, ticket, answer),
            Output::Log(line) => self.watch_log(host, &line),
        }
        self.follow_up();
        false
    }

    fn crash_point(&mut self, host: usize) -> Option<Crash> {
        let crash = self.hosts.get_mut(host)?.crash.as_mut()?;
        let now = *crash;
        crash.after = crash.after.saturating_sub(1);
        Some(now)
    }

    fn watch_rtc(&mut self, host: usize, conn: corridor_core::id::ConnId, op: &RtcOp) {
        match op {
            RtcOp::Send(bytes) => {
                self.mix(bytes);
                self.record_packet(host, bytes);
                if bytes.len() > limits::MAX_PACKET_BYTES {
                    self.violate(format!("host {host}: packet beyond its limit"));
                }
            }
            RtcOp::SetRemote(d) => {
                let kind = d.kind;
                self.note(|| format!("host {host} conn {} SetRemote {kind:?}", conn.0));
            }
            other => self.note(|| format!("host {host} conn {} {other:?}", conn.0)),
        }
    }

    /// Gives the storage something to do: at once, or in order after a while.
    fn disk_job(&mut self, host: usize, job: DiskJob) {
        let delay = self.setup.disk_delay;
        let wait = if delay > 0 {
            self.dice.range(0, delay)
        } else {
            0
        };
        let now = self.now;
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        let run = h.run;
        if delay == 0 {
            let answer = self.carry_out_on_disk(host, job);
            if let (Some(answer), Some(h)) = (answer, self.hosts.get_mut(host)) {
                h.inbox.push_back(answer);
            }
            return;
        }
        h.disk_until = h.disk_until.max(now + wait);
        let at = h.disk_until;
        self.queue.push(at, Event::Disk { host, run, job });
    }

    /// A slow storage gets to a job. When its tab has died meanwhile, the job may be lost, and nobody is told.
    pub(super) fn disk_works(&mut self, host: usize, run: u32, job: DiskJob) {
        let Some(h) = self.hosts.get(host).filter(|h| h.run == run) else {
            return;
        };
        let alive = h.node.is_some();
        if !alive && self.dice.chance(500) {
            return;
        }
        let answer = self.carry_out_on_disk(host, job);
        if let Some(answer) = answer.filter(|_| alive) {
            self.input(host, answer);
        }
    }

    fn carry_out_on_disk(&mut self, host: usize, job: DiskJob) -> Option<Input> {
        let disk = self.disks.get_mut(self.hosts.get(host)?.disk)?;
        match job {
            DiskJob::Remove(keys) => {
                disk.remove(&keys);
                None
            }
            DiskJob::Save(ticket, records) => {
                let answer = disk.write(&records);
                if answer.is_ok() {
                    self.holds(host, records.iter().map(|(key, _)| *key));
                } else {
                    self.storage_failed(host);
                }
                Some(Input::Saved(ticket, answer))
            }
        }
    }

    /// Arms the one timer of a node.
    fn arm(&mut self, host: usize) {
        let now = self.now;
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        let Some(node) = h.node.as_ref() else {
            return;
        };
        h.wake += 1;
        let version = h.wake;
        let Some(wake) = node.next_wake() else {
            return;
        };
        let hurried = wake.at.0 <= now;
        h.hurry = if hurried { h.hurry + 1 } else { 0 };
        let spins = h.hurry == 100;
        let mut at = wake.at.0.max(now);
        if hurried && h.hurry > 20 {
            at = now + 1;
        }
        if h.hidden {
            let phase = (host as u64 * 7_919) % HIDDEN_TIMER;
            at = (at + HIDDEN_TIMER - 1 - phase) / HIDDEN_TIMER * HIDDEN_TIMER + phase;
        }
        self.queue.push(at, Event::Wake { host, version });
        if wake.reason.trim().is_empty() {
            self.violate(format!("host {host}: a wake without a reason"));
        }
        if spins {
            self.violate(format!(
                "host {host} asks to be woken at once, again and again: {}",
                wake.reason
            ));
        }
    }
}
