//! `cargo xtask fuzz`: every target of `fuzz/` for a while. Needs nightly Rust and cargo-fuzz.

use crate::args::Args;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::{process, say, setup};
use std::process::Command;

const SECONDS: u64 = 60;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let seconds = args.number("--seconds")?.unwrap_or(SECONDS);
    let only = args.word();
    args.finish()?;
    if !process::works(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])) {
        return Err(Failure::new(
            "missing: nightly Rust (rustup toolchain install nightly)",
        ));
    }
    if setup::on_path("cargo-fuzz").is_none() {
        return Err(Failure::new(
            "missing: cargo-fuzz (cargo install cargo-fuzz)",
        ));
    }
    let targets: Vec<String> = process::stdout_of(&mut cargo_fuzz(project, &["list"]))?
        .lines()
        .map(str::to_owned)
        .filter(|target| only.as_ref().is_none_or(|only| target.contains(only)))
        .collect();
    if targets.is_empty() {
        return Err(Failure::new("there is no fuzz target of that name"));
    }
    for (number, target) in (1..).zip(&targets) {
        say::step(
            number,
            targets.len(),
            &format!("fuzzing {target} for {seconds} s"),
        );
        process::run(
            &mut cargo_fuzz(
                project,
                &["run", target, "--", &format!("-max_total_time={seconds}")],
            ),
            &format!("fuzz target {target}"),
        )?;
    }
    Ok(())
}

fn cargo_fuzz(project: &Project, args: &[&str]) -> Command {
    let mut command = project.command("rustup");
    command
        .args(["run", "nightly", "cargo", "fuzz"])
        .args(args)
        // The stable cargo that started this runner must not be the one that fuzzes.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN");
    command
}
