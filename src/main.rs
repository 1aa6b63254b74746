//! Starts the app.

use leptos::mount::mount_to;
use std::any::Any;
use std::cell::RefCell;

thread_local! {
    /// Keeps the mounted app for as long as the page lives.
    static MOUNTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

fn main() {
    corridor::browser::panic::install();
    let Some(place) = corridor::browser::page::stage() else {
        return;
    };
    let mounted = mount_to(place, corridor::app::App);
    MOUNTED.set(Some(Box::new(mounted)));
}
