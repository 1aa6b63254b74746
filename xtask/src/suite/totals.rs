//! Counts of what passed, read from the runners' own words.

use std::fmt;
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

impl Totals {
    pub(super) fn one_passed() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    pub(super) fn one_failed() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    pub(super) fn one_skipped() -> Self {
        Self {
            skipped: 1,
            ..Self::default()
        }
    }

    /// Adds up `test result: ok. 3 passed; 0 failed; 1 ignored; …`, as cargo's and wasm-bindgen's
    /// runners print it.
    pub(super) fn of_cargo(output: &str) -> Self {
        let mut totals = Self::default();
        for line in output.lines() {
            let Some((_, counts)) = line.split_once("test result: ") else {
                continue;
            };
            let count = |what: &str| {
                let words: Vec<&str> = counts.split([' ', ';', '.']).collect();
                words
                    .windows(2)
                    .find_map(|pair| match pair {
                        [number, word] if *word == what => number.parse().ok(),
                        _ => None,
                    })
                    .unwrap_or(0)
            };
            totals += Self {
                passed: count("passed"),
                failed: count("failed"),
                skipped: count("ignored"),
            };
        }
        totals
    }

    /// Reads the closing lines of `node --test`: `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0`, …
    pub(super) fn of_node(output: &str) -> Self {
        let count = |what: &str| {
            output
                .lines()
                .rev()
                .find_map(|line| {
                    let mut words = line.split_whitespace().rev();
                    let number = words.next()?.parse().ok()?;
                    let named = words.next()? == what;
                    // Before the name stands a mark at most; a test's title is longer.
                    (named && words.count() <= 1).then_some(number)
                })
                .unwrap_or(0)
        };
        Self {
            passed: count("pass"),
            failed: count("fail") + count("cancelled"),
            skipped: count("skipped") + count("todo"),
        }
    }

    /// A runner that failed has a failure, whatever it printed; one that ran nothing has proved nothing.
    pub(super) fn confirmed(mut self, success: bool) -> Self {
        if self.failed == 0 && (!success || self.passed + self.skipped == 0) {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_output_adds_up() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(
            Totals::of_cargo(output),
            Totals {
                passed: 13,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn node_output_is_read_from_its_end() {
        let output = "✔ says pass 99 (3ms)\nℹ tests 5\nℹ suites 0\nℹ pass 3\nℹ fail 1\n\
            ℹ cancelled 1\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 12.5\n";
        assert_eq!(
            Totals::of_node(output),
            Totals {
                passed: 3,
                failed: 2,
                skipped: 0
            }
        );
    }

    #[test]
    fn a_runner_that_broke_or_ran_nothing_has_failed() {
        assert_eq!(Totals::one_passed().confirmed(true).failed, 0);
        assert_eq!(Totals::one_passed().confirmed(false).failed, 1);
        assert_eq!(Totals::default().confirmed(true).failed, 1);
        assert_eq!(Totals::one_failed().confirmed(false).failed, 1);
    }

    #[test]
    fn the_last_line_has_one_form() {
        assert_eq!(Totals::one_passed().to_string(), "1 passed, 0 failed");
        assert_eq!(
            Totals::one_skipped().to_string(),
            "0 passed, 0 failed, 1 skipped"
        );
    }
}
