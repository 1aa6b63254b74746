//! Named situations in the virtual clinic. Each says in its name what must be true.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod admin;
mod channel;
mod clocks;
mod diagnose;
mod edits;
mod faults;
mod glare;
mod hostile;
mod hub;
mod hubs;
mod invite;
mod linking;
mod lying_hub;
mod overlay;
mod promises;
mod recovery;
mod retain;
mod routing;
mod seen;
mod shelf;
mod storage;
mod turn;

use corridor_sim::world::{Setup, World};

/// `people` who have joined and reach each other directly.
fn clinic(seed: u64, people: usize) -> (World, Vec<usize>) {
    let mut world = World::new(Setup::calm(seed));
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    let linked = world.run_until(20_000, |w| w.all_linked(&hosts));
    assert!(
        linked,
        "the clinic did not link: {:?}",
        world.everything_wrong()
    );
    (world, hosts)
}

/// Everything is as it must be, soon.
fn settled(world: &mut World) {
    if let Err(wrong) = world.settle(240_000) {
        panic!("after settling: {wrong:#?}");
    }
}

/// Everything is as it must be, soon, although nothing is put right.
fn settled_as_is(world: &mut World, patience: u64) {
    if let Err(wrong) = world.settle_as_is(patience) {
        panic!("after settling: {wrong:#?}");
    }
}

/// How often each of `hosts` shows a message that ends in `end`.
fn shown(world: &World, hosts: &[usize], end: &str) -> Vec<usize> {
    hosts
        .iter()
        .map(|host| {
            world
                .texts(*host)
                .iter()
                .filter(|t| t.ends_with(end))
                .count()
        })
        .collect()
}
