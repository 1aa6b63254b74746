//! `cargo xtask e2e` and `shots`: real browsers against the real hub, driven by Node.

use crate::args::Args;
use crate::failure::{Failure, Outcome, While as _};
use crate::project::Project;
use crate::{bundle, hub, process, setup};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let filter = args.word();
    args.finish()?;
    prepare(project)?;
    let mut command = specs(project, filter.as_deref())?;
    process::run(&mut command, "the browser tests")
}

/// `cargo xtask shots`.
pub(crate) fn shots(project: &Project, args: &mut Args) -> Outcome {
    args.finish()?;
    prepare(project)?;
    process::run(node(project)?.arg("shots.mjs"), "taking the screenshots")
}

pub(crate) fn prepare(project: &Project) -> Outcome {
    setup::wasm_target(project)?;
    setup::npm_packages(project)?;
    bundle::build(project)?;
    hub::build(project)
}

/// The node command that runs the spec files, all or those whose name contains `filter`.
pub(crate) fn specs(project: &Project, filter: Option<&str>) -> Outcome<Command> {
    files(project, "specs", ".test.mjs", filter)
}

/// The node command that runs the test files of `tests/e2e/{folder}` that end in `ending`.
pub(crate) fn files(
    project: &Project,
    folder: &str,
    ending: &str,
    filter: Option<&str>,
) -> Outcome<Command> {
    let folder = project.at("tests/e2e").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .during(|| format!("could not list {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(ending) && filter.is_none_or(|filter| name.contains(filter))
        })
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(format!(
            "no file in {} has a name with `{}` in it",
            folder.display(),
            filter.unwrap_or(ending)
        )));
    }
    let mut command = node(project)?;
    // One file at a time: the deadlines are for one set of browsers on a small machine.
    command
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(files);
    Ok(command)
}

pub(crate) fn node(project: &Project) -> Outcome<Command> {
    let mut command = Command::new(setup::node()?);
    command
        .current_dir(project.at("tests/e2e"))
        .env("CORRIDOR_CHROMIUM", setup::chromium()?)
        .env("CORRIDOR_HUB", hub::binary(project))
        .env("CORRIDOR_APP", project.app_dir())
        .env("CORRIDOR_SHOTS", project.target("shots"));
    Ok(command)
}
