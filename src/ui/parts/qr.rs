//! A QR code as one SVG path.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;
/// Longer texts are drawn with the least redundancy: on a screen nothing gets dirty, and larger modules are read from
/// farther away.
const LONG: usize = 200;

/// `text` as a QR code with `label` as its accessible name; nothing when it does not fit into one.
pub(crate) fn qr(text: &str, label: &'static str) -> Option<AnyView> {
    let class = if text.len() > LONG { "qr dense" } else { "qr" };
    drawing(text).map(|(side, path)| {
        let mut view_box = String::new();
        let _ = write!(view_box, "0 0 {side} {side}");
        view! {
            <svg class=class role="img" aria-label=label viewBox=view_box>
                <path d=path></path>
            </svg>
        }
        .into_any()
    })
}

/// The side length in modules and the dark ones as a path: one rectangle per horizontal run.
fn drawing(text: &str) -> Option<(i32, String)> {
    let redundancy = if text.len() > LONG {
        QrCodeEcc::Low
    } else {
        QrCodeEcc::Medium
    };
    let code = QrCode::encode_text(text, redundancy).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let mut run = 0;
            while code.get_module(x + run, y) {
                run += 1;
            }
            if run > 0 {
                let (left, top) = (x + QUIET, y + QUIET);
                let _ = write!(path, "M{left} {top}h{run}v1h-{run}z");
            }
            x += run + 1;
        }
    }
    Some((code.size() + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_quiet_zone_and_its_finder_pattern() {
        let (side, path) = drawing("https://clinic.example/#key").expect("short enough");
        assert!(side > 21 + 2 * QUIET);
        assert!(
            path.starts_with("M4 4h7v1h-7z"),
            "the top row begins with seven dark modules"
        );
        assert!(drawing(&"x".repeat(4000)).is_none());
    }
}
