//! Thousands of seeded clinic days under loss, cuts, crashes and a dying hub: everyone ends with the same truth.
//! Split so that all cores are used. A failing seed is run alone by
//! `cargo run -p corridor-sim -- --start SEED --seeds 1 --trace`.
#![allow(clippy::panic)]

use corridor_sim::run::{Total, run};
use corridor_sim::script::Profile;

/// Runs per test; `cargo xtask sim` makes ten thousand.
const EACH: u64 = 100;

fn converge(part: u64) {
    let mut total = Total::default();
    let mut failed = Vec::new();
    for seed in part * EACH..(part + 1) * EACH {
        let report = run(seed, Profile::SHORT, false);
        total.add(&report);
        if !report.wrong.is_empty() {
            failed.push((seed, report.wrong));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {EACH} runs failed: {failed:#?}",
        failed.len()
    );
    assert_eq!(
        total.idle(),
        Vec::<&str>::new(),
        "too little happened: {total}"
    );
}

macro_rules! parts {
    ($($name:ident $part:literal)*) => {$(
        #[test]
        fn $name() {
            converge($part);
        }
    )*};
}

parts! {
    seeds_0_to_99 0
    seeds_100_to_199 1
}

#[test]
fn a_run_is_a_function_of_its_seed_byte_for_byte() {
    for seed in [3, 17] {
        let (one, two) = (
            run(seed, Profile::SHORT, true),
            run(seed, Profile::SHORT, true),
        );
        assert_eq!(one.digest, two.digest);
        assert_eq!(one.trace, two.trace);
        let other = run(seed + 1, Profile::SHORT, false);
        assert_ne!(one.digest, other.digest);
    }
}
