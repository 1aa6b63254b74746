//! A storage that was damaged, or written by somebody hostile: the node starts, shows what reads, and works.
#![no_main]

use arbitrary::Arbitrary;
use corridor_core::id::Ticket;
use corridor_core::model::TaskChange;
use corridor_core::node::{Command, Input, Node, Output};
use corridor_core::store::Key;
use corridor_core::time::{Mono, Now, Wall};
use corridor_fuzz::clinic;
use corridor_sim::world::World;
use libfuzzer_sys::fuzz_target;
use std::cell::LazyCell;
use std::collections::BTreeMap;

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

thread_local! {
    static WORLD: LazyCell<World> = LazyCell::new(|| clinic(2));
}

fuzz_target!(|harms: Vec<Harm>| {
    WORLD.with(|world| {
        let honest = world.disks[0].read();
        let mut records: BTreeMap<Key, Vec<u8>> = honest.iter().cloned().collect();
        for harm in harms.into_iter().take(32) {
            apply(harm, &honest, &mut records);
        }
        let config = world.config(0).expect("host 0 exists");
        let mut node = Node::new(config, now(0), records);
        let _ = turn(&mut node, 0, Input::Wake);
        let _ = (node.tasks(), node.messages(), node.people());
        let _ = (node.room(), node.links(), node.timers(), node.frames());
        let before = node.tasks().len();
        let title = TaskChange::Title("new".into());
        let command = Input::Command(Ticket(1), Command::AddTask(vec![title]));
        // Refused when the damage took one's own name; else done, and shown: at once, or when patience with
        // what it depends on has ended.
        let done = turn(&mut node, 10, command);
        for second in 1..30 {
            let _ = turn(&mut node, second * 1_000, Input::Wake);
        }
        if done {
            assert!(node.tasks().len() > before);
        }
    });
});

fn apply(harm: Harm, honest: &[(Key, Vec<u8>)], records: &mut BTreeMap<Key, Vec<u8>>) {
    let pick = |at: u8| honest[usize::from(at) % honest.len()].clone();
    match harm {
        Harm::Replace(at, bytes) => drop(records.insert(pick(at).0, bytes)),
        Harm::Flip(at, byte, by) => {
            let (key, mut bytes) = pick(at);
            let byte = usize::from(byte) % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(byte) {
                *byte ^= by;
            }
            records.insert(key, bytes);
        }
        Harm::Cut(at, len) => {
            let (key, mut bytes) = pick(at);
            bytes.truncate(usize::from(len));
            records.insert(key, bytes);
        }
        Harm::Copy(from, to) => drop(records.insert(pick(to).0, pick(from).1)),
        Harm::Remove(at) => drop(records.remove(&pick(at).0)),
        Harm::Append(at, bytes) => {
            if let Key::Op(room, writer, seq) = pick(at).0 {
                records.insert(Key::Op(room, writer, seq + 1), bytes);
            }
        }
    }
}

/// One input and all that follows, on a storage that always works. True when a command was done.
fn turn(node: &mut Node, ms: u64, input: Input) -> bool {
    let mut done = false;
    let mut inbox = vec![input];
    while let Some(input) = inbox.pop() {
        node.handle(now(ms), input);
        while let Some(output) = node.poll_output() {
            match output {
                Output::Save(ticket, _) => inbox.push(Input::Saved(ticket, Ok(()))),
                Output::Done(_, answer) => done |= answer.is_ok(),
                _ => {}
            }
        }
    }
    done
}

fn now(ms: u64) -> Now {
    Now {
        mono: Mono(ms),
        wall: Wall(1_767_700_000_000 + ms),
    }
}
