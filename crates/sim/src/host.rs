//! One tab of one browser of one person: the node, what waits for it, and what is known about the person.

use crate::queue::Ms;
use crate::tap::MARKER;
use corridor_core::capsule::Recorder;
use corridor_core::id::{Ticket, WriterId};
use corridor_core::key::{DeviceKey, RoomKey};
use corridor_core::model::Profile;
use corridor_core::node::{Command, CommandError, Done, Input, Node};
use std::collections::{BTreeMap, VecDeque};

/// Where a host dies on purpose, counted in outputs that it still carries out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crash {
    /// Outputs until then.
    pub after: u32,
    /// With the whole machine, so that not even its sockets are closed.
    pub power: bool,
}

/// A person at a tab.
#[derive(Debug)]
pub struct Host {
    /// The secret of the device key.
    pub secret: [u8; 32],
    /// The slot of the tab.
    pub slot: u16,
    /// The writer of this tab.
    pub writer: WriterId,
    /// The key in this person's link, when it is not the room's.
    pub other_key: Option<RoomKey>,
    /// Which disk the browser has.
    pub disk: usize,
    /// How often the tab was opened.
    pub run: u32,
    /// The engine, while the tab is open.
    pub node: Option<Node>,
    /// Listens to the engine, when asked for.
    pub recorder: Option<Recorder>,
    /// Inputs that wait for the engine.
    pub inbox: VecDeque<Input>,
    /// Tells the armed wake from older ones.
    pub wake: u64,
    /// The page is in the background: its timers fire once a minute.
    pub hidden: bool,
    /// The machine sleeps: nothing runs.
    pub asleep: bool,
    /// How far the wall clock of this device is ahead, in milliseconds.
    pub skew: i64,
    /// Where it will die on purpose.
    pub crash: Option<Crash>,
    /// The person has left the room and will not return.
    pub left: bool,
    /// What the person says about themselves.
    pub profile: Profile,
    /// Commands that were not answered yet.
    pub asked: BTreeMap<Ticket, Command>,
    /// Answers.
    pub answers: BTreeMap<Ticket, Result<Done, CommandError>>,
    /// Wakes in a row that asked to be called at once.
    pub hurry: u32,
    /// When the tab was opened last.
    pub opened_at: Ms,
    /// A slow storage has work until then.
    pub disk_until: Ms,
    next_ticket: u64,
}

impl Host {
    /// Person number `index`, whose tab is still closed.
    #[must_use]
    pub fn new(index: usize, secret: [u8; 32], slot: u16, disk: usize) -> Self {
        let roles = ["dentist", "hygienist", "nurse", "front desk"];
        let role = roles.get(index % roles.len()).copied().unwrap_or("nurse");
        Self {
            secret,
            slot,
            writer: DeviceKey::new(secret, slot).writer(),
            other_key: None,
            disk,
            run: 0,
            node: None,
            recorder: None,
            inbox: VecDeque::new(),
            wake: 0,
            hidden: false,
            asleep: false,
            skew: 0,
            crash: None,
            left: false,
            profile: Profile {
                name: format!("{MARKER} person {index}").into(),
                role: format!("{MARKER} {role}").into(),
                status: "".into(),
            },
            asked: BTreeMap::new(),
            answers: BTreeMap::new(),
            hurry: 0,
            opened_at: 0,
            disk_until: 0,
            next_ticket: 1,
        }
    }

    /// The device key of this tab.
    #[must_use]
    pub fn key(&self) -> DeviceKey {
        DeviceKey::new(self.secret, self.slot)
    }

    /// True while the tab is open and its machine awake.
    #[must_use]
    pub fn awake(&self) -> bool {
        self.node.is_some() && !self.asleep
    }

    /// A ticket that was never used.
    pub fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    /// The tab is gone, and with it everything in memory.
    pub fn forget(&mut self) {
        self.node = None;
        self.recorder = None;
        self.inbox.clear();
        self.asked.clear();
        self.crash = None;
        self.hidden = false;
        self.asleep = false;
        self.wake += 1;
        self.hurry = 0;
    }
}
