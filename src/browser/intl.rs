//! Dates and times as the person's locale writes them (`Intl`).

use corridor_core::time::Wall;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

/// Option names and values of `Intl.DateTimeFormat`.
type Options = &'static [(&'static str, &'static str)];

/// `14:30`, or `2:30 PM`.
pub const CLOCK: Options = &[("hour", "numeric"), ("minute", "2-digit")];
/// `Monday, 4 May`.
pub const DAY: Options = &[("weekday", "long"), ("day", "numeric"), ("month", "long")];
/// `4 May, 14:30`.
pub const FULL: Options = &[
    ("day", "numeric"),
    ("month", "short"),
    ("hour", "numeric"),
    ("minute", "2-digit"),
];

/// Writes moments in one way. Making one is slow in every engine; using it is not.
#[derive(Clone, Debug)]
pub struct Format(Function);

impl Format {
    /// A format in the person's locale.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let object = Object::new();
        for (name, value) in options {
            // Setting a property of a fresh plain object cannot fail.
            let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
        }
        Self(Intl::DateTimeFormat::new(&Array::new(), &object).format())
    }

    /// `at` as text; empty for a moment no calendar has.
    #[must_use]
    pub fn write(&self, at: Wall) -> String {
        self.0
            .call1(&JsValue::UNDEFINED, &date(at))
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    }
}

/// Reads a date and time field: `2026-05-04T14:30`, local time.
#[must_use]
pub fn parse_local(text: &str) -> Option<Wall> {
    // Without the time ECMAScript reads a date as UTC: that is not what the field means.
    if !text.contains('T') {
        return None;
    }
    let millis = Date::parse(text);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "used only when finite and not negative, and a Date is at most 8.64e15"
    )]
    let wall = Wall(millis as u64);
    (millis.is_finite() && millis >= 0.0).then_some(wall)
}

/// Fills a date and time field, in local time, to the minute.
#[must_use]
pub fn to_local(at: Wall) -> String {
    let date = date(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds stay below 2^53 for 285,000 years"
)]
fn date(at: Wall) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}
