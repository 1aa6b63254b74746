//! Dropping what nobody needs changes nothing that anybody sees, whoever drops what and when.

use super::*;
use crate::store::chain::Packed;
use std::collections::BTreeMap;

const DAY: u64 = 24 * 3600;

/// A site and what its vault holds.
struct Clinic {
    site: Site,
    vault: BTreeMap<(WriterId, Stored), Vec<u8>>,
    saved: VersionVector,
    dropped: u64,
}

impl Clinic {
    fn new(number: u8) -> Self {
        let mut clinic = Self {
            site: Site::new(number),
            vault: BTreeMap::new(),
            saved: VersionVector::default(),
            dropped: 0,
        };
        clinic.save();
        clinic
    }

    /// Saves what is new, as a node does.
    fn save(&mut self) {
        let have = self.site.replica.have().clone();
        for (writer, last) in have.ahead_of(&self.saved) {
            let first = self.saved.get(writer) + 1;
            let records = self.site.replica.records(writer, first..=last);
            self.vault.extend(
                records
                    .into_iter()
                    .map(|(name, bytes)| ((writer, name), bytes)),
            );
        }
        self.saved = have;
    }

    fn pull(&mut self, from: &mut Self, now: Now) {
        causal::pull(&mut from.site, &mut self.site, now);
        // A hole may have swallowed what was saved before.
        self.saved = VersionVector::default();
        self.save();
    }

    /// Packs; when `torn`, the tab ends before it removes what is packed.
    fn pack(&mut self, now: Now, torn: bool) {
        let through = self.site.replica.have().clone();
        self.site.replica.expire_messages(now.wall);
        for (writer, packed) in self.site.replica.pack(now.wall, &through) {
            let Packed {
                saves,
                removes,
                dropped,
            } = packed;
            self.dropped += dropped;
            self.vault.extend(
                saves
                    .into_iter()
                    .map(|(name, bytes)| ((writer, name), bytes)),
            );
            for name in removes.into_iter().filter(|_| !torn) {
                self.vault.remove(&(writer, name));
            }
        }
    }

    fn reload(&mut self, now: Now) -> Loaded {
        let mut records = Records::default();
        for ((writer, name), bytes) in self.vault.clone() {
            match name {
                Stored::Op(seq) => records.ops.insert(OpId { writer, seq }, bytes),
                Stored::Block(first, last) => records.blocks.insert((writer, first, last), bytes),
            };
        }
        let device = self.site.device.clone();
        self.site.replica = Replica::new(ROOM, device);
        let loaded = self.site.replica.load(records, &[]);
        self.site.replica.settle(now);
        loaded
    }

    /// What a browser's storage would count, in bytes: one UTF-16 unit for each byte of a name and a record.
    fn stored(&self) -> usize {
        let size = |((writer, name), bytes): (&(WriterId, Stored), &Vec<u8>)| {
            let key = crate::store::Key::stored(ROOM, *writer, *name);
            2 * (key.to_string().len() + bytes.len())
        };
        self.vault.iter().map(size).sum()
    }

    fn state(&self) -> String {
        let replica = &self.site.replica;
        let reads: Vec<_> = replica.roster.iter().collect();
        format!("{:?} {reads:?}", self.site.state())
    }
}

fn two<T>(all: &mut [T], a: usize, b: usize) -> (&mut T, &mut T) {
    let (low, high) = all.split_at_mut(a.max(b));
    if a < b {
        (&mut low[a], &mut high[0])
    } else {
        (&mut high[0], &mut low[b])
    }
}

/// What somebody does in a minute of a clinic day.
fn work(clinic: &mut Clinic, now: Now, random: &mut Rng, tasks: u64) {
    let mut below = |bound: u64| random.below(bound);
    let task = TaskId(crate::rng::Rng::new([below(tasks) as u8; 32]).bytes());
    let body = match below(10) {
        0..4 => Body::Task(
            task,
            vec![match below(4) {
                0 => TaskChange::Title(format!("Prepare room {} for the next", below(99)).into()),
                1 => TaskChange::Priority(Priority::High),
                2 => TaskChange::Status(TaskStatus::Done),
                _ => TaskChange::Position(vec![below(250) as u8, 1]),
            }],
        ),
        4 => Body::DeleteTask(task),
        5 => Body::Profile(Profile {
            name: "Ana".into(),
            role: "nurse".into(),
            status: below(9).to_string().into(),
        }),
        6 | 7 => Body::Read {
            room: clinic
                .site
                .replica
                .have()
                .iter()
                .filter(|(writer, _)| *writer != clinic.site.id())
                .collect(),
            private: Vec::new(),
        },
        _ => Body::Post(Post {
            text: format!("The patient of {} is here, who takes over?", below(24)).into(),
            ..Post::default()
        }),
    };
    clinic.site.write(now, body);
    clinic.save();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// O-DROP: three who pack when they like, a newcomer who takes from all of them, and one who never packs end with the
    /// same, and what is packed loads again, also when the tab ended in between.
    #[test]
    fn packing_changes_nothing_that_anybody_sees(seed in any::<u64>()) {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let mut random = Rng::new(bytes);
        let mut clinics: Vec<Clinic> = (1..=4).map(Clinic::new).collect();
        let mut seconds = 0;
        for _ in 0..1_500 {
            seconds += 600 + random.below(300);
            let now = at(seconds);
            let by = random.below(3) as usize;
            match random.below(12) {
                0 => {
                    let other = (by + 1 + random.below(2) as usize) % 3;
                    let (a, b) = two(&mut clinics, by, other);
                    a.pull(b, now);
                    prop_assert!(a.site.replica.is_at_rest());
                }
                1 if random.below(4) == 0 => {
                    let torn = random.below(3) == 0;
                    clinics[by].pack(now, torn);
                    if torn {
                        let before = clinics[by].state();
                        clinics[by].reload(now);
                        prop_assert_eq!(clinics[by].state(), before);
                    }
                }
                2 => {
                    let (a, b) = two(&mut clinics, 3, by);
                    a.pull(b, now);
                }
                _ => work(&mut clinics[by], now, &mut random, 24),
            }
        }
        let end = at(seconds + 3 * DAY);
        for by in 0..3 {
            let (witness, other) = two(&mut clinics, 3, by);
            witness.pull(other, end);
        }
        clinics[0].pack(end, false);
        for by in 0..3 {
            let (a, witness) = two(&mut clinics, by, 3);
            a.pull(witness, end);
        }
        clinics[1].pack(end, false);
        let mut newcomer = Clinic::new(9);
        for by in [1, 0, 2, 3] {
            newcomer.pull(&mut clinics[by], end);
        }
        prop_assert!(clinics[0].dropped > 300, "dropped {}", clinics[0].dropped);
        // Retention hides messages by their age alone.
        clinics[3].site.replica.expire_messages(end.wall);
        newcomer.site.replica.expire_messages(end.wall);
        clinics[2].site.replica.expire_messages(end.wall);
        clinics[1].pull(&mut newcomer, end);
        for by in [0, 2, 3] {
            let (a, b) = two(&mut clinics, by, 1);
            a.pull(b, end);
        }
        newcomer.pull(&mut clinics[1], end);
        let expected = clinics[3].state();
        for clinic in &mut clinics {
            prop_assert!(clinic.state() == expected);
            let loaded = clinic.reload(end);
            prop_assert_eq!(loaded.damaged, 0);
            clinic.site.replica.expire_messages(end.wall);
            prop_assert!(clinic.state() == expected, "after a reload");
        }
        prop_assert!(newcomer.state() == expected, "the newcomer");
    }
}

const PEOPLE: usize = 15;
const DAYS: u64 = 20;
/// What a room of 15 people may take of a browser's 10 MiB after 20 days, and of the network for a newcomer.
const STORED: usize = 4 * 1024 * 1024;
const FIRST_SYNC: usize = 3 * 512 * 1024;

/// One clinic day of one person: 15 tasks added, of which most are done and half are deleted in the end, edits, 30
/// messages, and marks that messages were read.
fn day(clinic: &mut Clinic, morning: u64, random: &mut Rng) {
    let mut seconds = morning + random.below(60);
    let mut now = move |pause: u64| {
        seconds += pause;
        at(seconds)
    };
    for _ in 0..15 {
        let site = &mut clinic.site;
        let task = TaskId(random.bytes());
        let title = format!("Prepare chair {} for {}", random.below(9), random.below(99));
        let change = |change| Body::Task(task, vec![change]);
        let added = vec![
            TaskChange::Title(title.into()),
            TaskChange::Place("Room 3".into()),
            TaskChange::Priority(Priority::Normal),
        ];
        site.write(now(random.below(900)), Body::Task(task, added));
        site.write(now(60), change(TaskChange::Priority(Priority::High)));
        site.write(
            now(60),
            change(TaskChange::Notes("with the blue box".into())),
        );
        site.write(
            now(60),
            change(TaskChange::Position(vec![random.below(250) as u8, 1])),
        );
        if random.below(10) > 0 {
            site.write(now(60), change(TaskChange::Status(TaskStatus::Done)));
        }
        if random.below(2) == 0 {
            site.write(now(600), Body::DeleteTask(task));
        }
        for _ in 0..2 {
            let text = format!(
                "The patient of {} is here, who takes over?",
                random.below(24)
            );
            let text = text.into();
            let post = Post {
                text,
                ..Post::default()
            };
            site.write(now(120), Body::Post(post));
        }
        let me = site.id();
        let room = site.replica.have().iter();
        let room = room.filter(|(writer, _)| *writer != me).collect();
        let private = Vec::new();
        site.write(now(60), Body::Read { room, private });
    }
    clinic.save();
}

/// What somebody who has nothing gets from `host`, in bytes.
fn first_sync(host: &mut Site) -> usize {
    let mut bytes = Vec::new();
    let have: Vec<_> = host.replica.have().iter().collect();
    for (writer, last) in have {
        let mut next = 1;
        while next <= last {
            let run = host
                .replica
                .run(writer, next, last, limits::BATCH_BYTES)
                .unwrap();
            next = run.last().unwrap() + 1;
            let frame = crate::wire::peer::PeerFrame::Ops(run);
            let before = bytes.len();
            frame.encode_into(&mut bytes);
            assert!(
                bytes.len() - before <= limits::MAX_PACKET_BYTES,
                "fits in a packet"
            );
        }
    }
    bytes.len()
}

/// O-DROP, O-RETAIN, O-SWEEP: fifteen people, twenty days, and one who was away for most of them.
#[test]
fn twenty_clinic_days_of_fifteen_people_stay_small_and_the_deleted_stay_deleted() {
    let mut random = Rng::new([20; 32]);
    let mut clinics: Vec<Clinic> = (1..=PEOPLE as u8).map(Clinic::new).collect();
    let away = PEOPLE - 1;
    let mut deleted = Vec::new();
    for today in 0..DAYS {
        let morning = today * DAY;
        let present = if today == 0 || today == DAYS - 1 {
            PEOPLE
        } else {
            away
        };
        let everyone = &mut clinics[..present];
        for clinic in everyone.iter_mut() {
            day(clinic, morning, &mut random);
        }
        // At the end of the day all have what all wrote: one gathers, and hands out.
        let evening = at(morning + 12 * 3600);
        for round in 0..2 {
            for other in 1..present {
                let (first, other) = two(everyone, 0, other);
                if round == 0 {
                    first.pull(other, evening);
                } else {
                    other.pull(first, evening);
                }
            }
        }
        for clinic in everyone.iter_mut() {
            clinic.pack(evening, false);
        }
        let first = &mut everyone[0];
        let swept = first.site.replica.to_sweep(evening.wall);
        if !swept.is_empty() {
            first.site.write(evening, Body::DeleteTasks(swept));
            first.save();
        }
        if today == 0 {
            // Whoever is away sees these; the others delete them the next day.
            let tasks = first
                .site
                .replica
                .tasks
                .views()
                .into_iter()
                .map(|task| task.id);
            deleted = tasks.take(20).collect();
        }
        if today == 1 {
            for task in &deleted {
                first
                    .site
                    .write(at(morning + 13 * 3600), Body::DeleteTask(*task));
            }
            first.save();
        }
        if today == 10 {
            // Edits of what was deleted long ago, by someone who cannot know.
            for task in &deleted {
                let change = TaskChange::Title("still to do".into());
                let late = &mut clinics[away];
                late.site
                    .write(at(morning), Body::Task(*task, vec![change]));
                late.save();
            }
        }
    }
    let end = at(DAYS * DAY);
    for other in 1..PEOPLE {
        let (first, other) = two(&mut clinics, 0, other);
        first.pull(other, end);
        other.pull(first, end);
    }
    for clinic in &mut clinics {
        clinic.pack(end, false);
    }
    let mut newcomer = Clinic::new(99);
    let sent = first_sync(&mut clinics[3].site);
    newcomer.pull(&mut clinics[3], end);
    for other in 1..PEOPLE {
        let (first, other) = two(&mut clinics, 0, other);
        first.pull(other, end);
        other.pull(first, end);
    }
    let expected = clinics[0].state();
    for clinic in &mut clinics {
        assert!(clinic.state() == expected, "all show the same");
        for task in &deleted {
            assert!(
                !clinic.site.replica.tasks.is_alive(*task),
                "a deleted task is back"
            );
        }
    }
    newcomer
        .site
        .replica
        .tasks
        .views()
        .iter()
        .for_each(|task| assert!(!deleted.contains(&task.id)));
    assert_eq!(
        newcomer.site.replica.tasks.views(),
        clinics[0].site.replica.tasks.views()
    );
    let total: u64 = clinics[0].site.replica.have().total();
    let stored = clinics.iter().map(Clinic::stored).max().unwrap();
    println!("{total} operations: at most {stored} bytes stored, {sent} sent to a newcomer");
    assert!(total > 25_000, "{total} operations");
    assert!(stored < STORED, "{stored} bytes stored");
    assert!(sent < FIRST_SYNC, "{sent} bytes sent");
}
