//! Everything that touches the browser: one file per API.
//!
//! Adapters translate and never decide. What they hook into the page is a guard that unhooks on drop
//! ([`hooks`]); they see no screen and no node, only the core's input and output types. Driven by
//! [`crate::shell`] and the app root.

pub mod clipboard;
pub mod clock;
pub mod console;
pub mod hooks;
pub mod http;
pub mod intl;
pub mod js_error;
pub mod lifecycle;
pub mod listener;
pub mod location;
pub mod page;
pub mod panic;
pub mod poll;
pub mod random;
pub mod rtc;
pub mod socket;
pub mod storage;
pub mod tabs;
pub mod timer;
pub mod vault;

fn window() -> Option<web_sys::Window> {
    web_sys::window()
}

fn document() -> Option<web_sys::Document> {
    window()?.document()
}
