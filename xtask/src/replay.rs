//! `cargo xtask replay FILE`: a bug capsule, run natively by an example of the core.

use crate::args::Args;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let file = args
        .word()
        .ok_or_else(|| Failure::new("which capsule? `cargo xtask replay FILE`"))?;
    let mut command = project.cargo(&[
        "run",
        "--quiet",
        "--package",
        "corridor-core",
        "--features",
        "replay",
        "--example",
        "replay",
        "--",
        &file,
    ]);
    process::run(command.args(args.rest()), "the replay")
}
