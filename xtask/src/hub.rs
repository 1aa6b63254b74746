//! The hub binary: built in the dev profile and fed the bundle from a folder, so that a change of the
//! app does not rebuild it. Only `dist` puts the app inside.

use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use std::path::PathBuf;

/// What everything native is built with, whether it needs it or not: other features would mean other libraries, and each
/// of them built twice.
pub(crate) const FEATURES: &str = "--features=corridor-hub/nats";

pub(crate) fn build(project: &Project) -> Outcome {
    process::run(
        &mut project.cargo(&[
            "build",
            "--package",
            "corridor-hub",
            "--bin",
            "corridor-hub",
            FEATURES,
        ]),
        "building the hub",
    )
}

pub(crate) fn binary(project: &Project) -> PathBuf {
    project.target(&format!(
        "debug/corridor-hub{}",
        std::env::consts::EXE_SUFFIX
    ))
}
