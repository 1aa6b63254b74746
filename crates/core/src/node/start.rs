//! How a node begins: with what the vault holds.

use super::deadline::Timer;
use super::evidence::Evidence;
use super::frames::FrameLog;
use super::hub::HubLink;
use super::project::Unread;
use super::shelf::ShelfLink;
use super::slips::Slips;
use super::undo::UndoStack;
use super::view::{Changes, StorageState};
use super::wall_clock::WallClock;
use super::{Config, Node, drafts};
use crate::id::{OpId, SessionId};
use crate::limits;
use crate::rng::Rng;
use crate::store::Key;
use crate::store::replica::{Records, Replica};
use crate::store::saved::Memory;
use crate::time::Now;
use crate::timer::Timers;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl Node {
    /// Starts from what the vault holds. Records that do not read are skipped and counted.
    pub fn new(config: Config, now: Now, stored: impl IntoIterator<Item = (Key, Vec<u8>)>) -> Self {
        let mut rng = Rng::new(config.seed);
        let me = config.device.writer();
        let mut records = Records::default();
        let mut drafts = BTreeMap::new();
        let mut memory = Memory::default();
        let mut rejected = 0;
        for (key, bytes) in stored {
            match key {
                Key::Op(room, writer, seq) if room == config.room => {
                    records.ops.insert(OpId { writer, seq }, bytes);
                }
                Key::Block(room, writer, first, last) if room == config.room => {
                    records.blocks.insert((writer, first, last), bytes);
                }
                Key::Memory(room, writer) if room == config.room && writer == me => {
                    match Memory::decode(&bytes) {
                        Ok(read) => memory = read,
                        Err(_) => rejected += 1,
                    }
                }
                Key::Draft(room, writer, seq) if room == config.room && writer == me => {
                    drafts.insert(seq, bytes);
                }
                Key::Op(..) | Key::Block(..) | Key::Draft(..) | Key::Memory(..) => {}
            }
        }
        let mut replica = Replica::new(config.room, config.device.clone());
        let (first_draft, drafts) = drafts::adopt(me, drafts, &mut records.ops);
        let loaded = replica.load(records, &memory.waiting);
        rejected += loaded.damaged;
        let room = config.room;
        let drafts = drafts.into_iter().map(|seq| Key::Draft(room, me, seq));
        let packed = loaded.left_over.into_iter();
        let packed = packed.map(|(writer, name)| Key::stored(room, writer, name));
        let left_over = drafts.chain(packed).collect();
        let mut timers = Timers::default();
        timers.set(Timer::HubRetry, now.mono);
        timers.set(Timer::Pack, now.mono.plus(limits::PACK_PAUSE));
        let mut node = Self {
            room: config.room,
            keys: config.key.derive(config.room),
            me,
            session: SessionId(rng.next_u64()),
            device: config.device,
            hub_host: config.hub_host,
            durable: config.durable,
            now: now.mono,
            device_wall: now.wall,
            wall: now.wall,
            clock: WallClock::default(),
            rng,
            kept: replica.have().clone(),
            first_draft,
            replica,
            memory,
            memory_dirty: false,
            settling: None,
            left_over,
            drafts_rest: None,
            fresh: Vec::new(),
            saving: BTreeMap::new(),
            next_ticket: 0,
            storage: if config.durable {
                StorageState::Fine
            } else {
                StorageState::Blocked
            },
            unread: Unread::default(),
            undo: UndoStack::default(),
            expiring: BTreeSet::new(),
            peers: BTreeMap::new(),
            conns: BTreeMap::new(),
            next_conn: 0,
            hub: HubLink::default(),
            shelf: ShelfLink::default(),
            slips: Slips::default(),
            ice: Vec::new(),
            relay_only: false,
            hidden: false,
            typing: false,
            told_near: None,
            reported: None,
            lacking: BTreeMap::new(),
            forwarded: 0,
            crowd: None,
            copies: (0, 0),
            commands: VecDeque::new(),
            pending: None,
            probe: None,
            evidence: Evidence::default(),
            left: false,
            timers,
            outputs: VecDeque::new(),
            changes: Changes::default(),
            shown: None,
            frames: FrameLog::default(),
            rejected,
            unknown_frames: 0,
        };
        node.settle(now);
        node.changes = Changes::default();
        node
    }
}
