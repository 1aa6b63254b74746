//! A4: code outside tests cannot panic on purpose, is not unsafe, and reports errors as small enums.
//!
//! Clippy finds unchecked indexing; this rule makes sure nobody switches clippy off.

use super::Finding;
use super::source::{Source, below};
use super::tree::Tree;

const CALLS: &[&str] = &[
    "unwrap",
    "expect",
    "unwrap_unchecked",
    "unwrap_err",
    "expect_err",
];
const MACROS: &[&str] = &["panic", "todo", "unimplemented", "unreachable"];
const LINTS: &[&str] = &[
    "expect_used",
    "indexing_slicing",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "unsafe_code",
    "unwrap_used",
];
/// An error enum longer than this speaks for more than one layer.
const MAX_VARIANTS: usize = 12;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = manifests(tree);
    for source in &tree.sources {
        findings.extend(panics(source));
        findings.extend(allowances(source));
    }
    for source in tree.product() {
        findings.extend(errors(source));
    }
    findings
}

fn panics(source: &Source) -> Vec<Finding> {
    // A fuzz target must panic to report what it found.
    if source.is_in("fuzz") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for call in CALLS {
        for line in source.lines_of(&[".", call, "("]) {
            findings.push(Finding::new(
                &source.path,
                line,
                format!("`.{call}()` can panic; return an error or handle the other case"),
            ));
        }
    }
    for name in MACROS {
        for line in source.lines_of(&[name, "!"]) {
            findings.push(Finding::new(
                &source.path,
                line,
                format!("`{name}!` panics; return an error instead"),
            ));
        }
    }
    for line in source.lines_of(&["unsafe"]) {
        findings.push(Finding::new(
            &source.path,
            line,
            "unsafe code is forbidden; find a safe way or a well-kept crate",
        ));
    }
    findings
}

/// `#[allow(clippy::unwrap_used)]` outside tests.
fn allowances(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for at in 0..source.tokens.len() {
        let Some([verb, open]) = source.tokens.get(at..at + 2) else {
            continue;
        };
        if !matches!(verb.text.as_str(), "allow" | "expect") || open.text != "(" {
            continue;
        }
        let inside = source
            .tokens
            .iter()
            .skip(at + 2)
            .take_while(|token| token.text != ")");
        for token in inside {
            if LINTS.contains(&token.text.as_str()) {
                findings.push(Finding::new(
                    &source.path,
                    token.line,
                    format!("the lint {} may only be switched off in tests", token.text),
                ));
            }
        }
    }
    findings
}

fn errors(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for found in &source.paths {
        if below(&found.path, "anyhow") || below(&found.path, "eyre") {
            findings.push(Finding::new(
                &source.path,
                found.line,
                "an error here is a small enum with thiserror, so that callers can tell cases apart",
            ));
        }
    }
    for at in 0..source.tokens.len() {
        let Some([keyword, name]) = source.tokens.get(at..at + 2) else {
            continue;
        };
        if keyword.text == "enum" && name.text.ends_with("Error") {
            let variants = variants(source, at + 2);
            if variants > MAX_VARIANTS {
                findings.push(Finding::new(
                    &source.path,
                    name.line,
                    format!(
                        "{} has {variants} variants, more than {MAX_VARIANTS}; one layer's errors \
                         are fewer, so split it",
                        name.text
                    ),
                ));
            }
        }
    }
    findings
}

/// Counts the variants of the enum whose name ends before `at`.
fn variants(source: &Source, at: usize) -> usize {
    let (mut depth, mut count, mut fresh, mut attribute) = (0_usize, 0, true, false);
    for token in source.tokens.iter().skip(at) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
                if depth == 1 && attribute {
                    attribute = false;
                }
            }
            "#" if depth == 1 => attribute = true,
            "," if depth == 1 => fresh = true,
            _ if depth == 1 && fresh && !attribute => {
                count += 1;
                fresh = false;
            }
            _ => {}
        }
    }
    count
}

fn manifests(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in &tree.texts {
        let lines = |section: &str| {
            text.lines()
                .skip_while(|line| line.trim() != section)
                .skip(1)
                .take_while(|line| !line.starts_with('['))
                .map(|line| line.replace(' ', ""))
                .collect::<Vec<_>>()
        };
        let package = text.lines().any(|line| line.trim() == "[package]");
        // A package with a workspace of its own, below the root, has none to take them from.
        let alone = file != "Cargo.toml" && text.lines().any(|line| line.trim() == "[workspace]");
        if file.ends_with("Cargo.toml")
            && !alone
            && package
            && !lines("[lints]").iter().any(|line| line == "workspace=true")
        {
            findings.push(Finding::new(
                file,
                1,
                "the crate does not take the workspace's lints; add `[lints] workspace = true`",
            ));
        }
        if file == "Cargo.toml" {
            if !lines("[workspace.lints.rust]").contains(&"unsafe_code=\"forbid\"".to_owned()) {
                findings.push(Finding::new(file, 1, "unsafe_code must be \"forbid\""));
            }
            let clippy = lines("[workspace.lints.clippy]");
            for lint in LINTS.iter().filter(|lint| **lint != "unsafe_code") {
                if !clippy
                    .iter()
                    .any(|line| line.starts_with(&format!("{lint}=")))
                {
                    findings.push(Finding::new(
                        file,
                        1,
                        format!("the workspace must set clippy's lint {lint}"),
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn every_way_to_panic_is_found() {
        for snippet in [
            "fn f(x: Option<u8>) { x.unwrap(); }",
            "fn f(x: Option<u8>) { x.expect(\"so\"); }",
            "fn f() { panic!(\"no\"); }",
            "fn f() { todo!(); }",
            "fn f() { unsafe { g(); } }",
            "#[allow(clippy::indexing_slicing)] fn f() {}",
            "#![expect(clippy::unwrap_used, reason = \"x\")]",
        ] {
            let found = findings(check, &[("crates/hub/src/a.rs", snippet)]);
            assert_eq!(found.len(), 1, "{snippet}: {found:?}");
        }
    }

    #[test]
    fn tests_and_harmless_relatives_pass() {
        let fine = "fn f(x: Option<u8>) { x.unwrap_or(1); x.unwrap_or_default(); }\n\
            #[cfg(test)] mod tests { #![allow(clippy::unwrap_used)] fn g() { x.unwrap(); } }";
        assert!(findings(check, &[("src/a.rs", fine)]).is_empty());
    }

    #[test]
    fn a_file_that_only_tests_contain_passes() {
        let files = [
            ("src/store/mod.rs", "#[cfg(test)] mod laws;"),
            ("src/store/laws.rs", "fn f() { x.unwrap(); }"),
        ];
        assert!(findings(check, &files).is_empty());
        assert_eq!(findings(check, &files[1..]).len(), 1);
    }

    #[test]
    fn a_crowded_error_is_found() {
        let variants = |n: usize| {
            let list: String = (0..n)
                .map(|i| format!("#[error(\"a, b {{0}}\")] V{i}(u8, u8), "))
                .collect();
            format!("#[derive(Debug)] enum WireError {{ {list} }}")
        };
        let at = |text: &str| findings(check, &[("crates/core/src/a.rs", text)]).len();
        assert_eq!(at(&variants(MAX_VARIANTS)), 0);
        assert_eq!(at(&variants(MAX_VARIANTS + 1)), 1);
    }

    #[test]
    fn a_crate_without_the_workspace_lints_is_found() {
        let manifest = "[package]\nname = \"x\"\n";
        assert_eq!(
            findings(check, &[("crates/x/Cargo.toml", manifest)]).len(),
            1
        );
        for more in ["[lints]\nworkspace = true\n", "[workspace]\n"] {
            let fine = format!("{manifest}{more}");
            assert!(findings(check, &[("crates/x/Cargo.toml", &fine)]).is_empty());
        }
    }

    #[test]
    fn a_lint_dropped_from_the_workspace_is_found() {
        let manifest = "[workspace.lints.rust]\nunsafe_code = \"warn\"\n";
        let found = findings(check, &[("Cargo.toml", manifest)]);
        assert_eq!(found.len(), LINTS.len(), "{found:?}");
    }
}
