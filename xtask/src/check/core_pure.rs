//! A1: corridor-core does no I/O and draws time and randomness only from its arguments.

use super::Finding;
use super::source::below;
use super::tree::Tree;

const CORE: &str = "crates/core/src";

/// Crates that touch the web, sockets, an async runtime or ambient randomness.
const CRATES: &[&str] = &[
    "async-std",
    "axum",
    "futures",
    "futures-channel",
    "futures-util",
    "getrandom",
    "gloo-net",
    "gloo-storage",
    "gloo-timers",
    "hyper",
    "instant",
    "js-sys",
    "leptos",
    "mio",
    "rand",
    "reqwest",
    "smol",
    "socket2",
    "tokio",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "web-sys",
    "web-time",
];

/// Paths that reach outside, with what to use instead.
const PATHS: &[(&str, &str)] = &[
    ("std::time::Instant", "take `Now` as an argument"),
    ("std::time::SystemTime", "take `Now` as an argument"),
    ("std::net", "ask for it with an `Output`"),
    ("std::fs", "ask for it with an `Output`"),
    ("std::env", "take it as an argument"),
    ("std::process", "ask for it with an `Output`"),
    ("std::thread", "the shell owns threads"),
    ("std::io", "the core works on bytes in memory"),
    ("std::random", "draw from the node's seed"),
    ("std::hash::RandomState", "draw from the node's seed"),
    (
        "std::collections::HashMap",
        "use BTreeMap: its order is the same everywhere",
    ),
    (
        "std::collections::HashSet",
        "use BTreeSet: its order is the same everywhere",
    ),
    (
        "std::collections::hash_map",
        "use BTreeMap: its order is the same everywhere",
    ),
    ("getrandom", "draw from the node's seed"),
    ("rand", "draw from the node's seed"),
    ("rand_core::OsRng", "draw from the node's seed"),
    ("uuid::Uuid::new_v4", "make ids from the node's seed"),
    (
        "uuid::Uuid::now_v7",
        "make ids from the node's seed and `Now`",
    ),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in CRATES {
        if tree.core_dependencies.contains(*name) {
            findings.push(Finding::new(
                "crates/core/Cargo.toml",
                1,
                format!(
                    "corridor-core depends on {name}, perhaps through another crate; find it with \
                     `cargo tree -p corridor-core --target all -i {name}` and switch its feature off"
                ),
            ));
        }
    }
    for source in tree.sources_in(CORE) {
        for found in &source.paths {
            for (path, instead) in PATHS {
                if below(&found.path, path) {
                    findings.push(Finding::new(
                        &source.path,
                        found.line,
                        format!("the core must not use {path}; {instead}"),
                    ));
                }
            }
        }
        for macro_name in ["println", "eprintln", "print", "eprint"] {
            for line in source.lines_of(&[macro_name, "!"]) {
                findings.push(Finding::new(
                    &source.path,
                    line,
                    format!("the core must not use {macro_name}!; emit an `Output::Log`"),
                ));
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
    fn clocks_randomness_and_hash_order_are_found() {
        for snippet in [
            "use std::time::Instant;",
            "fn f() { let now = std::time::SystemTime::now(); }",
            "use std::{collections::HashMap, fmt};",
            "fn f() { getrandom::fill(&mut []); }",
            "fn f() { uuid::Uuid::now_v7(); }",
            "fn f() { println!(\"x\"); }",
        ] {
            let found = findings(check, &[("crates/core/src/node/a.rs", snippet)]);
            assert_eq!(found.len(), 1, "{snippet}: {found:?}");
        }
    }

    #[test]
    fn pure_code_and_other_crates_pass() {
        let fine = "use std::collections::BTreeMap; use core::time::Duration; use crate::random;";
        assert!(findings(check, &[("crates/core/src/a.rs", fine)]).is_empty());
        let shell = "use std::time::Instant;";
        assert!(findings(check, &[("crates/hub/src/a.rs", shell)]).is_empty());
    }

    #[test]
    fn a_forbidden_dependency_is_named() {
        let mut tree = Tree::of(&[]).unwrap();
        tree.core_dependencies.insert("web-sys".to_owned());
        let found = check(&tree);
        assert!(found[0].sentence.contains("web-sys"));
    }
}
