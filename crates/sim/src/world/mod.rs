//! The virtual clinic: hosts, hub, network and disks on one virtual clock that jumps to the next due event.
//!
//! Nothing here sleeps, reads a clock or draws ambient randomness: a run is a function of its seed.

mod drive;
mod faults;
mod people;
mod watch;

pub use people::NotDone;

use crate::dice::{Dice, seed_of};
use crate::disk::Disk;
use crate::host::Host;
use crate::hub::{self, Hub};
use crate::net::{End, Net, Weather};
use crate::queue::{Ms, Queue};
use crate::reference::Ledger;
use crate::rtc::{self, PcId, Rtc};
use crate::tap::Tap;
use corridor_core::id::RoomId;
use corridor_core::key::RoomKey;
use corridor_core::node::Input;
use corridor_core::time::{Mono, Now, Wall};

/// What the clocks show when a run begins: 2026-01-05, 8:00 UTC.
const MORNING: u64 = 1_767_600_000_000;
/// More events than this without time passing mean that somebody spins.
const MOST_AT_ONCE: u32 = 20_000;

/// Streams of chance.
mod stream {
    pub(super) const NET: u64 = 1;
    pub(super) const RTC: u64 = 2;
    pub(super) const WORLD: u64 = 3;
    pub(super) const KEYS: u64 = 4;
    pub(super) const NODES: u64 = 5;
}

/// Something that is due.
#[derive(Debug)]
enum Event {
    Wake {
        host: usize,
        version: u64,
    },
    Input {
        host: usize,
        run: u32,
        input: Input,
    },
    Disk {
        host: usize,
        run: u32,
        job: drive::DiskJob,
    },
    Rtc(rtc::Due),
    Hub(hub::Due),
}

/// How a world begins.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The seed of everything.
    pub seed: u64,
    /// The network's quality.
    pub weather: Weather,
    /// The hub offers a STUN server.
    pub stun: bool,
    /// The hub is in people's network and sees them where they are; else they come from outside.
    pub lan: bool,
    /// The hub has a shelf.
    pub shelf: bool,
    /// The hub tells of a TURN server.
    pub turn: bool,
    /// Hubs behind one address that serve the same rooms; each person reaches the next one that runs.
    pub hubs: usize,
    /// Writing takes up to this long and is answered when done; zero for at once, as localStorage.
    pub disk_delay: Ms,
    /// Devices' clocks are wrong by up to this.
    pub skew: Ms,
}

impl Setup {
    /// A quiet clinic.
    #[must_use]
    pub fn calm(seed: u64) -> Self {
        Self {
            seed,
            weather: Weather::CALM,
            stun: false,
            lan: false,
            shelf: false,
            turn: false,
            hubs: 1,
            disk_delay: 0,
            skew: 0,
        }
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Events that were carried out.
    pub events: u64,
    /// Inputs that nodes took.
    pub inputs: u64,
    /// Tabs that died without a word.
    pub crashes: u64,
    /// Tabs that were closed properly.
    pub closes: u64,
    /// Tabs that were opened.
    pub starts: u64,
    /// Partitions and cuts.
    pub cuts: u64,
    /// Times the hub died.
    pub hub_deaths: u64,
    /// Saves that the storage refused.
    pub refused_saves: u64,
    /// Peers that moved from the relay to a direct link.
    pub upgrades: u64,
    /// Log lines searched.
    pub log_lines: u64,
    /// Deliveries claimed and verified.
    pub claims: u64,
}

/// The clinic.
#[derive(Debug)]
pub struct World {
    /// Virtual time.
    pub now: Ms,
    /// The room everyone is in.
    pub room: RoomId,
    /// The network.
    pub net: Net,
    /// Peer connections.
    pub rtc: Rtc,
    /// The hub.
    pub hub: Hub,
    /// The tabs.
    pub hosts: Vec<Host>,
    /// The browsers' storages.
    pub disks: Vec<Disk>,
    /// What was asked for and answered.
    pub ledger: Ledger,
    /// Tabs that are opened from now on record what happens to them.
    pub recording: bool,
    /// What happened.
    pub count: Count,
    /// What must never happen and did.
    pub violations: Vec<String>,
    /// The newest things that happened, when asked for.
    pub trace: Option<Vec<String>>,
    pub(crate) setup: Setup,
    key: RoomKey,
    queue: Queue<Event>,
    dice: Dice,
    digest: u64,
    at_once: (Ms, u32),
    recorded: watch::Recorded,
}

impl World {
    /// A clinic with a hub, a room, and nobody in it.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let seed = setup.seed;
        let secret: [u8; 32] = Dice::new(seed, stream::KEYS).bytes();
        let key = RoomKey::new(secret);
        let tap = Tap::new([secret.to_vec(), key.to_text().into_bytes()]);
        let mut hub = Hub::new(
            (seed, setup.hubs),
            Wall(MORNING),
            (setup.stun, setup.shelf, setup.turn),
            tap,
        );
        let room = hub.create_room(0).unwrap_or_default();
        let mut world = Self {
            now: 0,
            room,
            net: Net::new(setup.weather, Dice::new(seed, stream::NET)),
            rtc: Rtc::new(Dice::new(seed, stream::RTC)),
            hub,
            hosts: Vec::new(),
            disks: Vec::new(),
            ledger: Ledger::default(),
            recording: false,
            count: Count::default(),
            violations: Vec::new(),
            trace: None,
            setup,
            key,
            queue: Queue::default(),
            dice: Dice::new(seed, stream::WORLD),
            digest: 0xcbf2_9ce4_8422_2325,
            at_once: (0, 0),
            recorded: watch::Recorded::default(),
        };
        world.follow_up();
        world
    }

    /// Adds a person with a browser of their own. The tab is still closed.
    pub fn add_person(&mut self) -> usize {
        let index = self.hosts.len();
        let key_seed = seed_of(self.setup.seed, stream::KEYS, index as u64 + 1);
        self.disks.push(Disk::default());
        let disk = self.disks.len() - 1;
        self.add_host(Host::new(index, key_seed, 0, disk))
    }

    /// Adds a person at a second tab of `other`'s browser.
    pub fn add_tab(&mut self, other: usize) -> Option<usize> {
        let index = self.hosts.len();
        let first = self.hosts.get(other)?;
        let host = Host::new(index, first.secret, first.slot + 1, first.disk);
        let host = self.add_host(host);
        let (own, seen) = (self.net.own(other), self.net.seen(other));
        self.net.place(host, own, seen);
        Some(host)
    }

    /// Adds a person whose link holds another key than the room's.
    pub fn add_stranger(&mut self) -> usize {
        let host = self.add_person();
        let key = RoomKey::new(seed_of(self.setup.seed, stream::KEYS, u64::MAX));
        if let Some(h) = self.hosts.get_mut(host) {
            h.other_key = Some(key);
        }
        host
    }

    fn add_host(&mut self, mut host: Host) -> usize {
        let skew = i64::try_from(self.setup.skew).unwrap_or(0);
        let offset = i64::try_from(self.dice.range(0, 2 * self.setup.skew)).unwrap_or(0);
        host.skew = offset - skew;
        self.hosts.push(host);
        let index = self.hosts.len() - 1;
        if self.setup.lan {
            let own = self.net.own(index);
            self.net.place(index, own, own);
        }
        index
    }

    /// Carries out the next event that is due by `deadline`. False when there is none.
    pub fn step(&mut self, deadline: Ms) -> bool {
        let Some((at, event)) = self.queue.pop(deadline) else {
            return false;
        };
        self.now = self.now.max(at);
        self.count.events += 1;
        self.notice_spinning();
        match event {
            Event::Wake { host, version } => {
                let due = self
                    .hosts
                    .get(host)
                    .is_some_and(|h| h.wake == version && h.awake());
                if due {
                    self.input(host, Input::Wake);
                }
            }
            Event::Input { host, run, input } => {
                if self.hosts.get(host).is_some_and(|h| h.run == run) {
                    self.input(host, input);
                }
            }
            Event::Disk { host, run, job } => self.disk_works(host, run, job),
            Event::Rtc(due) => self.rtc.due(self.now, &mut self.net, due),
            Event::Hub(due) => self.hub.due(self.now, &mut self.net, due),
        }
        self.follow_up();
        true
    }

    /// Runs until virtual time `deadline`.
    pub fn run_to(&mut self, deadline: Ms) {
        while self.step(deadline) {}
        self.now = self.now.max(deadline);
    }

    /// Runs for `span` milliseconds.
    pub fn run_for(&mut self, span: Ms) {
        self.run_to(self.now + span);
    }

    /// Runs until `condition` holds, looking every 50 ms of virtual time, for at most `patience`. False when
    /// it never held.
    pub fn run_until(&mut self, patience: Ms, condition: impl Fn(&Self) -> bool) -> bool {
        let deadline = self.now + patience;
        loop {
            if condition(self) {
                return true;
            }
            if self.now >= deadline {
                return false;
            }
            self.run_to((self.now + 50).min(deadline));
        }
    }

    /// Turns what the models ask for into events.
    fn follow_up(&mut self) {
        let rtc::Effects { later, tell } = self.rtc.effects();
        for (at, due) in later {
            self.queue.push(at, Event::Rtc(due));
        }
        for (PcId { host, run, conn }, event) in tell {
            let input = Input::Rtc(conn, event);
            self.queue.push(self.now, Event::Input { host, run, input });
        }
        let hub::Effects { later, tell } = self.hub.effects();
        for (at, due) in later {
            self.queue.push(at, Event::Hub(due));
        }
        for ((host, run), event) in tell {
            let input = Input::Hub(event);
            self.queue.push(self.now, Event::Input { host, run, input });
        }
    }

    fn notice_spinning(&mut self) {
        if self.at_once.0 == self.now {
            self.at_once.1 += 1;
            if self.at_once.1 == MOST_AT_ONCE {
                self.violate(format!("{MOST_AT_ONCE} events without time passing"));
            }
        } else {
            self.at_once = (self.now, 0);
        }
    }

    /// Notes something that must never happen.
    pub fn violate(&mut self, text: impl Into<String>) {
        let text = format!("at {} ms: {}", self.now, text.into());
        self.note(|| format!("VIOLATION {text}"));
        if self.violations.len() < 20 {
            self.violations.push(text);
        }
    }

    /// A number that two runs share only when they did the same, byte for byte.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    fn mix(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(trace) = self.trace.as_mut() {
            trace.push(format!("{:>8} {}", self.now, text()));
        }
    }

    /// Both clocks of a host.
    fn clock(&self, host: usize) -> Now {
        let skew = self.hosts.get(host).map_or(0, |h| h.skew);
        Now {
            mono: Mono(self.now),
            wall: Wall((MORNING + self.now).saturating_add_signed(skew)),
        }
    }

    /// All ends of the network.
    #[must_use]
    pub fn ends(&self) -> Vec<End> {
        let hosts = (0..self.hosts.len()).map(End::Host);
        core::iter::once(End::Hub).chain(hosts).collect()
    }
}
