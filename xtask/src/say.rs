//! What the task runner tells a person: the only place that prints.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through these"
)]

use std::time::Duration;

/// Plain text on standard output.
pub(crate) fn text(text: &str) {
    print!("{text}");
}

/// One line on standard output.
pub(crate) fn line(line: &str) {
    println!("{line}");
}

/// A step of known rank, such as `[2/4] building the app`.
pub(crate) fn step(number: usize, of: usize, what: &str) {
    println!("[{number}/{of}] {what}");
}

/// Something worth knowing that does not stop the run.
pub(crate) fn note(what: &str) {
    println!("  {what}");
}

/// The sentence that ends a failed run.
pub(crate) fn error(sentence: &str) {
    eprintln!("error: {sentence}");
}

/// `4 m 05 s`, `12.3 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 60 {
        format!("{} m {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// `123.4 kB`, with a thousand bytes to the kilobyte.
pub(crate) fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, (bytes % 1000) / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_well() {
        assert_eq!(duration(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(duration(Duration::from_secs(245)), "4 m 05 s");
        assert_eq!(kilobytes(123_456), "123.4 kB");
    }
}
