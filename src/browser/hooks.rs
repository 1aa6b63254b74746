//! The list of everything this page has hooked into the browser: listeners, timers, sockets, channels.
//!
//! Each guard of [`crate::browser`] owns one [`Hook`]. Dropping it undoes that one; a panic undoes all
//! (rule A3). [`live`] counts them, so that a test can prove that nothing is left behind.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

type Undo = Box<dyn FnOnce()>;

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
    static UNDOS: RefCell<BTreeMap<u64, Undo>> = const { RefCell::new(BTreeMap::new()) };
}

/// Something hooked into the browser; undone when dropped.
#[derive(Debug)]
#[must_use = "dropping a hook undoes it"]
pub(crate) struct Hook(u64);

impl Hook {
    /// Remembers how to undo what was just hooked. `undo` must not panic: it may run in a panic.
    pub(crate) fn new(undo: impl FnOnce() + 'static) -> Self {
        let id = NEXT.get();
        NEXT.set(id.wrapping_add(1));
        UNDOS.with_borrow_mut(|undos| undos.insert(id, Box::new(undo)));
        Self(id)
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // Taken out first: an undo may drop further hooks.
        let undo = UNDOS.with(|undos| undos.try_borrow_mut().ok()?.remove(&self.0));
        if let Some(undo) = undo {
            undo();
        }
    }
}

/// How many hooks are alive.
#[must_use]
pub fn live() -> usize {
    UNDOS.with_borrow(BTreeMap::len)
}

/// Undoes everything. For a panic: the browser must not call into what is left of the page.
pub(crate) fn undo_all() {
    let all = UNDOS.with(|undos| {
        undos
            .try_borrow_mut()
            .map(|mut undos| std::mem::take(&mut *undos))
    });
    for (_, undo) in all.unwrap_or_default() {
        undo();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn a_hook_is_undone_once_when_dropped_and_counted_while_alive() {
        let undone = Rc::new(Cell::new(0));
        let count = undone.clone();
        let hook = Hook::new(move || count.set(count.get() + 1));
        assert_eq!((live(), undone.get()), (1, 0));
        drop(hook);
        assert_eq!((live(), undone.get()), (0, 1));
    }

    #[test]
    fn after_a_panic_everything_is_undone_and_later_drops_do_nothing() {
        let undone = Rc::new(Cell::new(0));
        let hooks: Vec<Hook> = (0..3)
            .map(|_| {
                let count = undone.clone();
                Hook::new(move || count.set(count.get() + 1))
            })
            .collect();
        undo_all();
        assert_eq!((live(), undone.get()), (0, 3));
        drop(hooks);
        assert_eq!(undone.get(), 3);
    }
}
