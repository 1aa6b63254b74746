//! The steps of the suite, in order. Each sets up what it needs and counts what it proved.

use super::Step;
use super::totals::Totals;
use crate::failure::Outcome;
use crate::project::Project;
use crate::{bundle, check, e2e, hub, lab, process, say, setup, sim, size};
use std::env;
use std::process::Command;

const TOOLS: &str = "tools";
const APP: &str = "the app builds";
const HUB: &str = "the hub builds";

pub(super) const ALL: &[Step] = &[
    Step {
        name: TOOLS,
        needs: &[],
        run: |project| {
            setup::wasm_target(project)?;
            setup::debian_packages()?;
            setup::npm_packages(project)?;
            setup::wasm_test_runner(project)?;
            Ok(Totals::default())
        },
    },
    Step {
        name: "formatting",
        needs: &[],
        run: |project| one(&mut project.cargo(&["fmt", "--all", "--check"])),
    },
    Step {
        name: "lints, native",
        needs: &[],
        run: |project| {
            one(&mut project.cargo(&[
                "clippy",
                "--workspace",
                "--exclude=corridor",
                hub::FEATURES,
                "--all-targets",
                "--",
                "--deny=warnings",
            ]))
        },
    },
    Step {
        name: "lints, browser",
        needs: &[],
        run: |project| {
            one(&mut project.cargo(&[
                "clippy",
                "--package=corridor",
                "--target",
                setup::WASM_TARGET,
                "--all-targets",
                "--",
                "--deny=warnings",
            ]))
        },
    },
    Step {
        name: "architecture rules",
        needs: &[],
        run: rules,
    },
    Step {
        name: "native tests",
        needs: &[],
        run: |project| {
            let mut totals = cargo_tests(&mut project.cargo(&[
                "test",
                "--no-fail-fast",
                "--workspace",
                "--exclude=corridor",
                "--exclude=xtask",
                hub::FEATURES,
                // A step of their own: they need a server.
                "--",
                "--skip=over_nats",
            ]))?;
            // The app's pure parts; what needs a browser is a step of its own.
            totals += cargo_tests(&mut project.cargo(&["test", "--package=corridor", "--lib"]))?;
            // By itself, so that the running binary's libraries are not built again with other features.
            totals += cargo_tests(&mut project.cargo(&["test", "--package=xtask"]))?;
            Ok(totals)
        },
    },
    Step {
        name: "several hubs",
        needs: &[],
        run: |project| {
            if setup::nats_server().is_none() {
                say::note(
                    "skipped: nats-server is not installed (Debian: apt-get install nats-server)",
                );
                return Ok(Totals::one_skipped());
            }
            // The same packages and features as above, so that nothing is built again.
            cargo_tests(&mut project.cargo(&[
                "test",
                "--workspace",
                "--exclude=corridor",
                "--exclude=xtask",
                hub::FEATURES,
                "--test=hub",
                "--",
                "--ignored",
                "over_nats",
            ]))
        },
    },
    Step {
        name: "simulation",
        needs: &[],
        run: |project| {
            let mut totals = one(&mut sim::command(project, sim::SHORT, "short"))?;
            totals += one(&mut sim::command(project, sim::LONG, "long"))?;
            Ok(totals)
        },
    },
    Step {
        name: "capsules replay",
        needs: &[],
        run: |project| {
            // Believing stand-ins for keys is a feature that nothing else is built with.
            cargo_tests(&mut project.cargo(&[
                "test",
                "--package=corridor-sim",
                "--features=replay",
                "--test=capsules",
            ]))
        },
    },
    Step {
        name: "browser unit tests",
        needs: &[],
        run: browser_tests,
    },
    Step {
        name: APP,
        needs: &[],
        run: |project| bundle::build(project).map(|()| Totals::one_passed()),
    },
    Step {
        name: HUB,
        needs: &[],
        run: |project| hub::build(project).map(|()| Totals::one_passed()),
    },
    Step {
        name: "end to end",
        needs: &[APP, HUB],
        run: |project| {
            let ended = process::tee(&mut e2e::specs(project, None)?)?;
            Ok(Totals::of_node(&ended.output).confirmed(ended.success))
        },
    },
    Step {
        name: "network lab, short",
        needs: &[APP, HUB],
        run: |project| {
            if let Some(reason) = lab::why_not(project)? {
                say::note(&format!("skipped: {reason}"));
                return Ok(Totals::one_skipped());
            }
            let ended = process::tee(&mut lab::rows(project, lab::Rows::Short)?)?;
            Ok(Totals::of_node(&ended.output).confirmed(ended.success))
        },
    },
    Step {
        name: "page weight",
        needs: &[APP],
        run: |project| size::report(&project.app_dir()).map(|()| Totals::one_passed()),
    },
    Step {
        name: "trunk build",
        needs: &[APP],
        run: trunk,
    },
];

/// A command that proves one thing.
fn one(command: &mut Command) -> Outcome<Totals> {
    process::run(command, "this step").map(|()| Totals::one_passed())
}

fn cargo_tests(command: &mut Command) -> Outcome<Totals> {
    let ended = process::tee(command)?;
    Ok(Totals::of_cargo(&ended.output).confirmed(ended.success))
}

fn rules(project: &Project) -> Outcome<Totals> {
    let (kept, broken) = check::report(project)?;
    Ok(Totals {
        passed: kept,
        failed: broken,
        skipped: 0,
    })
}

fn browser_tests(project: &Project) -> Outcome<Totals> {
    let runner = setup::wasm_test_runner(project)?;
    cargo_tests(
        project
            .cargo(&[
                "test",
                "--no-fail-fast",
                "--package=corridor",
                "--target",
                setup::WASM_TARGET,
                "--tests",
            ])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
            .env("CHROMEDRIVER", setup::chromedriver()?)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300"),
    )
}

/// The developers' edit loop must keep working over the same `index.html`.
fn trunk(project: &Project) -> Outcome<Totals> {
    let Some(trunk) = setup::on_path("trunk") else {
        say::note("skipped: trunk is not installed (cargo install trunk --version 0.21.14)");
        return Ok(Totals::one_skipped());
    };
    let tools = project.target("tools/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([tools].into_iter().chain(env::split_paths(&path)));
    let mut command = Command::new(trunk);
    command
        .current_dir(project.root())
        .args(["build", "--release", "--offline", "--dist"])
        .arg(project.target("trunk"))
        .env("PATH", path.unwrap_or_default())
        // Trunk reads this as a switch and refuses values such as "1".
        .env_remove("NO_COLOR");
    one(&mut command)
}
