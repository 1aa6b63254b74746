//! `cargo xtask replay FILE`: runs a bug capsule and prints what the node logged, and where it stood at the end.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use corridor_core::capsule::{Replay, ReplayError};
use corridor_core::time::Mono;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(file), quiet) = (args.next(), args.next().is_some_and(|arg| arg == "--quiet")) else {
        eprintln!("which capsule? cargo xtask replay FILE [--quiet]");
        return ExitCode::FAILURE;
    };
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{file} cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    match run(&bytes, quiet) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(bytes: &[u8], quiet: bool) -> Result<(), ReplayError> {
    let mut replay = Replay::begin(bytes)?;
    println!("recorded by Corridor {}", replay.version());
    let mut first = None;
    let mut last = Mono::default();
    while let Some(step) = replay.step()? {
        let start = *first.get_or_insert(step.now.mono);
        last = step.now.mono;
        for line in step.log.iter().filter(|_| !quiet) {
            let peer = line.peer.map(|peer| peer.short()).unwrap_or_default();
            println!(
                "{:>10.3} s  input {:<6} {:?} {:?} {peer} {}",
                last.since(start).as_secs_f64(),
                step.number,
                line.level,
                line.phase,
                line.text
            );
        }
    }
    let node = replay.node();
    for link in node.links() {
        println!(
            "link {} path {:?} connection {:?} unconfirmed {} last change: {}",
            link.peer.short(),
            link.path,
            link.rtc,
            link.unacked,
            link.reason
        );
    }
    for (reason, at) in node.timers() {
        println!("timer in {:>6} ms: {reason}", at.since(last).as_millis());
    }
    let (stored, inputs, outputs) = replay.counts();
    println!(
        "{stored} stored records, {inputs} inputs, {outputs} outputs, {} tasks, {} messages: \
         the same as recorded, to the last output",
        node.tasks().len(),
        node.messages().len()
    );
    if replay.is_full() {
        println!("there was more after this than a capsule holds");
    }
    Ok(())
}
