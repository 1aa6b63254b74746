//! A7: every bound lives in one file with its reason, no queue is endless, and personal text is `Private`.

use super::Finding;
use super::source::Source;
use super::tree::Tree;

const LIMITS: &str = "crates/core/src/limits.rs";
/// How the name of a bound begins or ends.
const BOUND_STARTS: &[&str] = &["MAX_"];
const BOUND_ENDS: &[&str] = &["_CAPACITY", "_LIMIT", "_MAX", "_TTL"];

/// Queues without an end, with what to use instead.
const ENDLESS: &[(&[&str], &str)] = &[
    (
        &["unbounded_channel"],
        "use a bounded channel and say what happens when it is full",
    ),
    (
        &["mpsc", "::", "unbounded"],
        "use a bounded channel and say what happens when it is full",
    ),
    (&["read_to_end"], "read up to a stated limit"),
];

/// Where values hold what people wrote.
const PERSONAL_PLACES: &[&str] = &[
    "crates/core/src/model",
    "crates/core/src/node/command",
    "crates/core/src/node/view",
    "crates/core/src/store",
    "crates/core/src/wire/op",
];
const PERSONAL_FIELDS: &[&str] = &[
    "body", "name", "notes", "place", "role", "status", "text", "title",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.product() {
        findings.extend(endless(source));
        if source.path == LIMITS {
            findings.extend(reasons(source));
        } else if !source.path.ends_with("/limits.rs") && !source.is_in("crates/sim") {
            findings.extend(stray_bounds(source));
        }
        if PERSONAL_PLACES.iter().any(|place| source.is_in(place)) {
            findings.extend(bare_text(source));
        }
    }
    findings.extend(capture(tree));
    findings
}

fn endless(source: &Source) -> Vec<Finding> {
    ENDLESS
        .iter()
        .flat_map(|(pattern, instead)| {
            source.lines_of(pattern).map(move |line| {
                Finding::new(
                    &source.path,
                    line,
                    format!("`{}` has no bound; {instead}", pattern.concat()),
                )
            })
        })
        .collect()
}

/// Bounds declared outside the one file.
fn stray_bounds(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (keyword, name) in source.tokens.iter().zip(source.tokens.iter().skip(1)) {
        let bound = BOUND_STARTS
            .iter()
            .any(|start| name.text.starts_with(start))
            || BOUND_ENDS.iter().any(|end| name.text.ends_with(end));
        if keyword.text == "const" && bound {
            findings.push(Finding::new(
                &source.path,
                name.line,
                format!(
                    "the bound {} belongs in {LIMITS} (or this crate's own limits.rs), with its \
                     reason",
                    name.text
                ),
            ));
        }
    }
    findings
}

/// Every bound has a line that says why.
fn reasons(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut documented = false;
    for (line, code) in (1..).zip(source.text.lines().map(str::trim)) {
        if code.starts_with("pub const ") && !documented {
            findings.push(Finding::new(
                &source.path,
                line,
                "this bound has no reason; say in a doc comment why it is this large",
            ));
        }
        documented = code.starts_with("///");
    }
    findings
}

/// `title: String` where it should be `title: Private`.
fn bare_text(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for window in source.tokens.windows(3) {
        if let [field, colon, kind] = window
            && PERSONAL_FIELDS.contains(&field.text.as_str())
            && colon.text == ":"
            && kind.text == "String"
        {
            findings.push(Finding::new(
                &source.path,
                field.line,
                format!(
                    "`{}` may hold what a person wrote; make it `Private`, which prints redacted",
                    field.text
                ),
            ));
        }
    }
    findings
}

/// The simulator searches all it could print for marked text; whoever does so quotes this rule.
fn capture(tree: &Tree) -> Option<Finding> {
    let mut there = tree.sources_in("crates/sim").peekable();
    there.peek()?;
    let searched = there.any(|source| source.text.contains("A7"));
    (!searched).then(|| {
        Finding::new(
            "crates/sim/Cargo.toml",
            1,
            "nothing in the simulator quotes A7; it must fail a run when marked text reaches a log",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn endless_queues_and_stray_bounds_are_found() {
        for snippet in [
            "fn f() { let (a, b) = tokio::sync::mpsc::unbounded_channel(); }",
            "fn f() { let (a, b) = futures::channel::mpsc::unbounded(); }",
            "const MAX_ROOMS: usize = 10;",
            "pub(crate) const ROOM_TTL: u64 = 10;",
        ] {
            let found = findings(check, &[("crates/hub/src/a.rs", snippet)]);
            assert_eq!(found.len(), 1, "{snippet}: {found:?}");
        }
        let own = ("crates/hub/src/limits.rs", "const MAX_ROOMS: usize = 10;");
        assert!(findings(check, &[own]).is_empty());
    }

    #[test]
    fn a_bound_without_a_reason_is_found() {
        let text = "/// Why.\npub const MAX_A: usize = 1;\npub const MAX_B: usize = 2;\n";
        let found = findings(check, &[(LIMITS, text)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("{LIMITS}:3:")));
    }

    #[test]
    fn bare_personal_text_is_found() {
        let text = "struct Task { title: String, order: String, notes: Private }";
        assert_eq!(
            findings(check, &[("crates/core/src/model/a.rs", text)]).len(),
            1
        );
    }

    #[test]
    fn a_simulator_that_does_not_search_its_logs_is_found() {
        let without = ("crates/sim/src/lib.rs", "fn f() {}");
        assert_eq!(findings(check, &[without]).len(), 1);
        let with = (
            "crates/sim/src/watch.rs",
            "/// Searches all log lines (A7).\nfn f() {}",
        );
        assert!(findings(check, &[without, with]).is_empty());
    }
}
