//! The laws of merging, as properties (R-TASK-2, R-MSG-4, R-MSG-5).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::replica::Replica;
use super::{Received, VersionVector};
use crate::id::{OpId, RoomId, TaskId, WriterId};
use crate::key::DeviceKey;
use crate::limits;
use crate::model::{Body, Field, Post, Priority, Profile, TaskChange, TaskStatus};
use crate::rng::Rng;
use crate::time::{Mono, Now, Wall};
use crate::wire::WireError;
use crate::wire::peer::Run;
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
    fn one(&self, id: OpId) -> Run {
        self.replica.run(id.writer, id.seq, id.seq, 1).unwrap()
    }

    fn all(&self) -> Vec<Run> {
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
        let mut runs: Vec<Run> = sites.iter().flat_map(Site::all).collect();
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
        let runs: Vec<Run> = sites.iter().flat_map(Site::all).collect();
        sites[0].take(at(1_000), &runs);
        for task in deleted {
            prop_assert!(sites[0].replica.tasks.view(task).is_none());
        }
    }

    /// Loading what was saved gives the same replica, in whatever order the vault hands records out.
    #[test]
    fn a_replica_loads_what_it_saved(acts in acts()) {
        let sites = perform(&acts);
        let records = sites[0].replica.have().iter()
            .flat_map(|(writer, last)| (1..=last).map(move |seq| OpId { writer, seq }))
            .map(|id| (id, super::saved::op_record(sites[0].replica.entry(id).unwrap())))
            .collect();
        let mut loaded = Site::blank(1);
        prop_assert_eq!(loaded.replica.load(records, &[]), 0);
        loaded.replica.settle(at(1_000));
        prop_assert_eq!(loaded.state(), sites[0].state());
    }
}

#[test]
fn a_reply_waits_for_what_it_answers() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    let question = ana.post(at(1), None);
    ben.take(at(2), &ana.all());
    let answer = ben.post(at(3), Some(question));
    let of_ben: Vec<Run> = ben
        .all()
        .into_iter()
        .filter(|run| run.writer == ben.id())
        .collect();
    cid.take(at(4), &of_ben);
    assert!(
        cid.replica.chat.rank(answer).is_none(),
        "shown before its question"
    );
    cid.take(at(5), &ana.all());
    assert_eq!(cid.state().1, ben.state().1);
    assert!(!cid.replica.chat.get(answer).unwrap().1.gap);
}

#[test]
fn a_gap_that_nobody_fills_is_marked_and_blocks_nothing() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    let question = ana.post(at(1), None);
    ben.take(at(2), &ana.all());
    let answer = ben.post(at(3), Some(question));
    let later = ben.post(at(4), None);
    let of_ben: Vec<Run> = ben
        .all()
        .into_iter()
        .filter(|run| run.writer == ben.id())
        .collect();
    cid.take(at(5), &of_ben);
    let due = cid.replica.next_wake(at(5)).unwrap();
    assert_eq!(due, at(5).mono.plus(limits::GAP_PATIENCE));
    cid.replica.settle(Now {
        mono: due,
        ..at(20)
    });
    assert!(cid.replica.chat.get(answer).unwrap().1.gap);
    assert!(!cid.replica.chat.get(later).unwrap().1.gap);

    cid.take(at(30), &ana.all());
    assert!(!cid.replica.chat.get(answer).unwrap().1.gap, "filled late");
    assert_eq!(cid.state().1, ben.state().1);
}

#[test]
fn a_second_answer_to_what_was_given_up_is_marked_too() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    let question = ana.post(at(1), None);
    ben.take(at(2), &ana.all());
    let first = ben.post(at(3), None);
    let second = ben.post(at(4), Some(question));
    let of_ben: Vec<Run> = ben
        .all()
        .into_iter()
        .filter(|run| run.writer == ben.id())
        .collect();
    cid.take(at(5), &of_ben);
    cid.replica.settle(at(60));
    let gap = |site: &Site, id| site.replica.chat.get(id).unwrap().1.gap;
    assert!(gap(&cid, first) && gap(&cid, second));
    cid.take(at(70), &ana.all());
    assert!(!gap(&cid, first) && !gap(&cid, second));
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
    altered.ops[0].push(0);
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

/// Takes what the other has and this one lacks, writer by writer.
fn pull(from: &Site, to: &mut Site, now: Now) {
    for (writer, last) in from.replica.have().ahead_of(&to.replica.have().clone()) {
        loop {
            let first = to.replica.have().get(writer) + 1;
            if first > last {
                break;
            }
            let run = from.replica.run(writer, first, last, limits::BATCH_BYTES);
            to.replica.receive(&run.unwrap()).unwrap();
        }
    }
    to.replica.settle(now);
}

/// O-CAUSAL, R-MSG-4, R-MSG-5: ten thousand messages of five people who answer each other, one operation per packet,
/// shuffled, a fifth of them lost and a fifth arriving more than once.
#[test]
fn ten_thousand_messages_in_any_order_are_shown_once_and_never_before_what_they_answer() {
    const PEOPLE: usize = 5;
    const MESSAGES: usize = 10_000;
    let mut random = Rng::new([7; 32]);
    let mut below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
    let mut sites: Vec<Site> = (1..=5).map(Site::new).collect();
    let mut said: Vec<Vec<OpId>> = vec![Vec::new(); PEOPLE];
    for number in 0..MESSAGES {
        let now = at(number as u64);
        let by = below(PEOPLE);
        if number % 7 == 0 {
            let other = (by + 1 + below(PEOPLE - 1)) % PEOPLE;
            let (low, high) = sites.split_at_mut(by.max(other));
            let (a, b) = (&mut low[by.min(other)], &mut high[0]);
            if by < other {
                pull(b, a, now);
            } else {
                pull(a, b, now);
            }
        }
        let shown = sites[by].replica.chat.iter().next_back();
        let answers = shown.map(|(rank, _)| rank.op).filter(|_| below(3) == 0);
        let id = sites[by].post(now, answers);
        said[by].push(id);
    }
    let end = at(MESSAGES as u64);
    for by in 1..PEOPLE {
        let (low, high) = sites.split_at_mut(by);
        pull(&high[0], &mut low[0], end);
    }
    let author = &sites[0];
    let all = author.replica.have().clone();

    let mut reader = Site::blank(9);
    let mut shown = std::collections::BTreeSet::new();
    let mut next = VersionVector::default();
    let mut in_flight: Vec<OpId> = Vec::new();
    let (mut lost, mut doubled, mut ahead) = (0, 0, 0);
    while *reader.replica.have() != all {
        for (writer, last) in all.iter() {
            // At most twenty of each are under way; whoever sends starts again when none is.
            let under_way = in_flight.iter().filter(|id| id.writer == writer).count();
            let held = reader.replica.have().get(writer);
            let from = match under_way {
                0 => held,
                _ => next.get(writer).max(held),
            };
            let upto = last.min(from + 20_u64.saturating_sub(under_way as u64));
            in_flight.extend((from + 1..=upto).map(|seq| OpId { writer, seq }));
            next.set(writer, upto.max(from));
        }
        let at = below(in_flight.len());
        let id = in_flight[at];
        match below(10) {
            0 | 1 => doubled += 1,
            2 | 3 => {
                in_flight.swap_remove(at);
                lost += 1;
                continue;
            }
            _ => {
                in_flight.swap_remove(at);
            }
        }
        if reader.replica.receive(&author.one(id)).unwrap() == Received::Gap {
            ahead += 1;
            next.set(id.writer, reader.replica.have().get(id.writer));
        }
        let applied = reader.replica.settle(end);
        for id in &applied.messages {
            let (_, message) = reader.replica.chat.get(*id).unwrap();
            assert!(!message.gap);
            let answered = message.reply_to.is_none_or(|question| {
                shown.contains(&question) || applied.messages.contains(&question)
            });
            assert!(answered, "{id} came before what it answers");
        }
        for id in applied.messages {
            assert!(shown.insert(id), "{id} was shown twice");
        }
        in_flight.retain(|id| reader.replica.have().get(id.writer) < id.seq || below(2) == 0);
    }
    assert!(
        lost > 1_000 && doubled > 1_000 && ahead > 1_000,
        "{lost} {doubled} {ahead}"
    );
    assert_eq!(shown.len(), MESSAGES);
    assert_eq!(reader.state().1, author.state().1);
    assert!(reader.replica.is_at_rest(), "something is still waiting");
}

fn title(text: &str) -> Body {
    Body::Task(TaskId([1; 16]), vec![TaskChange::Title(text.into())])
}

fn lost(site: &Site) -> Option<TaskChange> {
    let lost = &site.replica.tasks.lost;
    lost.get(TaskId([1; 16]), Field::Title)
        .map(|lost| lost.mine.clone())
}

#[test]
fn the_author_of_a_lost_concurrent_edit_is_told_and_nobody_else() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    ana.write(at(1), title("chair"));
    meet(&mut ana, &mut ben, at(2));
    ana.write(at(3), title("chair 1"));
    ben.write(at(4), title("chair 2"));
    meet(&mut ana, &mut ben, at(5));
    assert_eq!(lost(&ana), Some(TaskChange::Title("chair 1".into())));
    assert_eq!(lost(&ben), None, "the winner lost nothing");

    ana.write(at(6), title("chair 1"));
    meet(&mut ana, &mut ben, at(7));
    assert_eq!(lost(&ana), None, "put back");
    assert_eq!(lost(&ben), None, "overwritten knowingly");
}

#[test]
fn an_edit_that_was_overwritten_knowingly_is_not_lost_to_a_third() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    cid.write(at(9), title("from cid"));
    ana.write(at(1), title("from ana"));
    // Ana meets Cid before she hears that Ben had seen and changed hers.
    meet(&mut ana, &mut ben, at(2));
    ben.write(at(3), title("from ben"));
    meet(&mut ana, &mut cid, at(10));
    assert_eq!(lost(&ana), Some(TaskChange::Title("from ana".into())));
    meet(&mut ana, &mut ben, at(11));
    assert_eq!(lost(&ana), None);
    assert_eq!(lost(&ben), Some(TaskChange::Title("from ben".into())));
}

#[test]
fn a_task_deleted_under_ones_hands_can_be_added_again() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    let task = TaskId([1; 16]);
    ben.write(at(1), title("chair"));
    meet(&mut ana, &mut ben, at(2));
    ana.write(at(3), title("chair 1"));
    ben.write(at(4), Body::DeleteTask(task));
    meet(&mut ana, &mut ben, at(5));
    for site in [&ana, &ben] {
        assert!(site.replica.tasks.view(task).is_none());
    }
    assert!(ana.replica.tasks.lost.deletion(task).is_some());
    assert!(ben.replica.tasks.lost.deletion(task).is_none());
    let kept = ana.replica.tasks.all_values(task);
    assert!(kept.contains(&TaskChange::Title("chair 1".into())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Between two people, what is lost does not depend on the order in which operations arrived: a replica that loads
    /// its own records tells the same. (With three, who overwrote whom knowingly may be heard too late to matter.)
    #[test]
    fn lost_edits_of_two_are_the_same_whatever_the_order(acts in acts(), seed in any::<u8>()) {
        let acts: Vec<Act> = acts.into_iter().filter(|act| !act.involves(2)).collect();
        let mut sites = perform(&acts);
        sites.truncate(2);
        let mut runs: Vec<Run> = sites.iter().flat_map(Site::all).collect();
        let mut random = Rng::new([seed; 32]);
        for (number, site) in (1u8..).zip(&mut sites) {
            site.take(at(1_000), &runs);
            for at in (1..runs.len()).rev() {
                runs.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap());
            }
            let mut again = Site::blank(number);
            again.take(at(1_000), &runs);
            prop_assert_eq!(&again.replica.tasks.lost, &site.replica.tasks.lost);
        }
    }
}

#[test]
fn a_private_message_is_read_at_its_two_ends_only_and_travels_through_a_third() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    meet(&mut ana, &mut ben, at(1));
    let post = Post {
        text: "between us".into(),
        ..Post::default()
    };
    let ben_id = ben.id();
    let sealed = ana.replica.seal(ben_id, &mut Rng::new([1; 32]), &post);
    let id = ana.write(at(2), sealed.unwrap());
    let bytes = &ana.replica.entry(id).unwrap().bytes;
    let shows = |bytes: &[u8]| bytes.windows(7).any(|part| part == b"between");
    assert!(!shows(bytes));

    cid.take(at(3), &ana.all());
    assert!(cid.replica.chat.get(id).is_none());
    ben.take(at(4), &cid.all());
    for (site, other) in [(&ana, ben.id()), (&ben, ana.id())] {
        let (_, message) = site.replica.chat.get(id).unwrap();
        assert_eq!(message.text.expose(), "between us");
        assert_eq!(message.with, Some(other));
    }

    let mut again = Site::blank(1);
    again.take(at(5), &ana.all());
    assert!(
        again.replica.chat.get(id).is_some(),
        "one's own after a reload"
    );
}

#[test]
fn a_private_message_that_does_not_open_is_counted_and_blocks_nothing() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    meet(&mut ana, &mut ben, at(1));
    let to = ben.id();
    let id = ana.write(
        at(2),
        Body::Private {
            to,
            sealed: vec![7; 120],
        },
    );
    let later = ana.post(at(3), None);
    for run in ana.all() {
        let _ = ben.replica.receive(&run);
    }
    assert_eq!(ben.replica.settle(at(4)).refused, 1);
    assert!(ben.replica.chat.get(id).is_none());
    assert!(ben.replica.chat.get(later).is_some());
}
