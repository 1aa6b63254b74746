//! A2: one door per browser API.

use super::Finding;
use super::source::Source;
use super::tree::Tree;
use std::collections::BTreeMap;

const ROOMS: [&str; 2] = ["src/browser", "src/debug"];
const BINDINGS: &[&str] = &[
    "gloo_net",
    "gloo_storage",
    "gloo_timers",
    "js_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "web_sys",
];

/// APIs that only one file may touch, by the names of their web-sys types and methods.
const SINGLE: &[(&str, &[&str])] = &[
    (
        "WebRTC",
        &[
            "RtcPeerConnection",
            "RtcDataChannel",
            "RtcConfiguration",
            "RtcIceServer",
            "RtcSessionDescriptionInit",
            "RtcIceCandidateInit",
        ],
    ),
    ("the WebSocket", &["WebSocket"]),
    ("storage", &["Storage", "local_storage", "session_storage"]),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.product() {
        if !ROOMS.iter().any(|room| source.is_in(room)) {
            findings.extend(bindings(source));
        }
    }
    for (api, names) in SINGLE {
        findings.extend(single(tree, api, names));
    }
    findings
}

fn bindings(source: &Source) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for found in &source.paths {
        let Some(name) = found.path.split("::").find(|part| BINDINGS.contains(part)) else {
            continue;
        };
        if findings.last().is_none_or(|last| last.line != found.line) {
            findings.push(Finding::new(
                &source.path,
                found.line,
                format!("{name} belongs in src/browser; add an adapter there and call that"),
            ));
        }
    }
    findings
}

fn single(tree: &Tree, api: &str, names: &[&str]) -> Vec<Finding> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for source in tree.sources_in("src") {
        let through_web_sys = source.paths.iter().find(|found| {
            found.path.contains("web_sys::")
                && found.path.split("::").any(|part| names.contains(&part))
        });
        let as_method = names
            .iter()
            .filter(|name| name.starts_with(char::is_lowercase))
            .find_map(|name| source.lines_of(&[".", name]).next());
        if let Some(line) = through_web_sys.map(|found| found.line).or(as_method) {
            places.insert(&source.path, line);
        }
    }
    let first = places.keys().next().copied().unwrap_or_default();
    places
        .iter()
        .skip(1)
        .map(|(file, line)| {
            Finding::new(
                file,
                *line,
                format!("{api} is handled in {first}; go through that file"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn bindings_outside_their_rooms_are_found() {
        for snippet in [
            "use web_sys::window;",
            "use leptos::web_sys::Event;",
            "fn f() { let _ = js_sys::Date::now(); }",
            "use wasm_bindgen::{JsCast, closure::Closure};",
        ] {
            let found = findings(check, &[("src/ui/a.rs", snippet)]);
            assert_eq!(found.len(), 1, "{snippet}: {found:?}");
            assert!(findings(check, &[("src/browser/a.rs", snippet)]).is_empty());
        }
    }

    #[test]
    fn a_second_door_is_found() {
        let files = [
            ("src/browser/a.rs", "use web_sys::{RtcDataChannel, Event};"),
            (
                "src/browser/b.rs",
                "fn f(c: &web_sys::RtcPeerConnection) {}",
            ),
        ];
        let found = findings(check, &files);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("src/browser/b.rs:1:"));
        assert!(findings(check, &files[..1]).is_empty());

        let storage = [
            ("src/browser/a.rs", "fn f() { window().local_storage(); }"),
            ("src/browser/b.rs", "use web_sys::Storage;"),
        ];
        assert_eq!(findings(check, &storage).len(), 1);
    }
}
