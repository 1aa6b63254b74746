//! One event listener, removed when dropped. The only place that calls `addEventListener`.

use super::hooks::Hook;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A listener that lives as long as this value.
#[derive(Debug)]
#[must_use = "the listener is removed when this is dropped"]
pub struct Listener {
    // Before the closure: first the browser forgets it, then it goes.
    _hook: Hook,
    _closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `handler` for every `event` on `target`.
    pub fn new(
        target: &EventTarget,
        event: &'static str,
        handler: impl FnMut(Event) + 'static,
    ) -> Self {
        let closure = Closure::<dyn FnMut(Event)>::new(handler);
        let function = closure.as_ref().unchecked_ref::<js_sys::Function>().clone();
        // Fails only for a target without a global: a detached page, where no event comes anyway.
        let _ = target.add_event_listener_with_callback(event, &function);
        let target = target.clone();
        let hook = Hook::new(move || {
            let _ = target.remove_event_listener_with_callback(event, &function);
        });
        Self {
            _hook: hook,
            _closure: closure,
        }
    }
}
