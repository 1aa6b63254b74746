//! Several hubs behind one address that serve the same rooms (rules F-…), and the network between them.

use super::{Down, Due, Hub};
use crate::dice::Dice;
use crate::net::Net;
use crate::queue::Ms;
use corridor_core::broker::{Broker, BrokerInput, MeshStatus, Subject};
use corridor_core::id::RoomId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One process.
#[derive(Default)]
pub(super) struct Site {
    pub(super) broker: Option<Broker>,
    pub(super) armed: Option<Ms>,
    listening: BTreeSet<RoomId>,
    /// So much has it heard of what a shared archive told.
    told: usize,
}

impl Site {
    pub(super) fn of(broker: Broker, told: usize) -> Self {
        Self {
            broker: Some(broker),
            told,
            ..Self::default()
        }
    }
}

type Crossing = (usize, Subject, Arc<[u8]>);

/// Keeps the order of each pair, and loses what the test wants lost.
pub(super) struct Between {
    dice: Dice,
    /// Frames lost, in a thousand.
    loss: u64,
    /// Sites that neither hear nor are heard.
    apart: BTreeSet<usize>,
    under_way: BTreeMap<u64, Crossing>,
    next: u64,
    /// When the last frame of a pair arrives.
    last: BTreeMap<(usize, usize), Ms>,
    crossed: u64,
}

impl Between {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed, 92),
            loss: 0,
            apart: BTreeSet::new(),
            under_way: BTreeMap::new(),
            next: 0,
            last: BTreeMap::new(),
            crossed: 0,
        }
    }
}

impl Hub {
    /// What the page of one site says; `None` while it is down.
    #[must_use]
    pub fn mesh_status_of(&self, now: Ms, site: usize) -> Option<MeshStatus> {
        let broker = self.sites.get(site)?.broker.as_ref()?;
        broker.mesh_status(self.clock(now)).ok()
    }

    /// Where a host is connected.
    #[must_use]
    pub fn site_of(&self, host: usize) -> Option<usize> {
        let socket = self.sockets.get(self.current.get(&host)?)?;
        socket.accepted.then_some(socket.site)
    }

    /// Frames that went from site to site.
    #[must_use]
    pub fn crossings(&self) -> u64 {
        self.between.crossed
    }

    /// Loses so many frames in a thousand between sites.
    pub fn lose_between(&mut self, loss: u64) {
        self.between.loss = loss;
    }

    /// Cuts a site from the others, though not from people.
    pub fn set_apart(&mut self, site: usize) {
        self.between.apart.insert(site);
    }

    /// The sites are joined as they should be.
    pub fn join_sites(&mut self) {
        self.between.apart.clear();
        self.between.loss = 0;
    }

    /// One process ends; the system closes its sockets.
    pub fn stop_site(&mut self, now: Ms, net: &mut Net, site: usize) {
        if let Some(disk) = self.disk.as_mut() {
            disk.die(site);
            self.spread_news(now);
        }
        if let Some(site) = self.sites.get_mut(site) {
            *site = Site::default();
        }
        let own = self.sockets.iter_mut();
        let own: Vec<_> = own
            .filter(|(_, socket)| socket.accepted && socket.site == site)
            .map(|(conn, socket)| {
                socket.accepted = false;
                *conn
            })
            .collect();
        for conn in own {
            self.push_down(now, net, conn, Down::Close);
        }
    }

    /// It starts again, with an empty memory.
    pub fn start_site(&mut self, now: Ms, site: usize) {
        if self.sites.get(site).is_some_and(|s| s.broker.is_none()) {
            self.boot(now, site);
            self.settle(now, site);
        }
    }

    /// The next site that runs, as a load balancer finds it.
    pub(super) fn site_for(&self, host: usize) -> Option<usize> {
        let count = self.sites.len();
        let order = (0..count).map(|step| (host + step) % count);
        let mut running = order.filter(|site| self.sites.get(*site).is_some_and(runs));
        running.next()
    }

    pub(super) fn publish(
        &mut self,
        now: Ms,
        net: &mut Net,
        from: usize,
        subject: Subject,
        bytes: &Arc<[u8]>,
    ) {
        self.tap.between(bytes);
        for to in (0..self.sites.len()).filter(|to| *to != from) {
            let between = &mut self.between;
            let apart = between.apart.contains(&from) || between.apart.contains(&to);
            if apart || (between.loss > 0 && between.dice.chance(between.loss)) {
                continue;
            }
            let last = between.last.entry((from, to)).or_default();
            *last = (now + net.delay()).max(*last);
            between.next += 1;
            let crossing = (to, subject, Arc::clone(bytes));
            between.under_way.insert(between.next, crossing);
            let due = Due::Between(between.next);
            self.effects.later.push((*last, due));
        }
    }

    /// A frame arrives, if its recipient runs and listens.
    pub(super) fn crossed(&mut self, number: u64) -> Option<Crossing> {
        let crossing = self.between.under_way.remove(&number)?;
        let (to, subject, _) = &crossing;
        let site = self.sites.get(*to).filter(|site| runs(site))?;
        let listens = match subject {
            Subject::Hubs => true,
            Subject::Room(room) => site.listening.contains(room),
        };
        self.between.crossed += u64::from(listens);
        listens.then_some(crossing)
    }

    /// The archive has done what waited. What is new, each site hears in its time.
    pub(super) fn disk_works(&mut self, now: Ms, net: &mut Net) {
        let Some(disk) = self.disk.as_mut() else {
            return;
        };
        let answers = disk.work();
        self.spread_news(now);
        for (site, (ticket, result)) in &answers {
            let done = BrokerInput::Archived {
                ticket: *ticket,
                result: result.as_ref().map_err(|error| *error),
            };
            self.broker_input(now, net, *site, done);
        }
    }

    fn spread_news(&mut self, now: Ms) {
        let Some(disk) = self.disk.as_mut().filter(|disk| disk.is_shared()) else {
            return;
        };
        for site in 0..self.sites.len() {
            let at = now + disk.news_take();
            self.effects.later.push((at, Due::News(site)));
        }
    }

    pub(super) fn hear_news(&mut self, now: Ms, net: &mut Net, index: usize) {
        let Some((site, disk)) = self.sites.get_mut(index).zip(self.disk.as_ref()) else {
            return;
        };
        let news = disk.news().get(site.told..).unwrap_or_default().to_vec();
        site.told += news.len();
        self.broker_input(now, net, index, BrokerInput::News(&news));
    }

    pub(super) fn listen(&mut self, site: usize, room: RoomId, on: bool) {
        if let Some(site) = self.sites.get_mut(site) {
            if on {
                site.listening.insert(room);
            } else {
                site.listening.remove(&room);
            }
        }
    }
}

fn runs(site: &Site) -> bool {
    site.broker.is_some()
}
