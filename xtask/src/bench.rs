//! `cargo xtask bench`: Corridor beside yrs, automerge and loro, in one run, as ratios.

use crate::args::Args;
use crate::failure::{Failure, Outcome, While as _};
use crate::project::Project;
use crate::{process, say};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Own manifest and lock file, outside the workspace.
const MANIFEST: &str = "crates/core/benches/Cargo.toml";
const OURS: &str = "corridor";
const OTHERS: [&str; 3] = ["yrs", "automerge", "loro"];

/// What is compared: the benches' name of it and ours.
const TIME: &[(&str, &str)] = &[
    ("edits", "10,000 edits, each in its own transaction"),
    ("live", "1,000 edits, each sent and taken at once"),
    ("first-10000", "first sync of 10,000 tasks"),
    ("first-50000", "first sync of 50,000 tasks"),
    ("second-10000", "second sync with 10 changes, 10,000 tasks"),
    ("second-50000", "second sync with 10 changes, 50,000 tasks"),
    ("catch-up", "second sync with 10,000 changes"),
];
const BYTES: &[(&str, &str)] = &[
    ("wire-live", "on the wire: one edit"),
    (
        "wire-first-10000",
        "on the wire: first sync of 10,000 tasks",
    ),
    (
        "wire-first-50000",
        "on the wire: first sync of 50,000 tasks",
    ),
    (
        "wire-second-10000",
        "on the wire: second sync with 10 changes",
    ),
    (
        "wire-catch-up",
        "on the wire: second sync with 10,000 changes",
    ),
    ("memory-10000", "memory held: 10,000 tasks"),
    ("memory-50000", "memory held: 50,000 tasks"),
    (
        "memory-edited",
        "memory held: 10,000 tasks after 10,000 edits",
    ),
];

/// By row and engine: seconds or bytes.
type Figures = BTreeMap<(String, String), f64>;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let which = args.word();
    let row = args.word();
    args.finish()?;
    match which.as_deref() {
        None => {}
        Some("hub") => return hub(project, row),
        Some(other) => return Err(Failure::new(format!("there is no benchmark `{other}`"))),
    }
    let results = project.target("criterion");
    let counted = process::tee(&mut command(project, "size"))?;
    if !counted.success {
        return Err(Failure::new("counting bytes failed"));
    }
    process::run(
        command(project, "time").env("CRITERION_HOME", &results),
        "measuring",
    )?;
    let mut figures = counts(&counted.output);
    for (row, _) in TIME {
        for engine in engines() {
            let figure = median(&results, row, engine)?;
            figures.insert(((*row).to_owned(), engine.to_owned()), figure);
        }
    }
    say::text(&table(&figures)?);
    Ok(())
}

/// The hub beside a plain axum server.
fn hub(project: &Project, row: Option<String>) -> Outcome {
    let words = ["bench", "--package=corridor-hub", "--bench=hub", "--"];
    process::run(project.cargo(&words).args(row), "measuring the hub")
}

fn engines() -> impl Iterator<Item = &'static str> {
    std::iter::once(OURS).chain(OTHERS)
}

fn command(project: &Project, bench: &str) -> Command {
    let mut command = project.cargo(&["bench", "--manifest-path", MANIFEST, "--bench", bench]);
    command.arg("--target-dir").arg(project.target(""));
    command
}

/// Reads lines of the form `row engine bytes`.
fn counts(output: &str) -> Figures {
    output
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let row = words.next()?;
            BYTES.iter().find(|(name, _)| *name == row)?;
            let engine = words.next()?;
            let bytes = words.next()?.parse().ok()?;
            Some(((row.to_owned(), engine.to_owned()), bytes))
        })
        .collect()
}

/// What criterion found, in nanoseconds. The median: another program's work in between does not move it.
fn median(results: &Path, row: &str, engine: &str) -> Outcome<f64> {
    let file = results.join(row).join(engine).join("new/estimates.json");
    let text = fs::read_to_string(&file).during(|| format!("could not read {}", file.display()))?;
    let estimates: Value =
        serde_json::from_str(&text).during(|| format!("{} is not JSON", file.display()))?;
    estimates
        .pointer("/median/point_estimate")
        .and_then(Value::as_f64)
        .ok_or_else(|| Failure::new(format!("{} has no median", file.display())))
}

/// How many times what we need the others need, as Markdown.
fn table(figures: &Figures) -> Outcome<String> {
    let mut table = format!("| | {} |\n|---|---|---|---|\n", OTHERS.join(" | "));
    for (row, title) in TIME.iter().chain(BYTES) {
        let figure = |engine: &str| {
            figures
                .get(&((*row).to_owned(), engine.to_owned()))
                .copied()
                .filter(|figure| *figure > 0.0)
                .ok_or_else(|| Failure::new(format!("there is no figure for {row} with {engine}")))
        };
        let ours = figure(OURS)?;
        table.push_str(&format!("| {title} |"));
        for other in OTHERS {
            table.push_str(&format!(" {} |", ratio(figure(other)? / ours)));
        }
        table.push('\n');
    }
    Ok(table)
}

/// Two digits that count.
fn ratio(ratio: f64) -> String {
    if ratio >= 10.0 {
        format!("{ratio:.0}")
    } else if ratio >= 0.995 {
        format!("{ratio:.1}")
    } else {
        format!("{ratio:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        TIME.iter()
            .chain(BYTES)
            .flat_map(|(row, _)| engines().map(move |engine| (row, engine)))
            .map(|(row, engine)| {
                let figure = if engine == OURS { 2.0 } else { 5.0 };
                (((*row).to_owned(), engine.to_owned()), figure)
            })
            .collect()
    }

    #[test]
    fn the_others_are_stated_as_multiples_of_ours() {
        let table = table(&figures()).unwrap();
        assert_eq!(table.lines().count(), 2 + TIME.len() + BYTES.len());
        assert!(table.contains("| first sync of 10,000 tasks | 2.5 | 2.5 | 2.5 |\n"));
        assert_eq!(
            [ratio(0.25), ratio(0.999), ratio(12.3)],
            ["0.25", "1.0", "12"]
        );
    }

    #[test]
    fn a_row_that_was_not_measured_fails() {
        let mut figures = figures();
        figures.remove(&("live".to_owned(), "loro".to_owned()));
        let error = table(&figures).unwrap_err();
        assert!(error.to_string().contains("live with loro"));
    }

    #[test]
    fn only_lines_about_rows_are_counted() {
        let counted = counts("Running size\nwire-live yrs 34\nwire-live yrs\nelse yrs 3\n");
        assert_eq!(counted.len(), 1);
        assert_eq!(
            counted.get(&("wire-live".to_owned(), "yrs".to_owned())),
            Some(&34.0)
        );
    }
}
