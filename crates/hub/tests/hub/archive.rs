//! What every archive owes the broker, asked of each.

use super::folder::Folder;
use corridor_core::broker::{
    Archive, ArchiveJob, Change, MemoryArchive, RecordMeta, Source, Work, carry_out,
};
use corridor_core::id::{RecordId, RoomId, RoomTag, Ticket};
use corridor_core::time::Wall;
use corridor_hub::shelf::{OpenError, ShelfFile};
use std::sync::Arc;

const ROOM: RoomId = RoomId([1; 16]);
const OTHER: RoomId = RoomId([2; 16]);

fn meta(room: RoomId, number: u64) -> RecordMeta {
    RecordMeta {
        room,
        tag: RoomTag([3; 16]),
        number,
        id: RecordId([4; 16]),
        label: vec![5; 72].into(),
        source: Source::WebSocket,
        expires: Wall(1_800_000_000_000),
        bytes: 3,
    }
}

fn keep(room: RoomId, number: u64, bytes: &[u8]) -> Change {
    Change::Keep(meta(room, number), Arc::from(bytes))
}

fn numbers(archive: &dyn Archive) -> Vec<(RoomId, u64)> {
    let index = archive.index().unwrap();
    index.iter().map(|meta| (meta.room, meta.number)).collect()
}

/// The contract. `reopen` has the effect of a process that ends and starts again.
fn contract(
    mut archive: Box<dyn Archive>,
    mut reopen: impl FnMut(Box<dyn Archive>) -> Box<dyn Archive>,
) {
    assert_eq!(archive.index().unwrap(), []);
    assert_eq!(archive.read(ROOM, 1).unwrap(), None);

    archive
        .apply(&[
            keep(ROOM, 7, b"one"),
            keep(OTHER, 8, b"two"),
            keep(ROOM, 9, b"six"),
        ])
        .unwrap();
    let mut archive = reopen(archive);
    // By room and number, and everything as it was.
    assert_eq!(
        numbers(archive.as_ref()),
        [(ROOM, 7), (ROOM, 9), (OTHER, 8)]
    );
    assert_eq!(archive.index().unwrap()[0], meta(ROOM, 7));
    assert_eq!(
        archive.read(ROOM, 7).unwrap().as_deref(),
        Some(b"one".as_slice())
    );
    assert_eq!(archive.read(OTHER, 7).unwrap(), None, "rooms are apart");

    // What is not there is dropped without a word.
    archive
        .apply(&[
            Change::Drop(ROOM, 7),
            Change::Drop(ROOM, 70),
            keep(ROOM, 10, b"ten"),
        ])
        .unwrap();
    let archive = reopen(archive);
    assert_eq!(
        numbers(archive.as_ref()),
        [(ROOM, 9), (ROOM, 10), (OTHER, 8)]
    );
    assert_eq!(archive.read(ROOM, 7).unwrap(), None);

    // Jobs that waited together.
    let mut archive = archive;
    let jobs = vec![
        ArchiveJob {
            ticket: Ticket(1),
            work: Work::Read(ROOM, 11),
        },
        ArchiveJob {
            ticket: Ticket(2),
            work: Work::Change(vec![keep(ROOM, 11, b"new"), Change::Drop(ROOM, 9)]),
        },
        ArchiveJob {
            ticket: Ticket(3),
            work: Work::Read(ROOM, 9),
        },
    ];
    let mut answers = carry_out(archive.as_mut(), jobs);
    answers.sort_by_key(|(ticket, _)| *ticket);
    assert_eq!(
        answers,
        [
            (Ticket(1), Ok(Some(b"new".to_vec()))),
            (Ticket(2), Ok(None)),
            (Ticket(3), Ok(None)),
        ]
    );
}

#[test]
fn in_memory() {
    contract(Box::new(MemoryArchive::default()), |archive| archive);
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
    shelf
        .apply(&[keep(ROOM, 1, b"one"), keep(ROOM, 2, b"two")])
        .unwrap();
    assert_eq!(shelf.back_up(&copy).unwrap(), 2);
    shelf.apply(&[Change::Drop(ROOM, 1)]).unwrap();
    assert!(shelf.back_up(&copy).is_err(), "it overwrites nothing");
    let restored = ShelfFile::open(&copy).unwrap();
    assert_eq!(numbers(&restored), [(ROOM, 1), (ROOM, 2)]);
    assert_eq!(
        restored.read(ROOM, 1).unwrap().as_deref(),
        Some(b"one".as_slice())
    );
}
