//! The app.

pub mod state;
pub mod ui;
