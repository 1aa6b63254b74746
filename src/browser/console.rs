//! The console. What reaches it was redacted before (R-DBG-3).

use corridor_core::node::Level;

/// Prints one line at the console level that matches.
pub fn print(level: Level, line: &str) {
    let line = line.into();
    match level {
        Level::Error => web_sys::console::error_1(&line),
        Level::Warn => web_sys::console::warn_1(&line),
        Level::Info => web_sys::console::info_1(&line),
        Level::Debug => web_sys::console::debug_1(&line),
    }
}
