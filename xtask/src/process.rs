//! Runs other programs. Their output passes through unless it is asked for.

use crate::failure::{Failure, Outcome, While as _};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    /// Everything it printed, both streams, line by line as it came.
    pub(crate) output: String,
}

/// The program and its arguments, as one would type them.
fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|arg| arg.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// Runs to the end with output passing through; a failure is an error that names `what`.
pub(crate) fn run(command: &mut Command, what: &str) -> Outcome {
    let status = command
        .stdin(Stdio::null())
        .status()
        .during(|| format!("could not start `{}`", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "{what} failed (`{}` ended with {status})",
            shown(command)
        )))
    }
}

/// True when the program starts and succeeds; its output is dropped.
pub(crate) fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Standard output of a program that must succeed.
pub(crate) fn stdout_of(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .during(|| format!("could not start `{}`", shown(command)))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::new(format!(
            "`{}` failed: {}",
            shown(command),
            String::from_utf8_lossy(&output.stderr).trim()
        )))
    }
}

/// Runs to the end, shows the output as it comes and keeps it as well.
pub(crate) fn tee(command: &mut Command) -> Outcome<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .during(|| format!("could not start `{}`", shown(command)))?;
    let errors = child.stderr.take();
    let reader = thread::spawn(move || pass_on(errors, &mut std::io::stderr()));
    let mut output = pass_on(child.stdout.take(), &mut std::io::stdout());
    output.push_str(&reader.join().unwrap_or_default());
    let status = child
        .wait()
        .during(|| format!("could not wait for `{}`", shown(command)))?;
    Ok(Ended {
        success: status.success(),
        output,
    })
}

fn pass_on(from: Option<impl Read>, to: &mut impl Write) -> String {
    let mut kept = String::new();
    let Some(from) = from else { return kept };
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        // A closed terminal must not stop the program whose output this is.
        let _closed = to.write_all(&line).and_then(|()| to.flush());
        kept.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_and_status_are_kept() {
        let ended = tee(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert!(!ended.success);
        assert!(ended.output.contains("out\n") && ended.output.contains("err\n"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("corridor-no-such-tool"), "it").unwrap_err();
        assert!(error.to_string().contains("corridor-no-such-tool"));
    }
}
