//! The hub's process around the real broker: WebSockets as pairs of pipes, and the ways a hub can die.

mod carry;
mod disk;
mod sites;
mod socket;

pub use socket::Client;

use crate::dice::seed_of;
use crate::net::{End, Net};
use crate::queue::Ms;
use crate::tap::Tap;
use corridor_core::broker::{
    Broker, BrokerCommand, BrokerConfig, BrokerInput, Layer, MeshStatus, SocketId,
};
use corridor_core::id::RoomId;
use corridor_core::limits;
use corridor_core::node::HubEvent;
use corridor_core::time::{Mono, Now, Wall};
use corridor_core::wire::hub::{HubFrame, Turn};
use disk::HubDisk;
use sites::{Between, Site};
use socket::{Down, Socket};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The name by which people open the hub.
pub const HOST: &str = "hub.test";
/// TCP gives a connection up when its oldest data is unacknowledged for this long.
const TCP_GIVES_UP: Ms = 60_000;

/// A moment the hub asked for.
#[derive(Clone, Copy, Debug)]
pub enum Due {
    /// Something may have arrived at the hub.
    Up(SocketId),
    /// Something may have arrived at the client.
    Down(SocketId),
    /// The client stops waiting for its connection.
    Timeout(SocketId),
    /// The hub's disk has done something.
    Disk,
    /// A site hears what a shared archive tells.
    News(usize),
    /// A question to the STUN server may be answered.
    Look(Client, u64),
    /// The broker of a site asked for it.
    Wake(usize),
    /// Something may have arrived from another site.
    Between(u64),
}

/// What the hub asks of the world.
#[derive(Debug, Default)]
pub struct Effects {
    /// Call [`Hub::due`] at these times.
    pub later: Vec<(Ms, Due)>,
    /// Hand these events to nodes now.
    pub tell: Vec<(Client, HubEvent)>,
}

/// How a hub stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The process ends: the system closes its sockets.
    Process,
    /// The machine is without power: nobody is told.
    Power,
}

/// The hub.
pub struct Hub {
    sites: Vec<Site>,
    between: Between,
    seed: u64,
    lives: u64,
    wall: Wall,
    sockets: BTreeMap<SocketId, Socket>,
    current: BTreeMap<usize, SocketId>,
    next: u64,
    /// Who looks for the hub, and which of all looks that is.
    looking: BTreeMap<usize, u64>,
    looks: u64,
    /// Looks that asked other servers than the hub's: a fault of the node.
    pub strays: u64,
    stun: bool,
    turn: bool,
    /// What outlives the process, if the shelf is on.
    disk: Option<HubDisk>,
    effects: Effects,
    /// What passes through.
    pub tap: Tap,
    /// A hub that lies: what it hands to a host instead of a frame.
    pub liar: Option<Liar>,
}

/// Answers what a host is handed instead of this frame.
pub type Liar = Box<dyn FnMut(usize, HubFrame) -> Vec<HubFrame>>;

impl core::fmt::Debug for Hub {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Hub")
            .field("lives", &self.lives)
            .field("sockets", &self.sockets)
            .finish_non_exhaustive()
    }
}

impl Hub {
    /// A running hub whose clock shows `wall` at the start of the run, or `sites` of them behind one address. With `stun` it
    /// offers a STUN server, and with `turn` credentials of a TURN server, whose user name is the second at which they end.
    #[must_use]
    pub fn new(
        (seed, sites): (u64, usize),
        wall: Wall,
        (stun, shelf, turn): (bool, bool, bool),
        tap: Tap,
    ) -> Self {
        let mut hub = Self {
            sites: (0..sites.max(1)).map(|_| Site::default()).collect(),
            between: Between::new(seed),
            seed,
            lives: 0,
            wall,
            sockets: BTreeMap::new(),
            current: BTreeMap::new(),
            next: 1,
            looking: BTreeMap::new(),
            looks: 0,
            strays: 0,
            stun,
            turn,
            disk: shelf.then(|| HubDisk::new(seed, sites)),
            effects: Effects::default(),
            tap,
            liar: None,
        };
        for site in 0..hub.sites.len() {
            hub.boot(0, site);
            hub.settle(0, site);
        }
        hub
    }

    fn boot(&mut self, now: Ms, site: usize) {
        self.lives += 1;
        let ice = if self.stun {
            vec!["stun:?:3478".to_owned()]
        } else {
            Vec::new()
        };
        let mut config = BrokerConfig::new(seed_of(self.seed, 90, self.lives), ice);
        if self.turn {
            config.turn = Some(Arc::new(|now: Wall| {
                let lasts = limits::HUB_TURN_TTL;
                Turn {
                    urls: vec!["turn:?:3478".to_owned()],
                    user: (now.plus(lasts).0 / 1_000).to_string(),
                    credential: "secret".to_owned(),
                    lasts_s: u32::try_from(lasts.as_secs()).unwrap_or(u32::MAX),
                }
            }));
        }
        if self.disk.is_some() {
            config.layers = config.layers.with(Layer::Shelf);
        }
        config.fanout = self.sites.len() > 1;
        config.shared_shelf = self.disk.as_ref().is_some_and(HubDisk::is_shared);
        let mut broker = Broker::new(config);
        let mut told = 0;
        if let Some(disk) = &self.disk {
            broker.adopt_shelf(self.clock(now), disk.index());
            told = disk.news().len();
        }
        if let Some(site) = self.sites.get_mut(site) {
            *site = Site::of(broker, told);
        }
    }

    /// True while the process runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.sites.iter().any(|site| site.broker.is_some())
    }

    /// What the operator's page says now; `None` while the hub is down.
    #[must_use]
    pub fn mesh_status(&self, now: Ms) -> Option<MeshStatus> {
        (0..self.sites.len()).find_map(|site| self.mesh_status_of(now, site))
    }

    /// Everything on the shelf as it lies there, labels and records; `None` without one.
    #[must_use]
    pub fn shelf(&self) -> Option<Vec<Vec<u8>>> {
        Some(self.disk.as_ref()?.everything())
    }

    /// From now on no record on the shelf holds what its label says.
    pub fn spoil_shelf(&mut self) {
        if let Some(disk) = &mut self.disk {
            disk.spoil();
        }
    }

    /// Processes so far.
    #[must_use]
    pub fn lives(&self) -> u64 {
        self.lives
    }

    /// A new room, as `POST /rooms` makes it.
    pub fn create_room(&mut self, now: Ms) -> Option<RoomId> {
        let clock = self.clock(now);
        let site = self.site_for(0)?;
        let broker = self.sites.get_mut(site)?.broker.as_mut()?;
        let room = broker.create_room(clock).ok()?;
        self.settle(now, site);
        Some(room)
    }

    /// What the last call asks for.
    pub fn effects(&mut self) -> Effects {
        core::mem::take(&mut self.effects)
    }

    /// The hub stops, all sites of it, and forgets everything.
    pub fn stop(&mut self, now: Ms, net: &mut Net, how: Stop) {
        for (number, site) in self.sites.iter_mut().enumerate() {
            *site = Site::default();
            if let Some(disk) = self.disk.as_mut() {
                disk.die(number);
            }
        }
        for socket in self.sockets.values_mut() {
            socket.accepted = false;
        }
        match how {
            Stop::Process => self.hang_up(now, net),
            Stop::Power => net.set_off(End::Hub, true),
        }
    }

    /// The hub starts with an empty memory. Sockets of an earlier life learn that they are dead.
    pub fn start(&mut self, now: Ms, net: &mut Net) {
        if !self.runs() {
            net.set_off(End::Hub, false);
            self.hang_up(now, net);
        }
        for site in 0..self.sites.len() {
            self.start_site(now, site);
        }
    }

    fn hang_up(&mut self, now: Ms, net: &mut Net) {
        let all: Vec<SocketId> = self.sockets.keys().copied().collect();
        for conn in all {
            self.push_down(now, net, conn, Down::Close);
        }
    }

    /// A moment that the hub asked for has come.
    pub fn due(&mut self, now: Ms, net: &mut Net, due: Due) {
        match due {
            Due::Up(conn) => self.up(now, net, conn),
            Due::Down(conn) => self.down(now, net, conn),
            Due::Timeout(conn) => {
                if self.sockets.get(&conn).is_some_and(|s| !s.opened) {
                    self.end_client(conn);
                }
            }
            Due::Disk => self.disk_works(now, net),
            Due::News(site) => self.hear_news(now, net, site),
            Due::Look(client, look) => {
                let answered =
                    self.runs() && net.both(End::Host(client.0), End::Hub) && !net.lost();
                if answered && self.looking.get(&client.0) == Some(&look) {
                    self.looking.remove(&client.0);
                    self.effects.tell.push((client, HubEvent::Seen));
                }
            }
            Due::Wake(site) => {
                let armed = self.sites.get_mut(site).map(|site| &mut site.armed);
                if armed.is_some_and(|armed| armed.take_if(|at| *at <= now).is_some()) {
                    self.broker_input(now, net, site, BrokerInput::Wake);
                }
            }
            Due::Between(number) => {
                if let Some((site, subject, bytes)) = self.crossed(number) {
                    let bytes = &bytes[..];
                    let heard = BrokerInput::Heard { subject, bytes };
                    self.broker_input(now, net, site, heard);
                }
            }
        }
    }

    fn broker_input(&mut self, now: Ms, net: &mut Net, site: usize, input: BrokerInput<'_>) {
        let clock = self.clock(now);
        let broker = |hub: &mut Self| hub.sites.get_mut(site)?.broker.take();
        let Some(mut running) = broker(self) else {
            return;
        };
        running.handle(clock, input);
        while let Some(command) = running.poll_command() {
            match command {
                BrokerCommand::Send { conn, bytes } => {
                    for bytes in self.told(conn, bytes) {
                        let _ = self.tap.from_hub(&bytes);
                        self.push_down(now, net, conn, Down::Frame(bytes));
                    }
                }
                BrokerCommand::Ping { conn } => self.push_down(now, net, conn, Down::Ping),
                BrokerCommand::Close { conn, .. } => {
                    if let Some(socket) = self.sockets.get_mut(&conn) {
                        socket.accepted = false;
                    }
                    self.push_down(now, net, conn, Down::Close);
                }
                BrokerCommand::Archive(job) => {
                    if let Some(wait) = self.disk.as_mut().map(|disk| disk.ask(site, job)) {
                        self.effects.later.push((now + wait, Due::Disk));
                    }
                }
                BrokerCommand::Publish { subject, bytes } => {
                    self.publish(now, net, site, subject, &bytes);
                }
                BrokerCommand::Listen { room, on } => self.listen(site, room, on),
                BrokerCommand::Report(_) | BrokerCommand::Answer { .. } => {}
            }
        }
        if let Some(site) = self.sites.get_mut(site) {
            site.broker = Some(running);
        }
        self.settle(now, site);
    }

    fn told(&mut self, conn: SocketId, bytes: Arc<[u8]>) -> Vec<Arc<[u8]>> {
        let host = self.sockets.get(&conn).map(|socket| socket.client.0);
        match (self.liar.as_mut(), host, HubFrame::decode(&bytes)) {
            (Some(lie), Some(host), Ok(frame)) => lie(host, frame)
                .iter()
                .map(|frame| frame.encode().into())
                .collect(),
            _ => vec![bytes],
        }
    }

    /// Arms a broker's one timer.
    fn settle(&mut self, now: Ms, index: usize) {
        let Some(site) = self.sites.get_mut(index) else {
            return;
        };
        let Some((at, _)) = site.broker.as_ref().and_then(Broker::next_wake) else {
            return;
        };
        let at = at.0.max(now);
        if site.armed.is_none_or(|armed| at < armed) {
            site.armed = Some(at);
            self.effects.later.push((at, Due::Wake(index)));
        }
    }

    fn clock(&self, now: Ms) -> Now {
        Now {
            mono: Mono(now),
            wall: Wall(self.wall.0 + now),
        }
    }
}
