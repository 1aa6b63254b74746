//! Several hubs that share the shelf's archive (rule F-SHELF): it numbers the records, and what each hub lists comes from
//! there, in that order and some time later.

use super::shelf::{LAYERS, list, store};
use super::world::{Client, World};
use crate::broker::sealed::tests::sealed;
use crate::broker::{
    Archive as _, ArchiveError, BrokerInput, News, Purge, RecordMeta, SharedMemory, carry_out,
};
use crate::id::{RecordId, RoomId};
use crate::limits::{HUB_SHELF_SWEEP, HUB_SHELF_TTL, SHELF_RECORD_BYTES};
use crate::wire::hub::{ClientFrame, HubFrame};
use crate::wire::registry::refusal;
use crate::wire::shelf::{Record, Store, Stored};
use core::time::Duration;

/// Hubs around one archive, which does something and tells of it only when a test says so.
struct Sharing {
    hubs: Vec<World>,
    archive: SharedMemory,
    heard: Vec<usize>,
    room: RoomId,
}

impl Sharing {
    fn new(hubs: u8) -> Self {
        let mut hubs: Vec<World> = (1..=hubs)
            .map(|seed| World::sharing(seed, LAYERS))
            .collect();
        let room = hubs[0].room();
        Self {
            heard: vec![0; hubs.len()],
            hubs,
            archive: SharedMemory::default(),
            room,
        }
    }

    /// A member who knows the room from before.
    fn member(&mut self, hub: usize, secret: u8) -> Client {
        let world = &mut self.hubs[hub];
        let client = world.connect(secret);
        let mut join = client.join(self.room);
        join.resume = true;
        world.send(&client, ClientFrame::Join(join));
        let frames = world.frames(&client);
        assert!(matches!(frames[..], [HubFrame::Joined(_)]), "{frames:?}");
        client
    }

    fn ask(&mut self, hub: usize, client: &Client, store: Store) {
        self.hubs[hub].send(client, ClientFrame::ShelfStore(store));
    }

    /// The archive does what a hub asked for, and answers.
    fn work(&mut self, hub: usize) {
        let jobs = core::mem::take(&mut self.hubs[hub].jobs);
        let answers = carry_out(&mut self.archive, jobs);
        self.hubs[hub].archived(answers);
    }

    /// A hub hears all that it has not heard.
    fn tell(&mut self, hub: usize) {
        let news = &self.archive.news()[self.heard[hub]..];
        self.hubs[hub].handle(BrokerInput::News(news));
        self.heard[hub] = self.archive.news().len();
    }

    /// All hubs do everything.
    fn settle(&mut self) {
        for hub in 0..self.hubs.len() {
            self.work(hub);
        }
        for hub in 0..self.hubs.len() {
            self.tell(hub);
        }
    }

    /// The number under which a record is confirmed.
    fn confirmed(&mut self, hub: usize, client: &Client) -> u64 {
        match self.hubs[hub].frames(client)[..] {
            [HubFrame::ShelfStored(Stored { number, .. })] => number,
            ref other => panic!("not stored: {other:?}"),
        }
    }

    fn numbers(&mut self, hub: usize, client: &Client, after: u64) -> Vec<u64> {
        let listed = list(&mut self.hubs[hub], client, after);
        listed.records.iter().map(|record| record.number).collect()
    }

    /// Keeps a record and tells everybody.
    fn kept(&mut self, hub: usize, client: &Client, store: Store) -> u64 {
        self.ask(hub, client, store);
        self.settle();
        self.confirmed(hub, client)
    }
}

#[test]
fn what_one_hub_stores_every_hub_lists_and_hands_out() {
    let mut sharing = Sharing::new(2);
    let (a, b) = (sharing.member(0, 1), sharing.member(1, 2));
    let number = sharing.kept(0, &a, store(1));
    for (hub, client) in [(0, &a), (1, &b)] {
        assert_eq!(sharing.numbers(hub, client, 0), [number]);
        let world = &mut sharing.hubs[hub];
        world.send(client, ClientFrame::ShelfFetch(vec![number]));
        sharing.work(hub);
        let sealed = Some(sealed(1, 500).into());
        let record = HubFrame::ShelfRecord(Record { number, sealed });
        assert_eq!(sharing.hubs[hub].frames(client), [record]);
    }
    // Whoever knows the key enters by a hub that heard of the room from the archive only.
    let mut late = World::sharing(9, LAYERS);
    let now = late.now;
    late.broker
        .adopt_shelf(now, sharing.archive.index().unwrap());
    late.member(sharing.room, 3);
}

/// A member who has listed through a number has missed none before it, whichever hub was faster.
#[test]
fn records_are_listed_in_the_order_of_their_numbers_whoever_stored_them() {
    let mut sharing = Sharing::new(2);
    let (a, b) = (sharing.member(0, 1), sharing.member(1, 2));
    sharing.ask(1, &b, store(2));
    sharing.ask(0, &a, store(1));
    sharing.work(1);
    sharing.work(0);
    assert_eq!(sharing.confirmed(1, &b), 1);
    assert_eq!(
        sharing.confirmed(0, &a),
        2,
        "confirmed by the archive's word"
    );
    let (mut seen, mut cursor) = (Vec::new(), 0);
    for _ in 0..2 {
        let more = sharing.numbers(0, &a, cursor);
        cursor = more.last().copied().unwrap_or(cursor);
        seen.extend(more);
        sharing.tell(0);
    }
    assert_eq!(seen, [1, 2]);
}

#[test]
fn the_same_record_brought_to_two_hubs_at_once_is_kept_once() {
    let mut sharing = Sharing::new(2);
    let (a, b) = (sharing.member(0, 1), sharing.member(1, 2));
    sharing.ask(0, &a, store(1));
    sharing.ask(1, &b, store(1));
    sharing.settle();
    let number = sharing.confirmed(0, &a);
    assert_eq!(sharing.confirmed(1, &b), number);
    assert_eq!(sharing.archive.index().unwrap().len(), 1);
    for (hub, client) in [(0, &a), (1, &b)] {
        assert_eq!(sharing.numbers(hub, client, 0), [number]);
        assert_eq!(sharing.hubs[hub].broker.shelf_stats().bytes, 500);
    }
}

#[test]
fn what_one_hub_removes_is_gone_at_all() {
    let mut sharing = Sharing::new(2);
    let (a, b) = (sharing.member(0, 1), sharing.member(1, 2));
    sharing.kept(0, &a, store(1));
    let second = sharing.kept(1, &b, store(2));
    let room = sharing.room;
    let epoch = list(&mut sharing.hubs[1], &b, 0).epoch;
    assert_eq!(sharing.hubs[0].broker.purge_shelf(Purge::Room(room)), 2);
    sharing.hubs[0].carry_out();
    sharing.settle();
    let listed = list(&mut sharing.hubs[1], &b, 0);
    assert_eq!(listed.records, []);
    assert_ne!(listed.epoch, epoch, "members list anew");
    assert_eq!(sharing.archive.index().unwrap(), []);
    // It may come again, by any hub.
    assert!(sharing.kept(1, &b, store(2)) > second);
    assert_eq!(sharing.numbers(0, &a, 0).len(), 1);
}

#[test]
fn each_hub_drops_what_is_too_old_and_none_stumbles_over_the_others() {
    let mut sharing = Sharing::new(2);
    let (a, b) = (sharing.member(0, 1), sharing.member(1, 2));
    let first = sharing.kept(0, &a, store(1));
    for (hub, client) in [(0, &a), (1, &b)] {
        let world = &mut sharing.hubs[hub];
        world.drop_socket(client);
        world.pass(HUB_SHELF_TTL + HUB_SHELF_SWEEP);
        assert_eq!(world.broker.shelf_stats().p2p, 0);
    }
    sharing.settle();
    assert_eq!(sharing.archive.index().unwrap(), []);
    let (a, b) = (sharing.member(0, 3), sharing.member(1, 4));
    let again = sharing.kept(1, &b, store(1));
    assert!(again > first);
    assert_eq!(sharing.numbers(0, &a, 0), [again]);
    // Too old once more, which the hub that sweeps first tells before it asks for the new one.
    for world in &mut sharing.hubs {
        world.jump(HUB_SHELF_TTL + Duration::from_secs(1));
    }
    let c = sharing.member(0, 5);
    let anew = sharing.kept(0, &c, store(1));
    assert!(anew > again);
    let d = sharing.member(1, 6);
    assert_eq!(sharing.numbers(1, &d, 0), [anew]);
}

#[test]
fn an_archive_that_is_away_is_told_and_nothing_is_kept() {
    let mut sharing = Sharing::new(1);
    let a = sharing.member(0, 1);
    sharing.ask(0, &a, store(1));
    let job = sharing.hubs[0].jobs.pop().unwrap();
    let answer = (job.ticket, Err(ArchiveError::Away));
    sharing.hubs[0].archived(vec![answer]);
    let frames = sharing.hubs[0].frames(&a);
    assert!(
        matches!(&frames[..], [HubFrame::ShelfError(error)] if error.code == refusal::STORAGE),
        "{frames:?}"
    );
    assert_eq!(sharing.kept(0, &a, store(1)), 1);
}

#[test]
fn an_archive_that_lost_its_memory_is_followed_from_its_start() {
    let mut sharing = Sharing::new(1);
    let a = sharing.member(0, 1);
    for seed in 1..=3 {
        sharing.kept(0, &a, store(seed));
    }
    let before = list(&mut sharing.hubs[0], &a, 0);
    sharing.archive = SharedMemory::default();
    sharing.heard = vec![0];
    sharing.hubs[0].handle(BrokerInput::News(&[News::Lost]));
    let listed = list(&mut sharing.hubs[0], &a, 0);
    assert_eq!(listed.records, []);
    assert_ne!(
        listed.epoch, before.epoch,
        "members store again what is gone"
    );
    assert_eq!(sharing.kept(0, &a, store(2)), 1);
    assert_eq!(sharing.numbers(0, &a, 0), [1]);
}

#[test]
fn l5_news_heard_twice_or_of_no_record_of_ours_change_nothing() {
    let mut sharing = Sharing::new(1);
    let a = sharing.member(0, 1);
    sharing.kept(0, &a, store(1));
    sharing.kept(0, &a, store(2));
    let before = list(&mut sharing.hubs[0], &a, 0);
    sharing.heard = vec![0];
    sharing.tell(0);
    assert_eq!(list(&mut sharing.hubs[0], &a, 0), before);
    let good = RecordMeta {
        number: 10,
        id: RecordId([9; 16]),
        ..sharing.archive.index().unwrap()[0].clone()
    };
    let hostile = [
        RecordMeta {
            label: vec![1; 71].into(),
            ..good.clone()
        },
        RecordMeta {
            bytes: SHELF_RECORD_BYTES as u64 + 1,
            number: 11,
            ..good.clone()
        },
    ];
    let hostile = hostile.map(News::Kept);
    sharing.hubs[0].handle(BrokerInput::News(&hostile));
    assert_eq!(list(&mut sharing.hubs[0], &a, 0), before);
    let good = RecordMeta { number: 12, ..good };
    sharing.hubs[0].handle(BrokerInput::News(&[News::Kept(good)]));
    assert_eq!(sharing.numbers(0, &a, 0), [1, 2, 12]);
    // A hub whose archive is its own listens to nobody.
    let mut alone = World::layered(LAYERS);
    alone.handle(BrokerInput::News(sharing.archive.news()));
    assert_eq!(alone.broker.shelf_stats().p2p, 0);
}
