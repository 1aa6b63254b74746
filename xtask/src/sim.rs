//! `cargo xtask sim`: whole clinics under seeded faults, by the simulator's own binary.

use crate::args::Args;
use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use std::process::Command;

/// Schedules per run; the floor for every commit.
pub(crate) const SEEDS: u64 = 2000;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let seeds = args.number("--seeds")?.unwrap_or(SEEDS);
    // The simulator explains its own options.
    let mut command = command(project, seeds);
    process::run(command.args(args.rest()), "the simulation")
}

pub(crate) fn command(project: &Project, seeds: u64) -> Command {
    let mut command = project.cargo(&["run", "--package", "corridor-sim", "--bin", "corridor-sim"]);
    command.args(["--", "--seeds", &seeds.to_string()]);
    command
}
