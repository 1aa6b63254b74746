//! The shell of every node: one input, then all its outputs, then one timer (the drive contract of the core).

use super::{Event, World, stream};
use crate::dice::seed_of;
use crate::disk::Health;
use crate::host::Crash;
use crate::net::End;
use crate::rtc::PcId;
use corridor_core::id::Ticket;
use corridor_core::limits;
use corridor_core::node::{Config, HubOp, Input, Node, Output, RtcOp};
use corridor_core::store::Key;

/// More inputs than this in one go mean that node and storage talk to each other for ever.
const MOST_INPUTS: u32 = 5_000;
/// Timers of a hidden page fire this often (Chromium's intensive throttling).
const HIDDEN_TIMER: u64 = 60_000;

impl World {
    /// Opens the tab of `host`, which reads its disk.
    pub fn start(&mut self, host: usize) {
        let (now, seed, room, key) = (
            self.clock(host),
            self.setup.seed,
            self.room,
            self.key.clone(),
        );
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        if h.node.is_some() {
            return;
        }
        h.run += 1;
        h.opened_at = self.now;
        let Some(disk) = self.disks.get(h.disk) else {
            return;
        };
        let config = Config {
            room,
            key: h.other_key.clone().unwrap_or(key),
            device: h.key(),
            seed: seed_of(seed, stream::NODES, (host as u64) << 32 | u64::from(h.run)),
            durable: disk.health != Health::Blocked,
            hub_host: "hub.test".to_owned(),
        };
        let stored = disk.read();
        let keys: Vec<Key> = stored.iter().map(|(key, _)| *key).collect();
        h.node = Some(Node::new(config, now, stored));
        let run = h.run;
        self.holds(host, keys.into_iter());
        self.count.starts += 1;
        self.note(|| format!("host {host} starts run {run}"));
        self.net.set_off(End::Host(host), false);
        self.input(host, Input::Wake);
        self.follow_up();
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
            node.handle(now, input);
            self.count.inputs += 1;
            inputs += 1;
            if !self.carry_out(host) {
                return;
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
        self.hosts.get_mut(host)?.node.as_mut()?.poll_output()
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
            Output::Save(ticket, records) => self.save(host, ticket, &records),
            Output::Remove(keys) => {
                self.mix(&(keys.len() as u64).to_le_bytes());
                let disk = self.hosts.get(host).map(|h| h.disk);
                if let Some(disk) = disk.and_then(|disk| self.disks.get_mut(disk)) {
                    disk.remove(&keys);
                }
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

    fn save(&mut self, host: usize, ticket: Ticket, records: &[(Key, Vec<u8>)]) {
        for (key, bytes) in records {
            self.mix(key.to_string().as_bytes());
            self.mix(bytes);
        }
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        let Some(disk) = self.disks.get_mut(h.disk) else {
            return;
        };
        let answer = disk.write(records);
        let run = h.run;
        if answer.is_ok() {
            self.holds(host, records.iter().map(|(key, _)| *key));
        } else {
            self.storage_failed(host);
        }
        let input = Input::Saved(ticket, answer);
        if self.setup.disk_delay == 0 {
            if let Some(h) = self.hosts.get_mut(host) {
                h.inbox.push_back(input);
            }
        } else {
            let at = self.now + self.dice.range(0, self.setup.disk_delay);
            self.queue.push(at, Event::Input { host, run, input });
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
