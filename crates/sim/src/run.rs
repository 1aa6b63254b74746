//! One seeded run from the first person to the last check.

use crate::dice::Dice;
use crate::net::Weather;
use crate::script::{Profile, Script};
use crate::world::{Count, Setup, World};

/// Everything must be as it must be this long after the last thing was put right: the longest pause of the hub
/// (15 s) and of dialling (60 s), each with its jitter, and twice the time a sleeping link takes.
pub const PATIENCE: u64 = 240_000;

/// How a run went.
#[derive(Debug)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// What was wrong in the end; empty when all was well.
    pub wrong: Vec<String>,
    /// What happened.
    pub count: Count,
    /// Virtual milliseconds.
    pub lasted: u64,
    /// Confirmed edits of task fields.
    pub edits: u64,
    /// Confirmed commands.
    pub confirmed: u64,
    /// Confirmed messages.
    pub messages: u64,
    /// Refused commands.
    pub refused: u64,
    /// Bytes over data channels.
    pub direct_bytes: u64,
    /// Sealed bytes through the hub.
    pub relay_bytes: u64,
    /// Direct connections made.
    pub connections: u64,
    /// ICE restarts that worked.
    pub restarts: u64,
    /// Equal for two runs that did the same.
    pub digest: u64,
    /// The newest happenings, when asked for.
    pub trace: Vec<String>,
}

/// The world of run `seed` before anyone has come.
#[must_use]
pub fn world_of(seed: u64) -> World {
    let mut dice = Dice::new(seed, 80);
    let weather = Weather {
        delay: (1, dice.range(2, 120)),
        loss: if dice.chance(500) {
            dice.range(0, 80)
        } else {
            0
        },
        reset: if dice.chance(300) {
            dice.range(1, 20)
        } else {
            0
        },
    };
    World::new(Setup {
        seed,
        weather,
        stun: dice.chance(500),
        disk_delay: if dice.chance(300) { 80 } else { 0 },
        skew: if dice.chance(300) { 60_000 } else { 0 },
        shelf: dice.chance(500),
        lan: dice.chance(500),
        turn: false,
        hubs: 1,
    })
}

/// Runs `seed`.
#[must_use]
pub fn run(seed: u64, profile: Profile, trace: bool) -> Report {
    let mut world = world_of(seed);
    world.trace = trace.then(Vec::new);
    let mut script = Script::new(seed, profile);
    script.gather(&mut world);
    script.play(&mut world);
    let wrong = world.settle(PATIENCE).err().unwrap_or_default();
    report(seed, &mut world, wrong)
}

fn report(seed: u64, world: &mut World, wrong: Vec<String>) -> Report {
    Report {
        seed,
        wrong,
        count: world.count,
        lasted: world.now,
        edits: world.ledger.edits,
        confirmed: world.ledger.confirmed,
        messages: world.ledger.posts.len() as u64,
        refused: world.ledger.refused.values().sum(),
        direct_bytes: world.rtc.count.bytes,
        relay_bytes: world.hub.tap.relayed_bytes,
        connections: world.rtc.count.connected,
        restarts: world.rtc.count.restarted,
        digest: world.digest(),
        trace: world.trace.take().unwrap_or_default(),
    }
}

/// Sums over runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Total {
    /// Runs.
    pub runs: u64,
    /// What happened in them.
    pub count: Count,
    /// Virtual hours.
    pub virtual_ms: u64,
    /// Confirmed edits of task fields.
    pub edits: u64,
    /// Confirmed commands.
    pub confirmed: u64,
    /// Confirmed messages.
    pub messages: u64,
    /// Refused commands.
    pub refused: u64,
    /// Bytes over data channels.
    pub direct_bytes: u64,
    /// Sealed bytes through the hub.
    pub relay_bytes: u64,
    /// Direct connections made.
    pub connections: u64,
    /// ICE restarts that worked.
    pub restarts: u64,
}

impl Total {
    /// Adds one run.
    pub fn add(&mut self, report: &Report) {
        self.merge(&Self {
            runs: 1,
            count: report.count,
            virtual_ms: report.lasted,
            edits: report.edits,
            confirmed: report.confirmed,
            messages: report.messages,
            refused: report.refused,
            direct_bytes: report.direct_bytes,
            relay_bytes: report.relay_bytes,
            connections: report.connections,
            restarts: report.restarts,
        });
    }

    /// Adds other runs.
    pub fn merge(&mut self, other: &Self) {
        let (sum, one) = (&mut self.count, &other.count);
        sum.events += one.events;
        sum.inputs += one.inputs;
        sum.crashes += one.crashes;
        sum.closes += one.closes;
        sum.starts += one.starts;
        sum.cuts += one.cuts;
        sum.hub_deaths += one.hub_deaths;
        sum.refused_saves += one.refused_saves;
        sum.upgrades += one.upgrades;
        sum.log_lines += one.log_lines;
        sum.claims += one.claims;
        self.runs += other.runs;
        self.virtual_ms += other.virtual_ms;
        self.edits += other.edits;
        self.confirmed += other.confirmed;
        self.messages += other.messages;
        self.refused += other.refused;
        self.direct_bytes += other.direct_bytes;
        self.relay_bytes += other.relay_bytes;
        self.connections += other.connections;
        self.restarts += other.restarts;
    }

    /// What many runs must have done and did not. Meaningful for fifty runs and more.
    #[must_use]
    pub fn idle(&self) -> Vec<&'static str> {
        let floors = [
            ("messages", self.messages, 3),
            ("edits", self.edits, 3),
            ("crashes", self.count.crashes, 1),
            ("cuts", self.count.cuts, 1),
            ("starts", self.count.starts, 4),
            ("delivery claims", self.count.claims, 5),
            ("direct connections", self.connections, 3),
            ("relayed bytes", self.relay_bytes, 500),
            ("direct bytes", self.direct_bytes, 2_000),
            ("upgrades", self.count.upgrades, 1),
        ];
        // Every so many runs see one at least.
        let rare = [
            ("hub deaths", self.count.hub_deaths, 5),
            ("refused saves", self.count.refused_saves, 5),
            ("ICE restarts", self.restarts, 100),
        ];
        let too_few = floors
            .into_iter()
            .filter(|(_, count, each)| *count < *each * self.runs)
            .map(|(name, ..)| name);
        let never = rare
            .into_iter()
            .filter(|(_, count, every)| *count < self.runs / *every)
            .map(|(name, ..)| name);
        too_few.chain(never).collect()
    }
}

impl core::fmt::Display for Total {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let c = &self.count;
        write!(
            f,
            "{} runs, {} virtual hours, {} events\n\
             people:  {} commands confirmed, {} refused; {} messages, {} field edits\n\
             trouble: {} crashes, {} closed tabs, {} starts, {} cuts, {} hub deaths, {} refused saves\n\
             links:   {} direct connections, {} ICE restarts, {} upgrades from relay to direct\n\
             bytes:   {} direct, {} relayed\n\
             checked: {} delivery claims, {} log lines",
            self.runs,
            self.virtual_ms / 3_600_000,
            c.events,
            self.confirmed,
            self.refused,
            self.messages,
            self.edits,
            c.crashes,
            c.closes,
            c.starts,
            c.cuts,
            c.hub_deaths,
            c.refused_saves,
            self.connections,
            self.restarts,
            c.upgrades,
            self.direct_bytes,
            self.relay_bytes,
            c.claims,
            c.log_lines,
        )
    }
}
