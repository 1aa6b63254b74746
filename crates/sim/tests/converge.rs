//! Thousands of seeded clinic days under loss, cuts, crashes and a dying hub: everyone ends with the same truth.
//! Split so that all cores are used. A failing seed is run alone by
//! `cargo run -p corridor-sim -- --start SEED --seeds 1 --trace`.
#![allow(clippy::panic)]

use corridor_sim::run::{Total, run};
use corridor_sim::script::Profile;

/// Runs per test: eight tests make 2,000.
const EACH: u64 = 250;

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
    seeds_0_to_249 0
    seeds_250_to_499 1
    seeds_500_to_749 2
    seeds_750_to_999 3
    seeds_1000_to_1249 4
    seeds_1250_to_1499 5
    seeds_1500_to_1749 6
    seeds_1750_to_1999 7
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
