//! `corridor-sim`: virtual clinics by the thousand. Prints what the runs did and every seed that failed.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use corridor_sim::run::{Total, run};
use corridor_sim::script::Profile;
use std::process::ExitCode;

const USAGE: &str = "usage: corridor-sim [--seeds N] [--start S] [--profile short|long] [--trace]";

struct Options {
    seeds: u64,
    start: u64,
    profile: Profile,
    trace: bool,
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        seeds: 200,
        start: 0,
        profile: Profile::SHORT,
        trace: false,
    };
    while let Some(arg) = args.next() {
        let mut number = || {
            let value = args.next().ok_or(format!("{arg} needs a number"))?;
            value
                .parse()
                .map_err(|_| format!("{arg}: {value} is no number"))
        };
        match arg.as_str() {
            "--seeds" => options.seeds = number()?,
            "--start" => options.start = number()?,
            "--trace" => options.trace = true,
            "--profile" => match args.next().as_deref() {
                Some("short") => options.profile = Profile::SHORT,
                Some("long") => options.profile = Profile::LONG,
                _ => return Err("--profile is short or long".to_owned()),
            },
            _ => return Err(format!("unknown argument {arg}")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let workers = if options.trace { 1 } else { workers };
    let (total, failed) = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|worker| {
                let options = &options;
                scope.spawn(move || share(options, worker, workers))
            })
            .collect();
        let mut all = (Total::default(), Vec::new());
        for handle in handles {
            match handle.join() {
                Ok((total, failed)) => {
                    all.0.merge(&total);
                    all.1.extend(failed);
                }
                Err(_) => all.1.push(u64::MAX),
            }
        }
        all
    });
    println!("{total}");
    if !failed.is_empty() {
        let some = failed.get(..failed.len().min(20)).unwrap_or_default();
        println!(
            "FAILED: {} of {} runs, among them {some:?}",
            failed.len(),
            total.runs
        );
        return ExitCode::FAILURE;
    }
    let idle = total.idle();
    if total.runs >= 50 && !idle.is_empty() {
        println!("FAILED: the runs did too little: {}", idle.join(", "));
        return ExitCode::FAILURE;
    }
    println!("all well");
    ExitCode::SUCCESS
}

/// Every `workers`th seed, from `worker` on.
fn share(options: &Options, worker: u64, workers: u64) -> (Total, Vec<u64>) {
    let mut total = Total::default();
    let mut failed = Vec::new();
    let step = usize::try_from(workers).unwrap_or(1);
    let end = options.start.saturating_add(options.seeds);
    for seed in (options.start + worker..end).step_by(step) {
        let report = run(seed, options.profile, options.trace);
        total.add(&report);
        for line in &report.trace {
            println!("{line}");
        }
        if !report.wrong.is_empty() {
            println!("seed {seed} after {} virtual s:", report.lasted / 1000);
            for wrong in &report.wrong {
                println!("    {wrong}");
            }
            failed.push(seed);
        }
        if total.runs.is_multiple_of(200) {
            eprintln!(
                "worker {worker}: {} runs done, {} failed",
                total.runs,
                failed.len()
            );
        }
    }
    (total, failed)
}
