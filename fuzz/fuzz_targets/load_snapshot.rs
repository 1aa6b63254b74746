//! A storage that was damaged, or written by somebody hostile: the node starts, shows what reads, and works.
#![no_main]

use arbitrary::Arbitrary;
use corridor_core::store::Key;
use corridor_fuzz::clinic;
use libfuzzer_sys::fuzz_target;

/// What happens to the records of an honest storage.
#[derive(Arbitrary, Debug)]
enum Harm {
    /// A record is replaced.
    Replace(u8, Vec<u8>),
    /// One byte of a record changes.
    Flip(u8, u16, u8),
    /// A record is cut short.
    Cut(u8, u16),
    /// A record takes the place of another.
    Copy(u8, u8),
    /// A record is gone.
    Remove(u8),
    /// A record appears at the end of a writer's sequence.
    Append(u8, Vec<u8>),
}

fuzz_target!(|harms: Vec<Harm>| {
    let mut world = clinic(2);
    world.kill(0, false);
    let records = world.disks[0].read();
    let pick = |at: u8| records[usize::from(at) % records.len()].clone();
    for harm in harms.into_iter().take(32) {
        let disk = &mut world.disks[0];
        match harm {
            Harm::Replace(at, bytes) => disk.plant(pick(at).0, bytes),
            Harm::Flip(at, byte, by) => {
                let (key, mut bytes) = pick(at);
                let byte = usize::from(byte) % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(byte) {
                    *byte ^= by;
                }
                disk.plant(key, bytes);
            }
            Harm::Cut(at, len) => {
                let (key, mut bytes) = pick(at);
                bytes.truncate(usize::from(len));
                disk.plant(key, bytes);
            }
            Harm::Copy(from, to) => disk.plant(pick(to).0, pick(from).1),
            Harm::Remove(at) => disk.remove(&[pick(at).0]),
            Harm::Append(at, bytes) => {
                if let Key::Op(room, writer, seq) = pick(at).0 {
                    disk.plant(Key::Op(room, writer, seq + 1), bytes);
                }
            }
        }
    }
    world.start(0);
    world.run_for(2_000);
    let _ = world.tasks(0);
    let _ = world.messages(0);
    let node = world.node(0).expect("the node runs");
    let _ = (node.people(), node.room(), node.links(), node.timers());
    // The other person is not harmed.
    assert!(world.tasks(1).len() >= 2);
    assert!(world.messages(1).len() >= 2);
});
