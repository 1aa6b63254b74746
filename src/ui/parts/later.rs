//! Work put off to the next frame, or by a time. Forgotten when its owner is gone.

use leptos::leptos_dom::helpers::AnimationFrameRequestHandle;
use leptos::prelude::*;
use std::time::Duration;

/// At most one piece of work for the next frame and one for later; newer work replaces older. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Later {
    frame: StoredValue<Option<AnimationFrameRequestHandle>>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Later {
    /// Lives as long as the reactive owner it is made in.
    pub(crate) fn new() -> Self {
        let new = Self {
            frame: StoredValue::new(None),
            timer: StoredValue::new(None),
        };
        on_cleanup(move || {
            new.cancel_frame();
            new.cancel_timer();
        });
        new
    }

    /// Runs once the screen shows what has been changed so far.
    pub(crate) fn next_frame(self, run: impl FnOnce() + 'static) {
        self.cancel_frame();
        let frame = request_animation_frame_with_handle(move || {
            self.frame.try_set_value(None);
            run();
        });
        self.frame.try_set_value(frame.ok());
    }

    /// Runs after `delay`.
    pub(crate) fn after(self, delay: Duration, run: impl FnOnce() + 'static) {
        self.cancel_timer();
        let run = move || {
            self.timer.try_set_value(None);
            run();
        };
        self.timer
            .try_set_value(set_timeout_with_handle(run, delay).ok());
    }

    /// True while work waits for its time.
    pub(crate) fn waits(self) -> bool {
        self.timer.try_get_value().flatten().is_some()
    }

    pub(crate) fn cancel_timer(self) {
        if let Some(timer) = self.timer.try_get_value().flatten() {
            timer.clear();
            self.timer.try_set_value(None);
        }
    }

    fn cancel_frame(self) {
        if let Some(frame) = self.frame.try_get_value().flatten() {
            frame.cancel();
            self.frame.try_set_value(None);
        }
    }
}
