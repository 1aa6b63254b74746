//! `cargo xtask test`: everything that must pass, in one order, with one summary.
//!
//! A failing step does not stop the later ones, unless they need what it builds. The last line is
//! `N passed, N failed`, with `, N skipped` when something could not run here.

mod steps;
mod totals;

use crate::args::Args;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::say;
use std::time::{Duration, Instant};
use totals::Totals;

/// One part of the suite.
struct Step {
    name: &'static str,
    /// The names of steps that must have passed for this one to make sense.
    needs: &'static [&'static str],
    run: fn(&Project) -> Outcome<Totals>,
}

/// How a step ended.
struct Report {
    name: &'static str,
    totals: Totals,
    time: Duration,
}

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let only = args.word();
    args.finish()?;
    let steps: Vec<&Step> = steps::ALL
        .iter()
        .filter(|step| only.as_ref().is_none_or(|only| step.name.contains(only)))
        .collect();
    if steps.is_empty() {
        return Err(Failure::new("there is no step of that name"));
    }
    let mut reports: Vec<Report> = Vec::new();
    for (number, step) in (1..).zip(&steps) {
        say::step(number, steps.len(), step.name);
        let report = perform(project, step, &reports);
        say::note(&format!(
            "{}: {} in {}",
            step.name,
            report.totals,
            say::duration(report.time)
        ));
        reports.push(report);
    }
    summary(&reports)
}

fn perform(project: &Project, step: &Step, earlier: &[Report]) -> Report {
    let began = Instant::now();
    let missing = earlier
        .iter()
        .find(|report| step.needs.contains(&report.name) && report.totals.failed > 0);
    let totals = match missing {
        Some(broken) => {
            say::note(&format!("not run, because this failed: {}", broken.name));
            Totals::one_skipped()
        }
        None => (step.run)(project).unwrap_or_else(|failure| {
            if !failure.is_told() {
                say::error(&failure.to_string());
            }
            Totals::one_failed()
        }),
    };
    Report {
        name: step.name,
        totals,
        time: began.elapsed(),
    }
}

fn summary(reports: &[Report]) -> Outcome {
    say::line("");
    let mut total = Totals::default();
    for report in reports {
        total += report.totals;
        say::line(&format!(
            "{:>10}  {:<36}{}",
            say::duration(report.time),
            report.name,
            report.totals
        ));
    }
    say::line(&total.to_string());
    if total.failed > 0 {
        return Err(Failure::told());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &'static str, totals: Totals) -> Report {
        Report {
            name,
            totals,
            time: Duration::ZERO,
        }
    }

    #[test]
    fn a_step_is_skipped_when_what_it_needs_failed() {
        let project = Project::find().unwrap();
        let step = Step {
            name: "browser",
            needs: &["build"],
            run: |_| Ok(Totals::one_passed()),
        };
        let broken = [report("build", Totals::one_failed())];
        assert_eq!(perform(&project, &step, &broken).totals.skipped, 1);
        let fine = [report("build", Totals::one_passed())];
        assert_eq!(perform(&project, &step, &fine).totals.passed, 1);
    }

    #[test]
    fn one_failure_anywhere_fails_the_suite() {
        let fine = || report("a", Totals::one_passed());
        summary(&[fine()]).unwrap();
        assert!(summary(&[fine(), report("b", Totals::one_failed())]).is_err());
    }

    #[test]
    fn steps_need_only_earlier_steps() {
        for (at, step) in steps::ALL.iter().enumerate() {
            for needed in step.needs {
                assert!(steps::ALL.iter().take(at).any(|s| s.name == *needed));
            }
        }
    }
}
