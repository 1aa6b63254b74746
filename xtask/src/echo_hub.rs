//! `cargo xtask echo-hub`: the hub with a route that says back what it hears, for WebSocket test suites.

use crate::args::Args;
use crate::failure::Outcome;
use crate::process;
use crate::project::Project;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let port = args.number("--port")?.unwrap_or(9001).to_string();
    args.finish()?;
    let mut command = project.cargo(&[
        "run",
        "--package=corridor-hub",
        "--features=echo",
        "--example=echo-hub",
        "--",
        &port,
    ]);
    process::run(&mut command, "the echo hub")
}
