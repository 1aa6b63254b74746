//! `cargo xtask check`: the architecture rules A1-A7 over sources, manifests and the dependency tree.
//!
//! Each rule is a function from a [`Tree`] to findings, so that its tests can feed it a snippet that
//! breaks it. What clippy can see is left to clippy; these rules see what spans files.

mod bounds;
mod closures;
mod core_pure;
mod doors;
mod layers;
mod panics;
mod source;
mod tree;
mod wire;

use crate::args::Args;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::say;
use std::fmt;
use tree::Tree;

/// A rule by its number in ARCHITECTURE.md.
struct Rule {
    id: &'static str,
    says: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    file: String,
    line: usize,
    /// What is wrong and what to do.
    sentence: String,
}

impl Finding {
    fn new(file: &str, line: usize, sentence: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            sentence: sentence.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.sentence)
    }
}

const RULES: &[Rule] = &[
    Rule {
        id: "A1",
        says: "the core is pure: no I/O crate, clock, ambient randomness or hash order",
        check: core_pure::check,
    },
    Rule {
        id: "A2",
        says: "browser APIs live in src/browser and src/debug, each in one file",
        check: doors::check,
    },
    Rule {
        id: "A3",
        says: "listeners, timers and channels are guards; nothing is leaked",
        check: closures::check,
    },
    Rule {
        id: "A4",
        says: "nothing panics, nothing is unsafe, errors are small enums",
        check: panics::check,
    },
    Rule {
        id: "A5",
        says: "layers point down",
        check: layers::check,
    },
    Rule {
        id: "A6",
        says: "bytes are made in one place, and every frame number is proven",
        check: wire::check,
    },
    Rule {
        id: "A7",
        says: "everything is bounded, and personal text prints redacted",
        check: bounds::check,
    },
];

/// `cargo xtask check`.
pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    args.finish()?;
    match report(project)? {
        (_, 0) => Ok(()),
        (_, broken) => Err(Failure::new(format!("{broken} of the rules are broken"))),
    }
}

/// Prints every finding; counts the rules that are kept and those that are broken.
pub(crate) fn report(project: &Project) -> Outcome<(u64, u64)> {
    let tree = Tree::load(project)?;
    let (mut kept, mut broken) = (0, 0);
    for rule in RULES {
        let findings = (rule.check)(&tree);
        let verdict = if findings.is_empty() { "ok" } else { "BROKEN" };
        say::note(&format!("{} {verdict}: {}", rule.id, rule.says));
        for finding in &findings {
            say::line(&format!("{finding} [{}]", rule.id));
        }
        if findings.is_empty() {
            kept += 1;
        } else {
            broken += 1;
        }
    }
    Ok((kept, broken))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentences a rule has for these files.
    pub(super) fn findings(
        check: fn(&Tree) -> Vec<Finding>,
        files: &[(&str, &str)],
    ) -> Vec<String> {
        check(&Tree::of(files).unwrap())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_finding_names_file_and_line() {
        let finding = Finding::new("src/a.rs", 3, "is wrong; do this");
        assert_eq!(finding.to_string(), "src/a.rs:3: is wrong; do this");
    }
}
