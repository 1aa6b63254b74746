//! Bytes on the wire and bytes of memory. Both are counted, not measured: two runs say the same.
//!
//! Prints a line `row engine bytes` for each. Fails when an engine does not end with the right tasks.

use corridor_bench::{Automerge, Corridor, Engine, Loro, Task, Yrs, edits, tasks};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What was asked of the heap and not given back.
fn held() -> usize {
    let stats = HEAP.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

fn say<E: Engine>(row: &str, bytes: u64) {
    println!("{row} {} {bytes}", E::NAME);
}

fn check<E: Engine>(list: &E::List, all: &[Task]) {
    assert!(E::tasks(list) == all, "{} ends with other tasks", E::NAME);
}

/// A newcomer gets everything: what passed, and what its device then holds.
fn first_sync<E: Engine>(wire: &str, memory: &str, kept: &E::Kept, all: &[Task]) {
    let before = held();
    let mut pair = E::pair(E::author(kept), E::newcomer(kept));
    say::<E>(wire, E::sync(&mut pair));
    let newcomer = E::part(pair);
    check::<E>(&newcomer, all);
    say::<E>(memory, (held() - before) as u64);
}

/// What passes for a colleague who comes back after `count` edits.
fn second_sync<E: Engine>(wire: &str, kept: &E::Kept, all: &[Task], count: usize) {
    let mut all = all.to_vec();
    let mut author = E::author(kept);
    for edit in edits(&mut all, count) {
        E::edit(&mut author, &edit);
    }
    let mut pair = E::pair(author, E::colleague(kept));
    say::<E>(wire, E::sync(&mut pair));
    check::<E>(E::received(&pair), &all);
}

/// What passes when every edit is sent at once, and what the colleague's device holds afterwards.
fn live<E: Engine>(wire: &str, memory: &str, kept: &E::Kept, all: &[Task]) {
    let mut all = all.to_vec();
    let edits = edits(&mut all, 10_000);
    let before = held();
    let mut pair = E::pair(E::author(kept), E::colleague(kept));
    E::sync(&mut pair);
    let sent: u64 = edits.iter().map(|edit| E::send(&mut pair, edit)).sum();
    say::<E>(wire, sent / edits.len() as u64);
    let colleague = E::part(pair);
    check::<E>(&colleague, &all);
    say::<E>(memory, (held() - before) as u64);
}

fn all<E: Engine>() {
    let ten = tasks(10_000);
    let kept = E::write(&ten);
    first_sync::<E>("wire-first-10000", "memory-10000", &kept, &ten);
    second_sync::<E>("wire-second-10000", &kept, &ten, 10);
    second_sync::<E>("wire-catch-up", &kept, &ten, 10_000);
    live::<E>("wire-live", "memory-edited", &kept, &ten);
    drop((kept, ten));

    let fifty = tasks(50_000);
    let kept = E::write(&fifty);
    first_sync::<E>("wire-first-50000", "memory-50000", &kept, &fifty);
    second_sync::<E>("wire-second-50000", &kept, &fifty, 10);
}

fn main() {
    // A build of all benches for tests starts this as well.
    if std::env::args().any(|arg| arg == "--bench") {
        all::<Corridor>();
        all::<Yrs>();
        all::<Automerge>();
        all::<Loro>();
    }
}
