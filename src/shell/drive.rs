//! The loop: one input in, all outputs out, one timer armed.

use super::Inner;
use crate::browser::{clock, lifecycle, timer::Timer};
use core::time::Duration;
use corridor_core::node::{CommandError, Input, Lifecycle};
use std::rc::Rc;

impl Inner {
    /// Takes an input. While a turn is under way it waits for that to end.
    pub(super) fn push(self: &Rc<Self>, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.busy.replace(true) {
            return;
        }
        self.turn();
        self.busy.set(false);
    }

    /// Fault on demand: nothing is handled until the time is up. Leaving the room ends it.
    pub(super) fn freeze(self: &Rc<Self>, span: Duration) {
        let inner = Rc::downgrade(self);
        let timer = Timer::after(span, move || {
            if let Some(inner) = inner.upgrade() {
                inner.frozen.borrow_mut().take();
                inner.push(Input::Wake);
            }
        });
        *self.frozen.borrow_mut() = timer;
    }

    fn turn(self: &Rc<Self>) {
        if self.ending.get() {
            self.frozen.borrow_mut().take();
        } else if self.frozen.borrow().is_some() {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            let now = clock::now();
            self.recorder.borrow_mut().input(now, &input);
            self.node.borrow_mut().handle(now, input);
            loop {
                let output = self.node.borrow_mut().poll_output();
                let Some(output) = output else { break };
                self.recorder.borrow_mut().output(&output);
                self.perform(output);
            }
            self.recorder.borrow_mut().turned(&self.node.borrow());
        }
        if self.ending.get() {
            self.end();
        } else {
            self.arm();
        }
    }

    /// Arms the one timer for the node's next wake, unless it is armed for that already.
    fn arm(self: &Rc<Self>) {
        let Some(wake) = self.node.borrow().next_wake() else {
            self.wake.borrow_mut().take();
            return;
        };
        if self.wake.borrow().as_ref().map(|(at, _)| *at) == Some(wake.at) {
            return;
        }
        let inner = Rc::downgrade(self);
        let delay = wake.at.since(clock::now().mono);
        let timer = Timer::after(delay, move || {
            if let Some(inner) = inner.upgrade() {
                inner.wake.borrow_mut().take();
                inner.push(Input::Wake);
            }
        });
        *self.wake.borrow_mut() = timer.map(|timer| (wake.at, timer));
    }

    /// Hears of the page and the network from now on.
    pub(super) fn hear_lifecycle(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let watch = lifecycle::watch(move |change| {
            let Some(inner) = inner.upgrade() else { return };
            inner.push(Input::Lifecycle(change));
            match change {
                // The page may never come back, and must not write if it does after another took the slot.
                Lifecycle::Closing => inner.seat.release(),
                Lifecycle::Resumed | Lifecycle::Visible if !inner.seat.is_mine() => {
                    inner.audience.displaced();
                }
                _ => {}
            }
        });
        *self.lifecycle.borrow_mut() = Some(watch);
    }

    fn end(&self) {
        self.lifecycle.borrow_mut().take();
        self.wake.borrow_mut().take();
        self.frozen.borrow_mut().take();
        let connections = std::mem::take(&mut *self.connections.borrow_mut());
        drop(connections);
        self.way.borrow_mut().take();
        self.looking.borrow_mut().take();
        self.seat.release();
        let answers = std::mem::take(&mut *self.answers.borrow_mut());
        for (_, answer) in answers {
            answer(Err(CommandError::Left));
        }
    }
}
