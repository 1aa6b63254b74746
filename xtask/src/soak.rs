//! `cargo xtask soak`: a crowd comes and goes at the real hub, whose memory must return to what it was.

use crate::args::Args;
use crate::failure::Outcome;
use crate::process;
use crate::project::Project;

const SECONDS: u64 = 600;
const PEOPLE: u64 = 2_000;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let seconds = args.number("--seconds")?.unwrap_or(SECONDS);
    let people = args.number("--people")?.unwrap_or(PEOPLE);
    args.finish()?;
    let mut command = project.cargo(&[
        "test",
        "--package=corridor-hub",
        "--test=hub",
        "--",
        "--nocapture",
        "soak::",
    ]);
    command.env("CORRIDOR_SOAK", format!("{seconds} {people}"));
    process::run(&mut command, "the soak")
}
