//! Everything the rules look at, read once.

use super::source::Source;
use crate::failure::{Outcome, While as _};
use crate::process;
use crate::project::Project;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Rust files, tests included (their tokens are empty; their text is there).
    pub(super) sources: Vec<Source>,
    /// Other files that rules read: manifests and documents.
    pub(super) texts: BTreeMap<String, String>,
    /// Names of all crates that corridor-core depends on, on any platform and with every feature.
    pub(super) core_dependencies: BTreeSet<String>,
}

const FOLDERS: &[&str] = &["src", "tests", "crates", "xtask", "fuzz"];
const TEXTS: &[&str] = &[
    "Cargo.toml",
    "crates/core/tests/golden/wire.txt",
    "docs/PROTOCOL.md",
];

impl Tree {
    pub(super) fn load(project: &Project) -> Outcome<Self> {
        let mut tree = Self::default();
        for folder in FOLDERS {
            tree.walk(project.root(), &project.at(folder))?;
        }
        for file in TEXTS {
            if let Ok(text) = fs::read_to_string(project.at(file)) {
                tree.texts.insert((*file).to_owned(), text);
            }
        }
        tree.blank_test_modules();
        tree.core_dependencies = core_dependencies(project)?;
        Ok(tree)
    }

    fn blank_test_modules(&mut self) {
        let modules: Vec<String> = self.sources.iter().flat_map(Source::test_only).collect();
        for source in &mut self.sources {
            if modules.iter().any(|module| source.is_in(module)) {
                source.blank();
            }
        }
    }

    fn walk(&mut self, root: &Path, folder: &Path) -> Outcome {
        let Ok(entries) = fs::read_dir(folder) else {
            return Ok(());
        };
        let mut paths: Vec<_> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !matches!(&*name, "target" | "node_modules" | "corpus" | "artifacts") {
                    self.walk(root, &path)?;
                }
            } else if name.ends_with(".rs") || name == "Cargo.toml" {
                let text = fs::read_to_string(&path)
                    .during(|| format!("could not read {}", path.display()))?;
                let inside = path.strip_prefix(root).unwrap_or(&path);
                self.add(&inside.to_string_lossy().replace('\\', "/"), text)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &str, text: String) -> Outcome {
        if path.ends_with(".rs") {
            self.sources.push(Source::parse(path, &text)?);
        } else {
            self.texts.insert(path.to_owned(), text);
        }
        Ok(())
    }

    /// A tree of these files, for the rules' own tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Outcome<Self> {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned())?;
        }
        tree.blank_test_modules();
        Ok(tree)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Sources of the product: the app and the crates, without the task runner and fuzz targets.
    pub(super) fn product(&self) -> impl Iterator<Item = &Source> {
        self.sources
            .iter()
            .filter(|source| source.is_in("src") || source.path.starts_with("crates/"))
    }

    pub(super) fn sources_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Source> {
        self.sources
            .iter()
            .filter(move |source| source.is_in(folder))
    }
}

fn core_dependencies(project: &Project) -> Outcome<BTreeSet<String>> {
    let tree = process::stdout_of(&mut project.cargo(&[
        "tree",
        "--package=corridor-core",
        "--edges=normal,no-proc-macro",
        "--target=all",
        "--all-features",
        "--prefix=none",
        "--format={p}",
    ]))?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}
