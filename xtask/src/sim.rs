//! `cargo xtask sim`: whole clinics under seeded faults, by the simulator's own binary.

use crate::args::Args;
use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use std::process::Command;

/// Schedules of the whole suite: many short ones, and some that last a while.
pub(crate) const SHORT: u64 = 10_000;
pub(crate) const LONG: u64 = 200;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let seeds = args.number("--seeds")?;
    let rest = args.rest();
    if seeds.is_none() && rest.is_empty() {
        process::run(&mut command(project, SHORT, "short"), "the simulation")?;
        return process::run(&mut command(project, LONG, "long"), "the simulation");
    }
    // The simulator explains its own options.
    let mut command = command(project, seeds.unwrap_or(SHORT), "short");
    process::run(command.args(rest), "the simulation")
}

pub(crate) fn command(project: &Project, seeds: u64, profile: &str) -> Command {
    let mut command = project.cargo(&["run", "--package", "corridor-sim", "--bin", "corridor-sim"]);
    command.args(["--", "--seeds", &seeds.to_string(), "--profile", profile]);
    command
}
