//! Console lines by phase (R-DBG-3), and the newest of them kept for a report. Lines hold no personal text:
//! the core sees to that.

use crate::browser::{clock, console};
use corridor_core::node::{Level, LogLine, Phase};
use corridor_core::time::Wall;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// Lines kept: some minutes of a busy room.
const KEPT: usize = 500;

/// The log of this page.
#[derive(Debug)]
pub struct Log {
    threshold: Cell<Level>,
    lines: RefCell<VecDeque<(Wall, Level, String)>>,
}

impl Log {
    /// A log that prints lines of `threshold` and graver.
    #[must_use]
    pub fn new(threshold: Level) -> Self {
        Self {
            threshold: Cell::new(threshold),
            lines: RefCell::default(),
        }
    }

    /// Keeps a line, and prints it unless it is below the threshold.
    pub fn add(&self, line: &LogLine) {
        let text = text(line);
        if line.level <= self.threshold.get() {
            console::print(line.level, &text);
        }
        let mut lines = self.lines.borrow_mut();
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back((clock::wall(), line.level, text));
    }

    /// The least grave level that is printed.
    #[must_use]
    pub fn threshold(&self) -> Level {
        self.threshold.get()
    }

    /// Prints lines of `threshold` and graver from now on.
    pub fn set_threshold(&self, threshold: Level) {
        self.threshold.set(threshold);
    }

    /// The kept lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<(Wall, Level, String)> {
        self.lines.borrow().iter().cloned().collect()
    }
}

/// `[corridor link 1a2b3c4d] connected`.
fn text(line: &LogLine) -> String {
    let phase = match line.phase {
        Phase::Discovery => "discovery",
        Phase::Handshake => "handshake",
        Phase::Link => "link",
        Phase::Sync => "sync",
    };
    match line.peer {
        Some(peer) => format!("[corridor {phase} {}] {}", peer.short(), line.text),
        None => format!("[corridor {phase}] {}", line.text),
    }
}

/// The name of a level, as `corridor.logLevel` has it.
#[must_use]
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
    }
}

/// Reads [`level_name`].
#[must_use]
pub(super) fn level_named(name: &str) -> Option<Level> {
    [Level::Error, Level::Warn, Level::Info, Level::Debug]
        .into_iter()
        .find(|level| level_name(*level) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_core::id::WriterId;

    #[test]
    fn a_line_names_its_phase_and_peer() {
        let mut line = LogLine {
            level: Level::Info,
            phase: Phase::Link,
            peer: Some(WriterId([0x1a; 16])),
            text: "connected".into(),
        };
        assert_eq!(text(&line), "[corridor link 1a1a1a1a] connected");
        line.peer = None;
        assert_eq!(text(&line), "[corridor link] connected");
    }

    #[test]
    fn levels_read_what_they_write() {
        for level in [Level::Error, Level::Warn, Level::Info, Level::Debug] {
            assert_eq!(level_named(level_name(level)), Some(level));
        }
        assert_eq!(level_named("loud"), None);
    }
}
