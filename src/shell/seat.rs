//! This tab's slot in a room: found over the tabs' channel, kept by a lease, given back on drop.
//!
//! The lease (`corridor/1/lease/<room>/<slot>` holds the tab's nonce) is for tabs that could not answer, because
//! they were frozen or busy: whoever finds another nonce there has lost the slot, must not write under
//! it any more, and looks for another one.

use super::slots::{Next, Nonce, Say, Slots};
use crate::browser::storage::{PREFIX, Texts};
use crate::browser::tabs::Channel;
use crate::browser::timer::Timer;
use crate::browser::{clock, random};
use corridor_core::id::RoomId;
use corridor_core::order::gathered;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A slot, or the search for one. Given back when dropped.
#[derive(Debug)]
#[must_use = "the slot is given back when this is dropped"]
pub struct Seat(Rc<Inner>);

type Found = Box<dyn FnOnce(u16)>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lease {
    /// There is no storage, or no room in it: nothing to check against.
    Unwritten,
    /// Holds our nonce unless another tab took over.
    Written,
    /// Given back.
    Released,
}

struct Inner {
    room: RoomId,
    nonce: Nonce,
    local: Option<Texts>,
    session: Option<Texts>,
    slots: RefCell<Slots>,
    held: Cell<Option<u16>>,
    lease: Cell<Lease>,
    channel: RefCell<Option<Channel>>,
    timer: RefCell<Option<Timer>>,
    found: RefCell<Option<Found>>,
}

impl core::fmt::Debug for Inner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inner")
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

impl Seat {
    /// Looks for a slot in `room` and calls `found` with it in a later turn: within about 150 ms, and
    /// within two seconds at worst. Without `local` storage nothing is shared, and no lease is kept.
    pub fn claim(
        room: RoomId,
        local: Option<Texts>,
        session: Option<Texts>,
        found: impl FnOnce(u16) + 'static,
    ) -> Self {
        // Without randomness there is no node either; zero then is as good as any.
        let nonce = random::bytes().map_or(0, Nonce::from_be_bytes);
        let before = session
            .as_ref()
            .and_then(|session| session.get(&memory_name(room))?.parse().ok());
        let leased = local.as_ref().map(|local| leases(local, room));
        let slots = Slots::new(nonce, before, leased.unwrap_or_default(), clock::now().mono);
        let inner = Rc::new(Inner {
            room,
            nonce,
            local,
            session,
            slots: RefCell::new(slots),
            held: Cell::new(None),
            lease: Cell::new(Lease::Unwritten),
            channel: RefCell::default(),
            timer: RefCell::default(),
            found: RefCell::new(Some(Box::new(found))),
        });
        let hearing = Rc::downgrade(&inner);
        let channel = Channel::open(&format!("{PREFIX}tabs/{room}"), move |text| {
            if let (Some(inner), Some(said)) = (hearing.upgrade(), Say::parse(text)) {
                inner.heard(said);
            }
        });
        *inner.channel.borrow_mut() = channel;
        inner.say(inner.slots.borrow().ask());
        inner.look();
        Self(inner)
    }

    /// True as long as no other tab has taken the slot over. Ask before every write under it.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        match self.0.lease.get() {
            Lease::Unwritten => true,
            Lease::Written => self.0.reads_own_nonce(),
            Lease::Released => false,
        }
    }

    /// The slot, once found.
    #[must_use]
    pub fn slot(&self) -> Option<u16> {
        self.0.held.get()
    }

    /// Other tabs of this browser in the same room.
    #[must_use]
    pub fn siblings(&self) -> usize {
        self.0.slots.borrow().siblings()
    }

    /// Gives the slot back now; [`Seat::is_mine`] is false from here on. For a page that may not come back.
    pub fn release(&self) {
        if self.0.lease.replace(Lease::Released) == Lease::Written
            && self.0.reads_own_nonce()
            && let (Some(local), Some(slot)) = (&self.0.local, self.0.held.get())
        {
            local.remove(&lease_name(self.0.room, slot));
        }
        self.0.say(Say::Gone(self.0.nonce));
        self.0.channel.borrow_mut().take();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.release();
    }
}

impl Inner {
    fn say(&self, say: Say) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.say(&say.to_text());
        }
    }

    fn reads_own_nonce(&self) -> bool {
        let (Some(local), Some(slot)) = (&self.local, self.held.get()) else {
            return false;
        };
        local.get(&lease_name(self.room, slot)) == Some(self.nonce.to_string())
    }

    fn heard(self: &Rc<Self>, said: Say) {
        let reply = self.slots.borrow_mut().handle_said(said);
        if let Some(reply) = reply {
            self.say(reply);
        }
        self.look();
    }

    fn look(self: &Rc<Self>) {
        if self.held.get().is_some() {
            return;
        }
        let now = clock::now().mono;
        let next = self.slots.borrow_mut().poll(now);
        match next {
            Next::Wait(until) => {
                let inner = Rc::downgrade(self);
                *self.timer.borrow_mut() = Timer::after(until.since(now), move || {
                    if let Some(inner) = inner.upgrade() {
                        inner.look();
                    }
                });
            }
            Next::Hold(slot) => self.take(slot),
        }
    }

    fn take(&self, slot: u16) {
        self.held.set(Some(slot));
        self.timer.borrow_mut().take();
        let lease = lease_name(self.room, slot);
        let nonce = self.nonce.to_string();
        if let Some(local) = &self.local
            && local.keep(&lease, &nonce).is_ok()
        {
            self.lease.set(Lease::Written);
        }
        if let Some(session) = &self.session {
            let _ = session.set(&memory_name(self.room), &slot.to_string());
        }
        self.say(Say::Hold(self.nonce, slot));
        let found = self.found.borrow_mut().take();
        if let Some(found) = found {
            found(slot);
        }
    }
}

fn lease_name(room: RoomId, slot: u16) -> String {
    format!("{PREFIX}lease/{room}/{slot}")
}

fn memory_name(room: RoomId) -> String {
    format!("{PREFIX}slot/{room}")
}

fn leases(local: &Texts, room: RoomId) -> BTreeSet<u16> {
    let prefix = format!("{PREFIX}lease/{room}/");
    let names = local.names(&prefix);
    let slots = names.iter();
    gathered(slots.filter_map(|name| name.strip_prefix(&prefix)?.parse::<u16>().ok()))
}
