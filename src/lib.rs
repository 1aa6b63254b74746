//! The app: the browser shell and the screen of Corridor.
//!
//! `browser` talks to the browser, `shell` drives the core, `state` mirrors the core's view, `ui` shows
//! it, `debug` opens it to developers, and `app` is where they meet.

pub mod app;
pub mod browser;
pub mod debug;
pub mod shell;
pub mod state;
pub mod ui;
