//! The contract of a vault, held against the real `localStorage` and the twin in memory.

use corridor::browser::storage::{LocalVault, Texts};
use corridor::browser::vault::{MemoryVault, NoVault, Vault};
use corridor_core::id::{RoomId, WriterId};
use corridor_core::node::SaveError;
use corridor_core::store::Key;
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

const ROOM: RoomId = RoomId([0x5a; 16]);
const OTHER: RoomId = RoomId([0x5b; 16]);
const ME: WriterId = WriterId([1; 16]);

fn op(room: RoomId, seq: u64) -> Key {
    Key::Op(room, ME, seq)
}

fn clean() -> Texts {
    let texts = Texts::local().unwrap();
    for name in texts.names("") {
        texts.remove(&name);
    }
    texts
}

fn held(vault: &dyn Vault, room: RoomId) -> BTreeMap<Key, Vec<u8>> {
    vault.load(room).into_iter().collect()
}

fn keeps_its_contract(vault: &dyn Vault) {
    let every_byte: Vec<u8> = (0..=255).collect();
    assert!(held(vault, ROOM).is_empty());
    let records = [
        (op(ROOM, 1), every_byte.clone()),
        (op(ROOM, 2), Vec::new()),
        (Key::Memory(ROOM, ME), vec![1]),
        (op(OTHER, 1), vec![9]),
    ];
    vault.save(&records).unwrap();
    let found = held(vault, ROOM);
    assert_eq!(found.len(), 3, "a room's records, and no other room's");
    assert_eq!(found[&op(ROOM, 1)], every_byte);
    assert_eq!(found[&op(ROOM, 2)], Vec::<u8>::new());

    vault.save(&[(Key::Memory(ROOM, ME), vec![2, 3])]).unwrap();
    assert_eq!(held(vault, ROOM)[&Key::Memory(ROOM, ME)], [2, 3]);

    vault.remove(&[op(ROOM, 1), op(ROOM, 77)]);
    assert!(!held(vault, ROOM).contains_key(&op(ROOM, 1)));
    assert_eq!(held(vault, OTHER).len(), 1);
}

/// Fills the vault with records of 100 kB until it refuses one; answers with how many it took.
fn fill(vault: &dyn Vault) -> u64 {
    for seq in 100..300 {
        match vault.save(&[(op(ROOM, seq), vec![b'x'; 100_000])]) {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, SaveError::Full);
                return seq - 100;
            }
        }
    }
    panic!("a vault of over 20 MB");
}

fn says_when_it_is_full(vault: &dyn Vault) {
    vault.save(&[(op(ROOM, 1), vec![1])]).unwrap();
    let taken = fill(vault);
    assert!(taken > 1, "took only {taken} records");
    // Of a batch that does not fit nothing new is left, and what was there is untouched.
    let before = held(vault, ROOM);
    let batch = [
        (op(ROOM, 50), vec![1; 10]),
        (op(ROOM, 51), vec![b'x'; 200_000]),
    ];
    assert_eq!(vault.save(&batch), Err(SaveError::Full));
    assert_eq!(held(vault, ROOM), before);
    // What is removed makes room.
    vault.remove(&[op(ROOM, 100), op(ROOM, 101)]);
    vault.save(&[(op(ROOM, 60), vec![b'x'; 50_000])]).unwrap();
}

#[wasm_bindgen_test]
fn memory_keeps_the_contract() {
    keeps_its_contract(&MemoryVault::new(10_000));
    says_when_it_is_full(&MemoryVault::new(1_000_000));
}

#[wasm_bindgen_test]
fn local_storage_keeps_the_contract() {
    keeps_its_contract(&LocalVault::new(clean()));
    says_when_it_is_full(&LocalVault::new(clean()));
    clean();
}

#[wasm_bindgen_test]
fn a_full_device_refuses_records_but_keeps_a_draft() {
    let texts = clean();
    let vault = LocalVault::new(texts.clone());
    fill(&vault);
    // Down to the last character, whoever took the room.
    let mut filler = "x".repeat(100_000);
    let mut number = 0;
    while !filler.is_empty() {
        if texts.set(&format!("filler {number}"), &filler).is_err() {
            filler.truncate(filler.len() / 2);
        }
        number += 1;
    }
    let word = [(op(ROOM, 9999), vec![b'x'; 2000])];
    assert_eq!(vault.save(&word), Err(SaveError::Full));
    assert_eq!(texts.keep("corridor/1/draft", &"x".repeat(2000)), Ok(()));
    assert_eq!(
        vault.save(&word),
        Err(SaveError::Full),
        "the reserve is not for records"
    );
    vault.remove(&[op(ROOM, 100), op(ROOM, 101)]);
    assert_eq!(vault.save(&word), Ok(()));
    clean();
}

#[wasm_bindgen_test]
fn foreign_and_damaged_records_are_left_out() {
    let texts = clean();
    texts.set("another app", "x").unwrap();
    texts
        .set(&op(ROOM, 1).to_string(), "not Latin-1: €")
        .unwrap();
    texts.set(&op(ROOM, 2).to_string(), "fine").unwrap();
    texts.set("corridor/1/op/garbage", "x").unwrap();
    let vault = LocalVault::new(texts);
    assert_eq!(
        held(&vault, ROOM).into_keys().collect::<Vec<_>>(),
        [op(ROOM, 2)]
    );
    clean();
}

#[wasm_bindgen_test]
fn a_blocked_vault_says_so() {
    assert_eq!(NoVault.save(&[]), Err(SaveError::Blocked));
    assert!(NoVault.load(ROOM).is_empty());
}
