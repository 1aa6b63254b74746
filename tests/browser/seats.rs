//! R-ROOM-5: tabs of one browser never share a slot. Two seats in one page are what two tabs are: they meet
//! on the same channel and in the same storage, and share `sessionStorage` as a duplicated tab does.

use super::{turn, until};
use corridor::browser::hooks;
use corridor::browser::storage::Texts;
use corridor::shell::seat::Seat;
use corridor_core::id::RoomId;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

struct Tab {
    seat: Seat,
    slot: Rc<Cell<Option<u16>>>,
}

fn open(room: RoomId) -> Tab {
    let slot = Rc::new(Cell::new(None));
    let found = slot.clone();
    let seat = Seat::claim(room, Texts::local(), Texts::session(), move |slot| {
        found.set(Some(slot));
    });
    Tab { seat, slot }
}

async fn seated(tab: &Tab) -> u16 {
    until("the tab has a slot", || tab.slot.get().is_some()).await;
    tab.slot.get().unwrap()
}

#[wasm_bindgen_test]
async fn tabs_take_slots_one_after_the_other_and_give_them_back() {
    let before = hooks::live();
    let room = RoomId([0x61; 16]);
    let first = open(room);
    assert_eq!(seated(&first).await, 0);
    let second = open(room);
    assert_eq!(seated(&second).await, 1, "although it remembers slot 0");
    assert_eq!((first.seat.siblings(), second.seat.siblings()), (1, 1));
    let elsewhere = open(RoomId([0x62; 16]));
    assert_eq!(
        seated(&elsewhere).await,
        0,
        "slots of another room are free"
    );
    drop(first);
    until("the first tab is gone", || second.seat.siblings() == 0).await;
    drop((second, elsewhere));
    assert_eq!(hooks::live(), before);
}

#[wasm_bindgen_test]
async fn tabs_that_open_together_never_share_a_slot() {
    let room = RoomId([0x63; 16]);
    let tabs: Vec<Tab> = (0..5).map(|_| open(room)).collect();
    let mut slots = Vec::new();
    for tab in &tabs {
        slots.push(seated(tab).await);
        assert!(tab.seat.is_mine());
    }
    slots.sort_unstable();
    assert_eq!(slots, [0, 1, 2, 3, 4]);
}

#[wasm_bindgen_test]
async fn a_reloaded_tab_gets_its_slot_back() {
    let room = RoomId([0x64; 16]);
    let first = open(room);
    seated(&first).await;
    let second = open(room);
    assert_eq!(seated(&second).await, 1);
    drop((first, second));
    turn().await;
    // `sessionStorage` holds what the second wrote last.
    let again = open(room);
    assert_eq!(seated(&again).await, 1);
}

#[wasm_bindgen_test]
async fn a_tab_that_slept_through_the_question_finds_its_slot_taken() {
    let room = RoomId([0x65; 16]);
    let frozen = open(room);
    let slot = seated(&frozen).await;
    assert!(frozen.seat.is_mine());
    // What a tab does that asked, and got no answer because this one was frozen.
    let lease = format!("corridor/1/lease/{room}/{slot}");
    Texts::local().unwrap().set(&lease, "12345").unwrap();
    assert!(!frozen.seat.is_mine());
    drop(frozen);
    let kept = Texts::local().unwrap().get(&lease);
    assert_eq!(
        kept.as_deref(),
        Some("12345"),
        "another's lease is not given back"
    );
    Texts::local().unwrap().remove(&lease);
}

#[wasm_bindgen_test]
async fn a_search_that_is_called_off_leaves_nothing_behind() {
    let before = hooks::live();
    let tab = open(RoomId([0x66; 16]));
    drop(tab.seat);
    for _ in 0..30 {
        turn().await;
    }
    assert_eq!(tab.slot.get(), None);
    assert_eq!(hooks::live(), before);
}
