//! The root: where shell, mirror, screen and debug object meet, and nowhere else.
//!
//! A [`Page`] follows the address: it opens the room the fragment names, keeps that room's mirror, and closes
//! it when the address changes. Dropping it ends everything.

mod host;

use crate::browser::lifecycle::{self, Watch};
use crate::browser::listener::Listener;
use crate::browser::timer::Timer;
use crate::browser::{location, page, panic};
use crate::debug::{Current, DebugObject, Log};
use crate::shell::route::{Place, room_hash};
use crate::shell::{Audience, Handle, Opening, Shell};
use crate::state::{Dispatch, Host, RoomState, Route};
use crate::ui::Root;
use core::time::Duration;
use corridor_core::node::{Changes, CommandError, Level, LogLine, Node, Phase};
use host::BrowserHost;
use leptos::prelude::*;
use std::cell::{OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let page = Page::open();
    let (route, room, attended, slip) = (page.route, page.room, page.attended, page.slip);
    let (dispatch, host) = (page.dispatch(), page.host());
    // Owned by the root: when the app is unmounted, the page goes too.
    StoredValue::new_local(page);
    view! { <Root route=route.into() room=room.into() attended=attended.into() slip dispatch host /> }
}

struct Page {
    route: RwSignal<Route>,
    room: RwSignal<Option<RoomState>>,
    attended: RwSignal<bool>,
    slip: RwSignal<Option<String>>,
    place: RefCell<Place>,
    opening: RefCell<Option<Opening>>,
    shell: RefCell<Option<Shell>>,
    mirror: RefCell<Option<(Owner, RoomState)>>,
    /// Holds the last mirror until nothing on screen reads it any more.
    fading: RefCell<Option<Timer>>,
    log: Rc<Log>,
    debug: OnceCell<DebugObject>,
    hearing: OnceCell<(Watch, Option<[Listener; 2]>)>,
}

impl Page {
    fn open() -> Rc<Self> {
        let page = Rc::new(Self {
            route: RwSignal::new(Route::Home),
            room: RwSignal::new(None),
            attended: RwSignal::new(lifecycle::attended()),
            slip: RwSignal::new(None),
            place: RefCell::new(Place::Home),
            opening: RefCell::default(),
            shell: RefCell::default(),
            mirror: RefCell::default(),
            fading: RefCell::default(),
            log: Rc::new(Log::new(if location::has_flag("debug") {
                Level::Debug
            } else {
                Level::Info
            })),
            debug: OnceCell::new(),
            hearing: OnceCell::new(),
        });
        let (here, attending) = (Rc::downgrade(&page), page.attended);
        let attention = lifecycle::watch_attention(move || {
            attending.try_set(lifecycle::attended());
        });
        let address = location::watch(move || {
            if let Some(page) = here.upgrade() {
                page.follow_address();
            }
        });
        let here = Rc::downgrade(&page);
        let current: Current = Rc::new(move || here.upgrade()?.handle());
        let debug = DebugObject::install(&current, &page.host(), page.log.clone());
        // Both cells are empty: this runs once.
        let _ = page.hearing.set((attention, address));
        let _ = page.debug.set(debug);
        page.follow_address();
        page
    }

    fn host(self: &Rc<Self>) -> Rc<dyn Host> {
        Rc::new(BrowserHost::new(Rc::downgrade(self)))
    }

    fn dispatch(self: &Rc<Self>) -> Dispatch {
        let page = Rc::downgrade(self);
        Rc::new(
            move |command, answer| match page.upgrade().and_then(|page| page.handle()) {
                Some(room) => room.command(command, answer),
                None => answer(Err(CommandError::Left)),
            },
        )
    }

    fn handle(&self) -> Option<Handle> {
        self.shell.borrow().as_ref().map(Shell::handle)
    }

    /// The open room's link.
    fn room_link(&self) -> Option<String> {
        match &*self.place.borrow() {
            Place::Room(room, key) => Some(location::base() + &room_hash(*room, key)),
            Place::Home | Place::Bad(_) => None,
        }
    }

    /// An address carries an invite.
    fn carry(&self, slip: &str) {
        self.slip.set(Some(String::from(slip)));
    }

    /// Goes to where the address points.
    fn follow_address(self: &Rc<Self>) {
        let hash = location::hash();
        let place = Place::parse(&hash);
        if let (Some(slip), Place::Room(room, key)) = (Place::slip(&hash), &place) {
            // For once: a reload must not take it again.
            location::replace_hash(&room_hash(*room, key));
            self.carry(slip);
        }
        if place == *self.place.borrow() {
            return;
        }
        self.close_room();
        self.route.set(place.route());
        *self.place.borrow_mut() = place.clone();
        if let Place::Room(room, key) = place {
            let ear = Rc::new(Ear(Rc::downgrade(self)));
            let here = Rc::downgrade(self);
            let opening = Opening::begin(room, key, ear, move |opened| {
                let Some(page) = here.upgrade() else { return };
                match opened {
                    Ok(shell) => page.enter(shell),
                    Err(error) => {
                        page.log.add(&LogLine {
                            level: Level::Error,
                            phase: Phase::Discovery,
                            peer: None,
                            text: error.to_string(),
                        });
                        let _ = panic::show_failure();
                    }
                }
            });
            *self.opening.borrow_mut() = Some(opening);
        }
    }

    fn enter(&self, shell: Shell) {
        *self.shell.borrow_mut() = Some(shell);
        let mirror = self.mirror.borrow().as_ref().map(|(_, state)| *state);
        self.room.set(mirror);
    }

    fn close_room(&self) {
        let opening = self.opening.borrow_mut().take();
        drop(opening);
        self.room.set(None);
        let shell = self.shell.borrow_mut().take();
        drop(shell);
        if let Some((owner, _)) = self.mirror.borrow_mut().take() {
            // The screen lets go of the mirror when its effects run, after this turn.
            *self.fading.borrow_mut() = Timer::after(Duration::ZERO, move || owner.cleanup());
        }
    }
}

/// What the page hears from its room.
struct Ear(Weak<Page>);

impl Audience for Ear {
    fn opened(&self, node: &Node) {
        let Some(page) = self.0.upgrade() else { return };
        let owner = Owner::new();
        let state = owner.with(|| RoomState::new(node));
        *page.mirror.borrow_mut() = Some((owner, state));
    }

    fn changed(&self, node: &Node, changes: &Changes) {
        let Some(page) = self.0.upgrade() else { return };
        let mirror = page.mirror.borrow().as_ref().map(|(_, state)| *state);
        if let Some(mirror) = mirror {
            mirror.apply(node, changes);
        }
        if let Some(debug) = page.debug.get() {
            debug.changed(changes);
        }
    }

    fn log(&self, line: &LogLine) {
        if let Some(page) = self.0.upgrade() {
            page.log.add(line);
        }
    }

    fn displaced(&self) {
        page::reload();
    }
}
