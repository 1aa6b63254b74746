//! R-HUB-4: what the shelf keeps, for whom and how long, under virtual time.

use super::world::{Client, TAG, World};
use crate::broker::sealed::tests::sealed;
use crate::broker::{
    ActivityKind, Archive as _, ArchiveError, BrokerLimits, HubLimit, Purge, ShelfStats, Source,
};
use crate::id::{RecordId, RoomTag};
use crate::limits::{
    HUB_SHELF_OVERHEAD, HUB_SHELF_SWEEP, HUB_SHELF_TTL, ROOM_TTL, SHELF_FETCH, SHELF_LABEL_BYTES,
    SHELF_PAGE,
};
use crate::wire::hub::{ClientFrame, HubFrame};
use crate::wire::registry::{refusal, source};
use crate::wire::shelf::{Listed, Record, Store, StoreError, Stored};
use core::time::Duration;

pub(super) const LAYERS: &str = "phonebook,handshake,relay,shelf,admin";
const SECOND: Duration = Duration::from_secs(1);

pub(super) fn store(seed: u8) -> Store {
    Store {
        id: RecordId([seed; 16]),
        label: sealed(seed, SHELF_LABEL_BYTES).into(),
        sealed: sealed(seed, 500).into(),
        source: source::P2P,
        ttl: None,
    }
}

fn put(world: &mut World, client: &Client, store: Store) -> Vec<HubFrame> {
    world.send(client, ClientFrame::ShelfStore(store));
    world.frames(client)
}

/// Stores a record that must be accepted, and answers its number.
fn kept(world: &mut World, client: &Client, store: Store) -> u64 {
    match put(world, client, store)[..] {
        [HubFrame::ShelfStored(Stored { number, .. })] => number,
        ref other => panic!("not stored: {other:?}"),
    }
}

pub(super) fn list(world: &mut World, client: &Client, after: u64) -> Listed {
    world.send(client, ClientFrame::ShelfList(after));
    match &world.frames(client)[..] {
        [HubFrame::ShelfListed(listed)] => listed.clone(),
        other => panic!("not listed: {other:?}"),
    }
}

fn numbers(world: &mut World, client: &Client) -> Vec<u64> {
    let listed = list(world, client, 0);
    listed.records.iter().map(|record| record.number).collect()
}

fn error(seed: u8, code: u16) -> Vec<HubFrame> {
    let id = RecordId([seed; 16]);
    vec![HubFrame::ShelfError(StoreError { id, code })]
}

#[test]
fn r_hub_4_a_record_is_confirmed_listed_and_handed_out_as_it_was() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let number = kept(&mut world, &a, store(1));
    world.drop_socket(&a);
    let b = world.member(room, 2);
    let listed = list(&mut world, &b, 0);
    assert_eq!(listed.records.len(), 1);
    assert!(!listed.more);
    assert_eq!(listed.records[0].number, number);
    assert_eq!(
        listed.records[0].label.as_slice(),
        sealed(1, SHELF_LABEL_BYTES)
    );
    world.send(&b, ClientFrame::ShelfFetch(vec![number, number + 1]));
    let mut got = world.frames(&b);
    got.sort_by_key(|frame| matches!(frame, HubFrame::ShelfRecord(Record { sealed: None, .. })));
    let expected = [(number, Some(sealed(1, 500).into())), (number + 1, None)]
        .map(|(number, sealed)| HubFrame::ShelfRecord(Record { number, sealed }));
    assert_eq!(got, expected);
    assert_eq!(list(&mut world, &b, number).records, []);
}

#[test]
fn r_hub_4_confirmed_only_when_it_is_on_disk() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    world.hold_archive = true;
    assert_eq!(put(&mut world, &a, store(1)), []);
    assert_eq!(put(&mut world, &a, store(1)), [], "and not written twice");
    assert_eq!(
        numbers(&mut world, &a),
        Vec::<u64>::new(),
        "nor shown to anybody before"
    );
    world.let_archive_work();
    assert!(matches!(
        world.frames(&a)[..],
        [HubFrame::ShelfStored(Stored { again: false, .. })]
    ));
    assert_eq!(world.archive.index().unwrap().len(), 1);
}

#[test]
fn r_hub_4_a_failing_disk_is_told_and_the_record_may_come_again() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    world.archive_fails = Some(ArchiveError::Disk);
    assert_eq!(put(&mut world, &a, store(1)), error(1, refusal::STORAGE));
    assert_eq!(numbers(&mut world, &a), Vec::<u64>::new());
    world.archive_fails = None;
    kept(&mut world, &a, store(1));
}

/// Rule H-FETCH: "not there" would be the end of it.
#[test]
fn what_cannot_be_read_now_is_refused_and_not_called_gone() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let number = kept(&mut world, &a, store(1));
    world.archive_fails = Some(ArchiveError::Away);
    world.send(&a, ClientFrame::ShelfFetch(vec![number]));
    assert_eq!(world.frames(&a), [HubFrame::Refused(refusal::STORAGE)]);
    world.archive_fails = None;
    world.send(&a, ClientFrame::ShelfFetch(vec![number]));
    let sealed = Some(sealed(1, 500).into());
    let record = HubFrame::ShelfRecord(Record { number, sealed });
    assert_eq!(world.frames(&a), [record]);
}

#[test]
fn r_hub_4_the_same_record_is_kept_once_whoever_brings_it() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let (a, b) = (world.member(room, 1), world.member(room, 2));
    world.frames(&a);
    let number = kept(&mut world, &a, store(1));
    let again = Stored {
        id: RecordId([1; 16]),
        number,
        again: true,
    };
    assert_eq!(
        put(&mut world, &b, store(1)),
        [HubFrame::ShelfStored(again)]
    );
    assert_eq!(numbers(&mut world, &a), [number]);
    // The same name in another room is another record.
    let other = world.room();
    let c = world.member(other, 3);
    kept(&mut world, &c, store(1));
    assert_eq!(world.broker.shelf_stats().p2p, 2);
}

#[test]
fn l2_what_is_not_sealed_is_not_kept() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let clear = b"Mrs Example, chair 4, allergic to latex; please call back ".repeat(4);
    let mut half = sealed(1, 500);
    half.splice(200..200, clear.clone());
    for (label, record) in [
        (SHELF_LABEL_BYTES, clear),
        (SHELF_LABEL_BYTES, half),
        (SHELF_LABEL_BYTES, sealed(1, 20)),
        (SHELF_LABEL_BYTES - 1, sealed(1, 500)),
        (SHELF_LABEL_BYTES + 1, sealed(1, 500)),
    ] {
        let bad = Store {
            label: sealed(1, label).into(),
            sealed: record.into(),
            ..store(1)
        };
        assert_eq!(put(&mut world, &a, bad), error(1, refusal::MALFORMED));
    }
    let bad = Store {
        source: 2,
        ..store(1)
    };
    assert_eq!(put(&mut world, &a, bad), error(1, refusal::MALFORMED));
    assert_eq!(world.archive.index().unwrap(), []);
}

#[test]
fn only_members_store_list_and_fetch() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let number = kept(&mut world, &a, store(1));
    let stranger = world.connect(2);
    assert_eq!(
        put(&mut world, &stranger, store(2)),
        error(2, refusal::NOT_JOINED)
    );
    for frame in [
        ClientFrame::ShelfList(0),
        ClientFrame::ShelfFetch(vec![number]),
    ] {
        world.send(&stranger, frame);
        assert_eq!(
            world.frames(&stranger),
            [HubFrame::Refused(refusal::NOT_JOINED)]
        );
    }
    let elsewhere = world.room();
    let b = world.member(elsewhere, 3);
    world.send(&b, ClientFrame::ShelfFetch(vec![number]));
    let none = HubFrame::ShelfRecord(Record {
        number,
        sealed: None,
    });
    assert_eq!(world.frames(&b), [none]);
}

#[test]
fn l2_without_the_layer_nothing_is_kept() {
    let mut world = World::layered("phonebook,handshake,relay");
    let room = world.room();
    let a = world.member(room, 1);
    assert_eq!(put(&mut world, &a, store(1)), error(1, refusal::LAYER_OFF));
    world.send(&a, ClientFrame::ShelfList(0));
    assert_eq!(world.frames(&a), [HubFrame::Refused(refusal::LAYER_OFF)]);
    assert_eq!(world.archive.index().unwrap(), []);
}

#[test]
fn records_are_kept_for_their_time_and_no_longer() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let short = Store {
        ttl: Some(60),
        ..store(1)
    };
    let long = Store {
        ttl: Some(u32::MAX),
        ..store(2)
    };
    let first = kept(&mut world, &a, short.clone());
    let second = kept(&mut world, &a, long);
    let epoch = list(&mut world, &a, 0).epoch;
    world.jump(SECOND * 59);
    assert_eq!(numbers(&mut world, &a), [first, second]);
    world.jump(SECOND);
    assert_eq!(numbers(&mut world, &a), [second]);
    world.send(&a, ClientFrame::ShelfFetch(vec![first]));
    let none = HubFrame::ShelfRecord(Record {
        number: first,
        sealed: None,
    });
    assert_eq!(world.frames(&a), [none]);
    world.drop_socket(&a);
    world.pass(HUB_SHELF_SWEEP);
    assert_eq!(world.archive.index().unwrap().len(), 1, "off the disk too");
    let a = world.member(room, 1);
    assert_ne!(list(&mut world, &a, 0).epoch, epoch, "members list anew");
    // What is too old may come again.
    kept(&mut world, &a, short);
    world.drop_socket(&a);
    world.pass(HUB_SHELF_TTL + HUB_SHELF_SWEEP);
    assert_eq!(world.broker.shelf_stats(), ShelfStats::default());
    assert_eq!(world.archive.index().unwrap(), []);
}

#[test]
fn rooms_have_their_quota_and_the_hub_has_one() {
    let weight = 500 + HUB_SHELF_OVERHEAD;
    let mut world = World::layered(LAYERS);
    world.limit(BrokerLimits {
        shelf_room_bytes: 2 * weight,
        shelf_bytes: 3 * weight,
        ..BrokerLimits::default()
    });
    let (one, two) = (world.room(), world.room());
    let (a, b) = (world.member(one, 1), world.member(two, 2));
    kept(&mut world, &a, store(1));
    kept(&mut world, &a, store(2));
    assert_eq!(put(&mut world, &a, store(3)), error(3, refusal::FULL));
    kept(&mut world, &b, store(3));
    assert_eq!(put(&mut world, &b, store(4)), error(4, refusal::FULL));
    assert_eq!(world.broker.hits(HubLimit::Shelf), 2);
    // Room is made by what goes.
    assert_eq!(world.broker.purge_shelf(Purge::Room(one)), 2);
    world.carry_out();
    kept(&mut world, &b, store(4));
}

#[test]
fn a_hub_that_restarted_opens_a_shelved_room_for_its_key_and_for_no_other() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let number = kept(&mut world, &a, store(1));
    world.restart();
    let mut thief = world.connect(2).join(room);
    thief.tag = RoomTag([9; 16]);
    let conn = world.connect(2);
    let thief = crate::wire::hub::Join {
        proof: conn.device.sign(&crate::key::join_message(
            &conn.nonce,
            room,
            thief.tag,
            conn.session,
        )),
        session: conn.session,
        ..thief
    };
    world.send(&conn, ClientFrame::Join(thief));
    assert_eq!(world.frames(&conn), [HubFrame::Refused(refusal::WRONG_TAG)]);
    // Never been here before: no `resume`.
    let late = world.member(room, 3);
    assert_eq!(numbers(&mut world, &late), [number]);
    assert!(kept(&mut world, &late, store(2)) > number);
    // A room that ended for lack of use is there again too.
    world.drop_socket(&late);
    world.pass(ROOM_TTL + SECOND * 60);
    let later = world.member(room, 4);
    assert_eq!(numbers(&mut world, &later).len(), 2);
    assert_eq!(later.join(room).tag, TAG);
}

#[test]
fn long_lists_come_in_pages_and_fetching_is_bounded() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    let count = SHELF_PAGE + 5;
    for at in 0..count {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(at as u64).to_be_bytes());
        let record = Store {
            id: RecordId(id),
            ..store(1)
        };
        kept(&mut world, &a, record);
    }
    let first = list(&mut world, &a, 0);
    assert!(first.more && first.records.len() == SHELF_PAGE);
    let last = first.records.last().unwrap().number;
    let second = list(&mut world, &a, last);
    assert!(!second.more && second.records.len() == 5);
    let frame = HubFrame::ShelfListed(first.clone()).encode();
    assert!(
        frame.len() <= crate::limits::MAX_HUB_FRAME_BYTES,
        "{}",
        frame.len()
    );

    world.hold_archive = true;
    let some: Vec<u64> = first.records[..SHELF_FETCH]
        .iter()
        .map(|record| record.number)
        .collect();
    for _ in 0..4 {
        world.send(&a, ClientFrame::ShelfFetch(some.clone()));
    }
    assert_eq!(world.frames(&a), []);
    world.send(&a, ClientFrame::ShelfFetch(some.clone()));
    assert_eq!(world.frames(&a), [HubFrame::Refused(refusal::FULL)]);
    world.let_archive_work();
    assert_eq!(world.frames(&a).len(), 4 * SHELF_FETCH);
    world.send(&a, ClientFrame::ShelfFetch(some));
    world.let_archive_work();
    assert_eq!(world.frames(&a).len(), SHELF_FETCH);
}

#[test]
fn the_operator_sees_counts_by_source_and_what_happened() {
    let mut world = World::layered(LAYERS);
    let room = world.room();
    let a = world.member(room, 1);
    kept(&mut world, &a, store(1));
    let by_hub = Store {
        source: source::WEBSOCKET,
        ..store(2)
    };
    kept(&mut world, &a, by_hub);
    put(
        &mut world,
        &a,
        Store {
            source: 7,
            ..store(3)
        },
    );
    let status = world.broker.mesh_status(world.now).unwrap();
    let expected = ShelfStats {
        rooms: 1,
        p2p: 1,
        websocket: 1,
        bytes: 1000,
    };
    assert_eq!(status.totals.shelf, expected);
    assert_eq!(world.broker.health(world.now).records, 2);
    let kinds: Vec<ActivityKind> = status.activity.iter().map(|line| line.kind).collect();
    let told = [
        ActivityKind::P2pMessageStored,
        ActivityKind::P2pMessageStored,
        ActivityKind::P2pMessageStoreError,
    ];
    assert!(kinds.ends_with(&told), "{kinds:?}");
    let sources: Vec<Source> = world
        .archive
        .index()
        .unwrap()
        .iter()
        .map(|meta| meta.source)
        .collect();
    assert_eq!(sources, [Source::P2p, Source::WebSocket]);
}
