//! One timeout, cancelled when dropped.

use super::hooks::Hook;
use super::window;
use core::time::Duration;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

/// The longest delay `setTimeout` takes: 2^31 - 1 ms. Longer ones would fire at once.
const LONGEST: u128 = i32::MAX as u128;

/// A pending timeout.
#[derive(Debug)]
#[must_use = "the timeout is cancelled when this is dropped"]
pub struct Timer {
    _hook: Hook,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `then` after `delay`, or somewhat later: hidden tabs are slow, and a delay over 24 days is
    /// cut to that. `None` when there is no window.
    pub fn after(delay: Duration, then: impl FnOnce() + 'static) -> Option<Self> {
        let window = window()?;
        let closure = Closure::once(then);
        let function = closure.as_ref().unchecked_ref::<js_sys::Function>();
        let millis = i32::try_from(delay.as_millis().min(LONGEST)).unwrap_or(i32::MAX);
        let id = window
            .set_timeout_with_callback_and_timeout_and_arguments_0(function, millis)
            .ok()?;
        Some(Self {
            _hook: Hook::new(move || window.clear_timeout_with_handle(id)),
            _closure: closure,
        })
    }
}
