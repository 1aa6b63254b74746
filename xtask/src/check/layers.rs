//! A5: each layer may name only what lies below it.

use super::Finding;
use super::source::{Source, below};
use super::tree::Tree;

/// A folder and the paths its files must not name.
struct Layer {
    folder: &'static str,
    never: &'static [&'static str],
    instead: &'static str,
}

const LAYERS: &[Layer] = &[
    Layer {
        folder: "src/ui",
        never: &["crate::browser", "crate::shell", "crate::debug"],
        instead: "a screen asks `crate::state` for what it shows and calls its dispatch",
    },
    Layer {
        folder: "src/ui",
        never: &[
            "corridor_core::broker",
            "corridor_core::key",
            "corridor_core::link",
            "corridor_core::node::Node",
            "corridor_core::rng",
            "corridor_core::seal",
            "corridor_core::store",
            "corridor_core::timer",
            "corridor_core::wire",
        ],
        instead: "a screen knows only the core's view, commands and plain models",
    },
    Layer {
        folder: "src/state",
        never: &[
            "crate::ui",
            "crate::browser",
            "crate::shell",
            "crate::debug",
        ],
        instead: "the state is told by the shell and knows nobody above or beside it",
    },
    Layer {
        folder: "src/browser",
        never: &[
            "leptos",
            "crate::ui",
            "crate::state",
            "crate::shell",
            "crate::debug",
        ],
        instead: "an adapter translates one browser API and knows no screen",
    },
    Layer {
        folder: "src/shell",
        never: &["crate::ui"],
        instead: "the shell drives the core and fills `crate::state`",
    },
    Layer {
        folder: "crates/core/src/model",
        never: &[
            "crate::wire",
            "crate::store",
            "crate::node",
            "crate::link",
            "crate::broker",
        ],
        instead: "a model is plain data",
    },
    Layer {
        folder: "crates/core/src/wire",
        never: &[
            "crate::store",
            "crate::node::Node",
            "crate::link",
            "crate::broker",
        ],
        instead: "the wire turns values into bytes and decides nothing",
    },
    Layer {
        folder: "crates/core/src/store",
        never: &["crate::node::Node", "crate::link", "crate::broker"],
        instead: "the store folds operations and knows no peer",
    },
    Layer {
        folder: "crates/core/src/broker",
        never: &[
            "crate::node",
            "crate::store",
            "crate::link",
            "crate::model",
            "crate::seal",
        ],
        instead: "the hub's brain is blind: it knows no operation and no key",
    },
    Layer {
        folder: "crates/hub/src",
        never: &[
            "corridor_core::node",
            "corridor_core::store",
            "corridor_core::link",
            "corridor_core::seal",
            "corridor_core::key::RoomKey",
        ],
        instead: "the hub is blind: it works with `corridor_core::broker` alone",
    },
];

/// Where axum's types may be named.
const HTTP: &[&str] = &["crates/hub/src/routes", "crates/hub/src/server"];
/// What binds the routes to a listener; it takes no request apart.
const SERVING: &[&str] = &["axum::Router", "axum::serve"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.product() {
        // The node's JSON forms for the debug object mirror its view; they decide nothing either.
        let mirror = source.path == "crates/core/src/wire/json.rs"
            || source.is_in("crates/core/src/wire/json");
        for layer in LAYERS.iter().filter(|layer| source.is_in(layer.folder)) {
            if !mirror {
                findings.extend(crossings(source, layer));
            }
        }
        if source.is_in("crates/hub/src") && !HTTP.iter().any(|place| source.is_in(place)) {
            findings.extend(axum(source));
        }
    }
    findings
}

fn crossings(source: &Source, layer: &Layer) -> Vec<Finding> {
    source
        .paths
        .iter()
        .filter_map(|found| {
            let never = layer.never.iter().find(|never| below(&found.path, never))?;
            Some(Finding::new(
                &source.path,
                found.line,
                format!("{} must not name {never}; {}", layer.folder, layer.instead),
            ))
        })
        .collect()
}

fn axum(source: &Source) -> Vec<Finding> {
    source
        .paths
        .iter()
        .filter(|found| below(&found.path, "axum"))
        .filter(|found| !SERVING.iter().any(|serving| below(&found.path, serving)))
        .map(|found| {
            Finding::new(
                &source.path,
                found.line,
                "axum's types stay in crates/hub/src/routes and server; translate them there",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn every_layer_finds_what_it_must_not_name() {
        for layer in LAYERS {
            for never in layer.never {
                let file = format!("{}/a.rs", layer.folder);
                let found = findings(check, &[(&file, &format!("use {never}::x;"))]);
                assert_eq!(found.len(), 1, "{file} {never}: {found:?}");
            }
        }
    }

    #[test]
    fn relative_paths_are_seen_through() {
        let found = findings(
            check,
            &[("src/ui/room/a.rs", "use super::super::super::shell::Shell;")],
        );
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn what_lies_below_may_be_named() {
        for (file, text) in [
            (
                "src/ui/a.rs",
                "use crate::state::App; use corridor_core::node::TaskView;",
            ),
            (
                "src/shell/a.rs",
                "use crate::browser::socket; use crate::state::App;",
            ),
            (
                "crates/core/src/node/a.rs",
                "use crate::store::Replica; use crate::wire::op;",
            ),
            (
                "crates/hub/src/routes/ws.rs",
                "use axum::extract::ws::WebSocket;",
            ),
        ] {
            assert!(findings(check, &[(file, text)]).is_empty(), "{file}");
        }
        assert_eq!(
            findings(check, &[("crates/hub/src/rooms.rs", "use axum::Json;")]).len(),
            1
        );
    }
}
