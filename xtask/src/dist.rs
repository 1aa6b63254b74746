//! `cargo xtask dist`: one optimised hub binary with the app inside, to copy to the clinic's machine.

use crate::args::Args;
use crate::failure::{Outcome, While as _};
use crate::project::Project;
use crate::{bundle, process, say, setup, shipped};
use std::fs;
use std::path::Path;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let built = args.option("--check")?;
    args.finish()?;
    if let Some(built) = built {
        return ask(Path::new(&built));
    }
    setup::wasm_target(project)?;
    say::step(1, 3, "building the app");
    bundle::build(project)?;
    say::step(
        2,
        3,
        "building the hub with the app inside (about 5 minutes the first time)",
    );
    process::run(
        &mut project.cargo(&[
            "build",
            "--release",
            "--package",
            "corridor-hub",
            "--bin",
            "corridor-hub",
            "--features",
            "embed-app",
        ]),
        "building the hub",
    )?;
    let binary = project.target(&format!(
        "release/corridor-hub{}",
        std::env::consts::EXE_SUFFIX
    ));
    say::step(3, 3, "asking it");
    ask(&binary)?;
    let size = fs::metadata(&binary)
        .during(|| format!("could not find {}", binary.display()))?
        .len();
    say::line(&format!(
        "{} ({}): copy it anywhere and start it",
        binary.display(),
        say::kilobytes(size)
    ));
    Ok(())
}

/// Whether a binary works by itself.
fn ask(binary: &Path) -> Outcome {
    shipped::works(binary).during(|| format!("{} does not work", binary.display()))
}
