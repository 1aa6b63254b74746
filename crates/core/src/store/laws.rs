//! The laws of merging, as properties (R-TASK-2, R-MSG-4, R-MSG-5).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod causal;
mod lost;
mod private;
mod retain;

use super::chain::Stored;
use super::replica::{Loaded, Records, Replica};
use super::{Received, VersionVector};
use crate::id::{OpId, RoomId, TaskId, WriterId};
use crate::key::DeviceKey;
use crate::limits;
use crate::model::{Body, Field, Post, Priority, Profile, TaskChange, TaskStatus};
use crate::rng::Rng;
use crate::time::{Mono, Now, Wall};
use crate::wire::WireError;
use crate::wire::run::{Item, Run};
use proptest::prelude::*;

const ROOM: RoomId = RoomId([1; 16]);

fn at(seconds: u64) -> Now {
    Now {
        mono: Mono(seconds * 1000),
        wall: Wall(1_800_000_000_000 + seconds * 1000),
    }
}

struct Site {
    device: DeviceKey,
    replica: Replica,
}

impl Site {
    fn blank(number: u8) -> Self {
        let device = DeviceKey::new([number; 32], 0);
        Self {
            replica: Replica::new(ROOM, device.clone()),
            device,
        }
    }

    fn new(number: u8) -> Self {
        let mut site = Self::blank(number);
        let public_key = site.device.public();
        site.write(
            at(0),
            Body::Genesis {
                public_key,
                slot: 0,
            },
        );
        site.write(at(0), Body::Profile(Profile::default()));
        site
    }

    fn id(&self) -> WriterId {
        self.device.writer()
    }

    fn write(&mut self, now: Now, body: Body) -> OpId {
        let id = self.replica.write(now.wall, body).unwrap();
        self.replica.commit();
        self.replica.settle(now);
        id
    }

    fn post(&mut self, now: Now, reply_to: Option<OpId>) -> OpId {
        self.write(
            now,
            Body::Post(Post {
                text: "hello".into(),
                reply_to,
                ttl_ms: None,
            }),
        )
    }

    /// The run of one operation.
    fn one(&mut self, id: OpId) -> Run {
        self.replica.run(id.writer, id.seq, id.seq, 1).unwrap()
    }

    fn all(&mut self) -> Vec<Run> {
        let have: Vec<_> = self.replica.have().iter().collect();
        have.into_iter()
            .flat_map(|(writer, last)| (1..=last).map(move |seq| OpId { writer, seq }))
            .map(|id| self.one(id))
            .collect()
    }

    fn take(&mut self, now: Now, runs: &[Run]) {
        // Anything refused as a gap comes again: here, by going round until nothing is new.
        while runs
            .iter()
            .filter(|run| matches!(self.replica.receive(run), Ok(Received::New(..))))
            .count()
            > 0
        {}
        self.replica.settle(now);
    }

    /// What its vault would hold, nothing packed.
    fn records(&mut self) -> Records {
        let mut records = Records::default();
        let have: Vec<_> = self.replica.have().iter().collect();
        for (writer, last) in have {
            for (name, bytes) in self.replica.records(writer, 1..=last) {
                match name {
                    Stored::Op(seq) => records.ops.insert(OpId { writer, seq }, bytes),
                    Stored::Block(first, last) => {
                        records.blocks.insert((writer, first, last), bytes)
                    }
                };
            }
        }
        records
    }

    fn state(&self) -> (VersionVector, String) {
        let messages: Vec<_> = self
            .replica
            .chat
            .iter()
            .map(|(rank, message)| (rank.op, message.reply_to))
            .collect();
        (
            self.replica.have().clone(),
            format!("{:?} {messages:?}", self.replica.tasks.views()),
        )
    }
}

#[derive(Clone, Debug)]
enum Act {
    Edit {
        site: usize,
        task: u8,
        field: u8,
        value: u8,
    },
    Delete {
        site: usize,
        task: u8,
    },
    Post {
        site: usize,
    },
    Sync {
        from: usize,
        to: usize,
    },
}

impl Act {
    fn involves(&self, who: usize) -> bool {
        match self {
            Self::Edit { site, .. } | Self::Delete { site, .. } | Self::Post { site } => {
                *site == who
            }
            Self::Sync { from, to } => *from == who || *to == who,
        }
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let site = 0usize..3;
    let act = prop_oneof![
        4 => (site.clone(), 0u8..3, 0u8..4, any::<u8>())
            .prop_map(|(site, task, field, value)| Act::Edit { site, task, field, value }),
        1 => (site.clone(), 0u8..3).prop_map(|(site, task)| Act::Delete { site, task }),
        2 => site.clone().prop_map(|site| Act::Post { site }),
        2 => (site.clone(), site).prop_map(|(from, to)| Act::Sync { from, to }),
    ];
    proptest::collection::vec(act, 1..40)
}

fn perform(acts: &[Act]) -> Vec<Site> {
    let mut sites: Vec<Site> = (1..=3).map(Site::new).collect();
    for (second, act) in (1..).zip(acts) {
        let now = at(second);
        match act {
            Act::Edit {
                site,
                task,
                field,
                value,
            } => {
                let change = match field {
                    0 => TaskChange::Title(value.to_string().into()),
                    1 => TaskChange::Priority(if value % 2 == 0 {
                        Priority::High
                    } else {
                        Priority::Low
                    }),
                    2 => TaskChange::Status(if value % 2 == 0 {
                        TaskStatus::Done
                    } else {
                        TaskStatus::Open
                    }),
                    _ => TaskChange::Position(vec![*value, 1]),
                };
                sites[*site].write(now, Body::Task(TaskId([*task; 16]), vec![change]));
            }
            Act::Delete { site, task } => {
                sites[*site].write(now, Body::DeleteTask(TaskId([*task; 16])));
            }
            Act::Post { site } => {
                let newest = sites[*site]
                    .replica
                    .chat
                    .iter()
                    .next_back()
                    .map(|(rank, _)| rank.op);
                sites[*site].post(now, newest);
            }
            Act::Sync { from, to } => {
                let runs = sites[*from].all();
                sites[*to].take(now, &runs);
            }
        }
    }
    sites
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Commutative, associative, idempotent: whatever the order, grouping or repetition in which
    /// operations arrive, the state is the same.
    #[test]
    fn replicas_converge_whatever_the_order(acts in acts(), seed in any::<u64>()) {
        let mut sites = perform(&acts);
        let mut runs: Vec<Run> = sites.iter_mut().flat_map(Site::all).collect();
        let mut random = crate::rng::Rng::new([u8::try_from(seed % 256).unwrap(); 32]);
        for site in &mut sites {
            for at in (1..runs.len()).rev() {
                runs.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap());
            }
            site.take(at(1_000), &runs);
        }
        let first = sites[0].state();
        for site in &sites[1..] {
            prop_assert_eq!(&site.state(), &first);
        }
    }

    /// A tombstone is for good, also for edits made without knowing of it.
    #[test]
    fn deleted_tasks_never_come_back(acts in acts()) {
        let mut sites = perform(&acts);
        let deleted: Vec<TaskId> = acts.iter().filter_map(|act| match act {
            Act::Delete { task, .. } => Some(TaskId([*task; 16])),
            _ => None,
        }).collect();
        let runs: Vec<Run> = sites.iter_mut().flat_map(Site::all).collect();
        sites[0].take(at(1_000), &runs);
        for task in deleted {
            prop_assert!(sites[0].replica.tasks.view(task).is_none());
        }
    }

    /// Loading what was saved gives the same replica, in whatever order the vault hands records out.
    #[test]
    fn a_replica_loads_what_it_saved(acts in acts()) {
        let mut sites = perform(&acts);
        let mut loaded = Site::blank(1);
        let records = sites[0].records();
        prop_assert_eq!(loaded.replica.load(records, &[]), Loaded::default());
        loaded.replica.settle(at(1_000));
        prop_assert_eq!(loaded.state(), sites[0].state());
    }
}

#[test]
fn forged_altered_and_foreign_runs_change_nothing() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    let id = ana.post(at(1), None);
    let before = ben.state();
    for run in ana.all().iter().filter(|run| run.first < id.seq) {
        ben.replica.receive(run).unwrap();
    }
    let genuine = ana.one(id);
    let mut forged = genuine.clone();
    forged.signature[0] ^= 1;
    assert_eq!(ben.replica.receive(&forged), Err(WireError::Signature));
    let mut altered = genuine.clone();
    let Item::Op(bytes) = &mut altered.items[0] else {
        panic!("an operation");
    };
    bytes.push(0);
    assert_eq!(ben.replica.receive(&altered), Err(WireError::Signature));
    let mut foreign = genuine.clone();
    foreign.writer = ben.id();
    foreign.first = ben.replica.have().get(ben.id()) + 1;
    assert_eq!(ben.replica.receive(&foreign), Err(WireError::Signature));
    let mut stranger = genuine.clone();
    stranger.writer = WriterId([9; 16]);
    stranger.first = 1;
    assert_eq!(ben.replica.receive(&stranger), Err(WireError::Signature));
    ben.replica.settle(at(2));
    assert_eq!(before.1, ben.state().1);
    assert!(matches!(
        ben.replica.receive(&genuine),
        Ok(Received::New(..))
    ));
    assert_eq!(ben.replica.receive(&genuine), Ok(Received::Duplicate));
}

#[test]
fn a_stamp_from_the_far_future_waits_for_its_time() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    let id = ana.post(at(3_600), None);
    ben.take(at(1), &ana.all());
    assert!(ben.replica.chat.rank(id).is_none());
    assert_eq!(ben.replica.quarantined(), 1);
    let own = ben.post(at(2), None);
    assert!(ben.replica.chat.rank(own).unwrap().stamp.wall() < at(60).wall);
    ben.replica.settle(at(3_600));
    assert!(ben.replica.chat.rank(id).is_some());
}

#[test]
fn own_operations_that_could_not_be_saved_never_happened() {
    let mut ana = Site::new(1);
    let before = ana.state();
    let post = Post {
        text: "lost".into(),
        ..Post::default()
    };
    ana.replica.write(at(1).wall, Body::Post(post)).unwrap();
    assert_eq!(
        ana.replica.settle(at(1)).count,
        0,
        "applied before it was saved"
    );
    ana.replica.retract();
    assert_eq!(ana.state(), before);
    let id = ana.post(at(2), None);
    let mut ben = Site::new(2);
    ben.take(at(3), &ana.all());
    assert!(ben.replica.chat.rank(id).is_some());
}

/// Sends everything both ways.
fn meet(a: &mut Site, b: &mut Site, now: Now) {
    let (of_a, of_b) = (a.all(), b.all());
    a.take(now, &of_b);
    b.take(now, &of_a);
}
