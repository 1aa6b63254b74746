//! Where things are in the source tree and in cargo's target folder.

use crate::failure::{Failure, Outcome, While as _};
use crate::process;
use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace as cargo describes it.
#[derive(Debug)]
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Asks cargo, starting from the folder this runner was started from by cargo, else the one it was built in: a
    /// target folder that was moved or cached holds a runner of another place.
    pub(crate) fn find() -> Outcome<Self> {
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let json = process::stdout_of(
            Command::new(cargo())
                .args(["metadata", "--no-deps", "--format-version", "1"])
                .current_dir(here),
        )?;
        let metadata: Value =
            serde_json::from_str(&json).during(|| "cargo metadata is not JSON".to_owned())?;
        Self::read(&metadata).ok_or_else(|| {
            Failure::new("cargo metadata has no workspace_root and target_directory")
        })
    }

    fn read(metadata: &Value) -> Option<Self> {
        Some(Self {
            root: metadata.get("workspace_root")?.as_str()?.into(),
            target: metadata.get("target_directory")?.as_str()?.into(),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// `path` inside the source tree.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// `path` inside cargo's target folder.
    pub(crate) fn target(&self, path: &str) -> PathBuf {
        self.target.join(path)
    }

    /// The bundled app, as the hub's `--app-dir` takes it.
    pub(crate) fn app_dir(&self) -> PathBuf {
        self.target("app")
    }

    /// A command in the workspace root.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// A cargo command in the workspace root.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command(&cargo());
        command.args(args);
        // Set by the cargo that started this runner; they would confuse build scripts of others.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&*name);
            }
        }
        command
    }
}

fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found() {
        let project = Project::find().unwrap();
        assert!(project.at("xtask/src/project.rs").exists());
        assert!(project.target("").ends_with("target"));
    }
}
