//! Corridor's one task runner: build, run, check, test and package the project with plain cargo.
//!
//! Each command is one module; this file only picks it. Nothing here is part of the product.
//! Long steps say what they do; whatever cannot go on says in one line what is missing.

mod args;
mod bench;
mod bundle;
mod check;
mod dist;
mod e2e;
mod echo_hub;
mod failure;
mod fuzz;
mod hub;
mod lab;
mod process;
mod project;
mod replay;
mod run;
mod say;
mod setup;
mod shipped;
mod sim;
mod size;
mod soak;
mod suite;

use args::Args;
use failure::{Failure, Outcome};
use project::Project;
use std::process::ExitCode;

const HELP: &str = "\
Corridor's task runner.

  cargo xtask run [--bind ADDR] [--port N]   build everything, start the hub, print its addresses
  cargo xtask test                           everything that must pass, with a summary
  cargo xtask check                          the architecture rules A1-A7
  cargo xtask build                          only build and bundle the app, into target/app
  cargo xtask size                           page weight of the first screen against its budget
  cargo xtask e2e [FILTER]                   browser tests; FILTER picks spec files by name
  cargo xtask lab [NAME]                     browsers on networks that fail; NAME picks rows (needs root)
  cargo xtask shots                          screenshots of every screen, into target/shots
  cargo xtask sim [--seeds N]                seeded simulation of whole clinics
  cargo xtask replay FILE [--quiet]          runs a bug capsule natively (docs/DEBUGGING.md)
  cargo xtask fuzz [--seconds N]             every fuzz target for N seconds (needs nightly)
  cargo xtask bench                          the engine beside yrs, automerge and loro, as ratios
  cargo xtask bench hub [ROW]                the hub beside a plain axum broadcast, as ratios
  cargo xtask soak [--seconds N] [--people N]  a crowd comes and goes at the hub; its memory returns
  cargo xtask echo-hub [--port N]            the hub with an echo route, for WebSocket test suites
  cargo xtask dist [--check FILE]            one hub binary with the app inside, optimised; or only asks one
  cargo xtask help                           this text
";

fn main() -> ExitCode {
    let mut args = Args::from_env();
    match dispatch(&mut args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_told() {
                say::error(&failure.to_string());
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &mut Args) -> Outcome {
    let command = args.word().unwrap_or_else(|| "help".to_owned());
    if matches!(command.as_str(), "help" | "--help" | "-h") {
        say::text(HELP);
        return Ok(());
    }
    let project = Project::find()?;
    match command.as_str() {
        "run" => run::run(&project, args),
        "test" => suite::run(&project, args),
        "check" => check::run(&project, args),
        "build" => bundle::run(&project, args),
        "size" => size::run(&project, args),
        "e2e" => e2e::run(&project, args),
        "lab" => lab::run(&project, args),
        "shots" => e2e::shots(&project, args),
        "replay" => replay::run(&project, args),
        "sim" => sim::run(&project, args),
        "fuzz" => fuzz::run(&project, args),
        "bench" => bench::run(&project, args),
        "dist" => dist::run(&project, args),
        "soak" => soak::run(&project, args),
        "echo-hub" => echo_hub::run(&project, args),
        other => Err(Failure::new(format!(
            "there is no command `{other}`; `cargo xtask help` lists them"
        ))),
    }
}
