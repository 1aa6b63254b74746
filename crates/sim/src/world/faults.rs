//! What goes wrong, and how it is put right.

use super::World;
use crate::host::Crash;
use crate::hub::Stop;
use crate::net::End;
use corridor_core::node::{Command, Fault, Input, Lifecycle};
use std::net::IpAddr;

impl World {
    /// The tab dies at once. With `power` the machine dies with it and closes nothing.
    pub fn kill(&mut self, host: usize, power: bool) {
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        if h.node.is_none() {
            return;
        }
        let client = (host, h.run);
        h.forget();
        self.count.crashes += 1;
        self.note(|| format!("host {host} dies (power: {power})"));
        self.gone(client, power);
    }

    /// The tab is closed or reloaded properly: the page hears `pagehide` and has this one turn.
    pub fn close(&mut self, host: usize) {
        self.input(host, Input::Lifecycle(Lifecycle::Closing));
        self.follow_up();
        let Some(h) = self.hosts.get_mut(host) else {
            return;
        };
        if h.node.is_none() {
            return;
        }
        let client = (host, h.run);
        h.forget();
        self.count.closes += 1;
        self.note(|| format!("host {host} closes"));
        self.gone(client, false);
    }

    fn gone(&mut self, client: (usize, u32), power: bool) {
        self.rtc.vanish(self.now, client.0);
        self.hub.vanish(self.now, &mut self.net, client, power);
        if power {
            self.net.set_off(End::Host(client.0), true);
        }
        self.rtc.network_changed(self.now, &self.net);
        self.follow_up();
    }

    /// Closes a tab properly and opens it again from its disk.
    pub fn reload(&mut self, host: usize) {
        self.close(host);
        self.join(host);
    }

    /// Lets a host die after it has carried out `after` more outputs.
    pub fn crash_after(&mut self, host: usize, after: u32, power: bool) {
        if let Some(h) = self.hosts.get_mut(host) {
            h.crash = Some(Crash { after, power });
        }
    }

    /// The machine sleeps: nothing on it runs, and it is off the network.
    pub fn sleep(&mut self, host: usize) {
        if let Some(h) = self.hosts.get_mut(host).filter(|h| h.node.is_some()) {
            h.asleep = true;
            self.note(|| format!("host {host} sleeps"));
            self.net.set_off(End::Host(host), true);
            self.network_changed();
        }
    }

    /// The machine wakes, and takes what came in meanwhile.
    pub fn wake(&mut self, host: usize) {
        let Some(h) = self.hosts.get_mut(host).filter(|h| h.asleep) else {
            return;
        };
        h.asleep = false;
        self.note(|| format!("host {host} wakes"));
        self.net.set_off(End::Host(host), false);
        self.network_changed();
        self.input(host, Input::Wake);
        self.follow_up();
    }

    /// Cuts both directions between two ends.
    pub fn cut(&mut self, a: End, b: End) {
        self.note(|| format!("cut {a:?} {b:?}"));
        self.net.cut(a, b);
        self.count.cuts += 1;
        self.network_changed();
    }

    /// Cuts one direction.
    pub fn cut_one_way(&mut self, from: End, to: End) {
        self.note(|| format!("cut {from:?} to {to:?}"));
        self.net.cut_one_way(from, to);
        self.count.cuts += 1;
        self.network_changed();
    }

    /// Cuts a host from everyone.
    pub fn isolate(&mut self, host: usize) {
        for end in self.ends() {
            if end != End::Host(host) {
                self.net.cut(End::Host(host), end);
            }
        }
        self.note(|| format!("isolate host {host}"));
        self.count.cuts += 1;
        self.network_changed();
    }

    /// A host gets another address: what was bound to the old one is dead without a word.
    pub fn readdress(&mut self, host: usize) {
        self.note(|| format!("host {host} gets another address"));
        self.count.cuts += 1;
        let (own, seen) = (self.net.own(host), self.net.seen(host));
        let moved = next_network(own);
        self.net
            .place(host, moved, if own == seen { moved } else { seen });
        self.hub.strand(host);
        self.rtc.strand(self.now, host);
        self.follow_up();
    }

    /// Splits the network.
    pub fn partition(&mut self, groups: &[Vec<End>]) {
        self.note(|| format!("partition {groups:?}"));
        let all = self.ends();
        self.net.partition(&all, groups);
        self.count.cuts += 1;
        self.network_changed();
    }

    /// Undoes all cuts.
    pub fn heal(&mut self) {
        self.note(|| "heal".to_owned());
        self.net.heal_all();
        self.network_changed();
    }

    /// The hub dies.
    pub fn stop_hub(&mut self, how: Stop) {
        if self.hub.runs() {
            self.note(|| format!("hub stops {how:?}"));
            self.hub.stop(self.now, &mut self.net, how);
            self.count.hub_deaths += 1;
            self.network_changed();
        }
    }

    /// One of several hubs dies.
    pub fn stop_site(&mut self, site: usize) {
        self.note(|| format!("hub {site} stops"));
        self.hub.stop_site(self.now, &mut self.net, site);
        self.count.hub_deaths += 1;
        self.network_changed();
    }

    /// One of several hubs starts again, with an empty memory.
    pub fn start_site(&mut self, site: usize) {
        self.note(|| format!("hub {site} starts"));
        self.hub.start_site(self.now, site);
        self.network_changed();
    }

    /// The hub starts again, with an empty memory.
    pub fn start_hub(&mut self) {
        self.note(|| "hub starts".to_owned());
        self.hub.start(self.now, &mut self.net);
        self.network_changed();
    }

    fn network_changed(&mut self) {
        self.rtc.network_changed(self.now, &self.net);
        self.follow_up();
    }

    /// Everything that is still broken by the world is put right: cuts, sleep, power, full disks, weather, the
    /// hub, and closed tabs of people who did not leave.
    pub fn put_right(&mut self) {
        self.heal();
        self.start_hub();
        self.hub.join_sites();
        self.net.weather = crate::net::Weather::CALM;
        for disk in &mut self.disks {
            disk.health = crate::disk::Health::Fine;
        }
        for host in 0..self.hosts.len() {
            self.wake(host);
            let Some(h) = self.hosts.get_mut(host) else {
                continue;
            };
            h.crash = None;
            let (left, hidden) = (h.left, h.hidden);
            if left {
                continue;
            }
            if hidden {
                self.lifecycle(host, Lifecycle::Visible);
            }
            self.join(host);
            for fault in [Fault::RelayOnly(false), Fault::CutHub(false)] {
                self.ask(host, Command::Fault(fault));
            }
            let writers: Vec<_> = self.hosts.iter().map(|h| h.writer).collect();
            for peer in writers {
                self.ask(host, Command::Fault(Fault::Avoid(peer, false)));
            }
            self.lifecycle(host, Lifecycle::Online);
        }
    }
}

/// The address with another number in its third place.
fn next_network(at: IpAddr) -> IpAddr {
    match at {
        IpAddr::V4(at) => {
            let [a, b, c, d] = at.octets();
            IpAddr::from([a, b, c.wrapping_add(1), d])
        }
        v6 => v6,
    }
}
