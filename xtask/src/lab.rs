//! `cargo xtask lab`: real browsers on a network of namespaces that is cut, lossy and renumbered under them.

use crate::args::Args;
use crate::failure::Outcome;
use crate::project::Project;
use crate::{e2e, process, say, setup};
use std::process::Command;

/// Which rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rows {
    /// About three minutes: what every run of the suite takes.
    Short,
    All,
}

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let filter = args.word();
    args.finish()?;
    e2e::prepare(project)?;
    if let Some(reason) = why_not(project)? {
        say::note(&format!("skipped: {reason}"));
        return Ok(());
    }
    let mut command = rows(project, Rows::All)?;
    if let Some(filter) = filter {
        command.env("CORRIDOR_LAB", filter);
    }
    process::run(&mut command, "the lab")
}

/// Why there can be no lab here, as a sentence.
pub(crate) fn why_not(project: &Project) -> Outcome<Option<String>> {
    setup::lab_packages();
    let said = process::stdout_of(e2e::node(project)?.arg("lab/possible.mjs"))?;
    Ok(Some(said.trim().to_owned()).filter(|reason| !reason.is_empty()))
}

/// The node command that runs these rows.
pub(crate) fn rows(project: &Project, rows: Rows) -> Outcome<Command> {
    let mut command = e2e::files(project, "lab", ".lab.mjs", None)?;
    command.env("CORRIDOR_LAB_LOGS", project.target("lab"));
    if rows == Rows::Short {
        command.env("CORRIDOR_LAB", "short");
    }
    Ok(command)
}
