//! What every archive owes the broker, asked of each.

use super::folder::Folder;
use corridor_core::broker::{
    Archive, ArchiveError, ArchiveJob, Change, Done, MemoryArchive, RecordKey, RecordMeta,
    SharedMemory, Source, Work, carry_out,
};
use corridor_core::id::{RecordId, RoomId, RoomTag, Ticket};
use corridor_core::time::Wall;
use corridor_hub::shelf::{OpenError, ShelfFile, back_up};
use std::sync::{Arc, Mutex};

pub(super) const ROOM: RoomId = RoomId([1; 16]);
pub(super) const OTHER: RoomId = RoomId([2; 16]);

/// Named after the number that is proposed for it.
pub(super) fn meta(room: RoomId, number: u64) -> RecordMeta {
    RecordMeta {
        room,
        tag: RoomTag([3; 16]),
        number,
        id: RecordId([u8::try_from(number).unwrap(); 16]),
        label: vec![5; 72].into(),
        source: Source::WebSocket,
        // No test runs in that year.
        expires: Wall(9_000_000_000_000),
        bytes: 3,
    }
}

pub(super) fn keep(room: RoomId, number: u64, bytes: &[u8]) -> Change {
    Change::Keep(meta(room, number), Arc::from(bytes))
}

/// The record that was kept as `meta` proposes, under this number.
pub(super) fn drop_it(meta: &RecordMeta, number: u64) -> RecordKey {
    RecordKey {
        number,
        ..meta.key()
    }
}

pub(super) fn numbers(archive: &dyn Archive) -> Vec<(RoomId, u64)> {
    let index = archive.index().unwrap();
    index.iter().map(|meta| (meta.room, meta.number)).collect()
}

fn read(archive: &dyn Archive, room: RoomId, number: u64) -> Option<Vec<u8>> {
    archive.read(room, number).unwrap()
}

/// The contract. `reopen` has the effect of a process that ends and starts again.
pub(super) fn contract(
    mut archive: Box<dyn Archive>,
    mut reopen: impl FnMut(Box<dyn Archive>) -> Box<dyn Archive>,
) {
    assert_eq!(archive.index().unwrap(), []);
    assert_eq!(read(archive.as_ref(), ROOM, 1), None);

    let kept = archive.apply(&[
        keep(ROOM, 7, b"one"),
        keep(OTHER, 8, b"two"),
        keep(ROOM, 9, b"six"),
    ]);
    let kept: Vec<u64> = kept.into_iter().map(Result::unwrap).collect();
    let [one, two, six] = kept[..] else {
        panic!("{kept:?}");
    };
    assert!(one < two && two < six, "numbers grow: {kept:?}");
    let mut archive = reopen(archive);
    // By room and number, and everything as it was.
    let all = [(ROOM, one), (ROOM, six), (OTHER, two)];
    assert_eq!(numbers(archive.as_ref()), all);
    let as_it_was = RecordMeta {
        number: one,
        ..meta(ROOM, 7)
    };
    assert_eq!(archive.index().unwrap()[0], as_it_was);
    assert_eq!(read(archive.as_ref(), ROOM, one), Some(b"one".to_vec()));
    assert_eq!(read(archive.as_ref(), OTHER, one), None, "rooms are apart");

    // What is not there is dropped without a word.
    let gone = Change::Drop(drop_it(&meta(ROOM, 7), one));
    let changed = archive.apply(&[
        gone.clone(),
        Change::Drop(drop_it(&meta(ROOM, 70), 70)),
        keep(ROOM, 10, b"ten"),
        gone,
    ]);
    let changed: Vec<u64> = changed.into_iter().map(Result::unwrap).collect();
    let ten = changed[2];
    assert!(ten > six, "{changed:?}");
    let archive = reopen(archive);
    let all = [(ROOM, six), (ROOM, ten), (OTHER, two)];
    assert_eq!(numbers(archive.as_ref()), all);
    assert_eq!(read(archive.as_ref(), ROOM, one), None);

    // Jobs that waited together.
    let mut archive = archive;
    let jobs = [
        Work::Keep(meta(ROOM, 11), Arc::from(b"new".as_slice())),
        Work::Drop(vec![drop_it(&meta(ROOM, 9), six)]),
        Work::Read(ROOM, six),
        Work::Read(ROOM, ten),
    ];
    let jobs = jobs.into_iter().zip(1..);
    let jobs = jobs.map(|(work, ticket)| ArchiveJob {
        ticket: Ticket(ticket),
        work,
    });
    let mut answers = carry_out(archive.as_mut(), jobs.collect());
    answers.sort_by_key(|(ticket, _)| *ticket);
    let Ok(Done::Kept(new)) = answers.remove(0).1 else {
        panic!("not kept");
    };
    assert!(new > ten);
    assert_eq!(
        answers,
        [
            (Ticket(2), Ok(Done::Dropped)),
            (Ticket(3), Ok(Done::Read(None))),
            (Ticket(4), Ok(Done::Read(Some(b"ten".to_vec())))),
        ]
    );
    assert_eq!(read(archive.as_ref(), ROOM, new), Some(b"new".to_vec()));
}

/// What a shared one owes besides. `other` has the effect of another process.
pub(super) fn shared_contract(mut one: Box<dyn Archive>, mut other: Box<dyn Archive>) {
    let first = one.apply(&[keep(ROOM, 1, b"one")])[0].unwrap();
    let again = other.apply(&[keep(ROOM, 1, b"two"), keep(ROOM, 2, b"six")]);
    assert_eq!(again[0], Ok(first), "it is kept already");
    assert_eq!(read(other.as_ref(), ROOM, first), Some(b"one".to_vec()));
    // One that was dropped may come again, though not under its number.
    let key = drop_it(&meta(ROOM, 1), first);
    assert!(one.apply(&[Change::Drop(key)])[0].is_ok());
    let anew = other.apply(&[keep(ROOM, 1, b"new")])[0].unwrap();
    assert!(anew > again[1].unwrap());
    // What was to be dropped was the old one.
    assert!(one.apply(&[Change::Drop(key)])[0].is_ok());
    assert_eq!(read(one.as_ref(), ROOM, anew), Some(b"new".to_vec()));
    // Dropped and kept in one go, as for a record that is too old.
    let both = [
        Change::Drop(drop_it(&meta(ROOM, 1), anew)),
        keep(ROOM, 1, b"now"),
    ];
    let now = other.apply(&both)[1].unwrap();
    assert!(now > anew);
    assert_eq!(numbers(one.as_ref()).len(), 2);
    assert_eq!(read(one.as_ref(), ROOM, now), Some(b"now".to_vec()));
}

/// The one in memory, as two hubs of a process have it.
#[derive(Clone, Default)]
struct Both(Arc<Mutex<SharedMemory>>);

impl Archive for Both {
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError> {
        self.0.lock().unwrap().index()
    }

    fn apply(&mut self, changes: &[Change]) -> Vec<Result<u64, ArchiveError>> {
        self.0.lock().unwrap().apply(changes)
    }

    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        self.0.lock().unwrap().read(room, number)
    }
}

#[test]
fn in_memory() {
    contract(Box::new(MemoryArchive::default()), |archive| archive);
    contract(Box::new(SharedMemory::default()), |archive| archive);
    let both = Both::default();
    shared_contract(Box::new(both.clone()), Box::new(both));
}

#[test]
fn in_a_file() {
    let folder = Folder::new();
    let path = folder.path("shelf.redb");
    let open = || Box::new(ShelfFile::open(&path).unwrap()) as Box<dyn Archive>;
    contract(open(), |archive| {
        drop(archive);
        open()
    });
}

#[test]
fn a_file_has_one_user_and_nobody_else_reads_it() {
    let folder = Folder::new();
    let path = folder.path("shelf.redb");
    let first = ShelfFile::open(&path).unwrap();
    assert!(matches!(ShelfFile::open(&path), Err(OpenError::InUse(_))));
    drop(first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&path, b"this is no shelf at all".repeat(400)).unwrap();
    assert!(matches!(
        ShelfFile::open(&path),
        Err(OpenError::Damaged(..) | OpenError::Disk(..))
    ));
}

#[test]
fn a_backup_holds_what_was_there_and_can_take_the_place_of_the_file() {
    let folder = Folder::new();
    let (path, copy) = (folder.path("shelf.redb"), folder.path("copy.redb"));
    let mut shelf = ShelfFile::open(&path).unwrap();
    shelf.apply(&[keep(ROOM, 1, b"one"), keep(ROOM, 2, b"two")]);
    assert_eq!(back_up(&shelf, &copy).unwrap(), 2);
    shelf.apply(&[Change::Drop(meta(ROOM, 1).key())]);
    assert_eq!(numbers(&shelf), [(ROOM, 2)]);
    assert!(back_up(&shelf, &copy).is_err(), "it overwrites nothing");
    let restored = ShelfFile::open(&copy).unwrap();
    assert_eq!(numbers(&restored), [(ROOM, 1), (ROOM, 2)]);
    assert_eq!(
        restored.read(ROOM, 1).unwrap().as_deref(),
        Some(b"one".as_slice())
    );
}
