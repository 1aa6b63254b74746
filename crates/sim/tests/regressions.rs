//! Seeds that once failed, by the fault they found. They stay, whatever the fixes.
#![allow(clippy::panic)]

use corridor_sim::run::run;
use corridor_sim::script::Profile;

fn all_well(seeds: &[u64], profile: Profile) {
    for seed in seeds {
        let report = run(*seed, profile, false);
        assert!(report.wrong.is_empty(), "seed {seed}: {:#?}", report.wrong);
        assert!(report.confirmed > 0, "seed {seed} did nothing");
    }
}

/// A message shown before its cause kept its mark after the cause had come.
#[test]
fn the_gap_mark_goes_when_the_cause_comes_late() {
    all_well(
        &[268, 344, 760, 1179, 1538, 1753, 1813, 1882],
        Profile::SHORT,
    );
    all_well(&[14, 40], Profile::LONG);
}

/// The hub lost its memory before the first person had entered: the room could never be opened again.
#[test]
fn the_maker_of_a_room_enters_it_before_anything_else() {
    all_well(&[1949], Profile::SHORT);
}

/// Digests and greetings spoke of operations that a slow storage did not have yet.
#[test]
fn nothing_is_claimed_before_it_is_saved() {
    all_well(
        &[194, 245, 260, 269, 605, 971, 1029, 1141, 1343, 1736],
        Profile::SHORT,
    );
}

/// An earlier operation of the author had stopped waiting for the question: the answer was shown without a mark.
#[test]
fn an_answer_to_what_was_given_up_is_marked() {
    all_well(&[722], Profile::SHORT);
}

/// A tab ended while its drafts were being saved as operations: one half of each did not verify together.
#[test]
fn drafts_survive_a_tab_that_ends_while_they_become_operations() {
    all_well(&[1388, 1410], Profile::SHORT);
}
