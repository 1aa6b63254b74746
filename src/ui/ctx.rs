//! What every component may reach: the browser, the dispatch callback, the minute, the toasts.

use super::parts::toast::Toasts;
use super::words::w;
use crate::state::{Dispatch, Host, TimeStyle};
use crate::ui::parts::react::memo;
use corridor_core::node::{Command, CommandError, Done, InviteError};
use corridor_core::time::Wall;
use leptos::prelude::*;
use std::rc::Rc;
use std::time::Duration;

/// How often relative times are looked at again.
const TICK: Duration = Duration::from_secs(20);

/// The context of the whole screen. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Ui {
    host: StoredValue<Rc<dyn Host>, LocalStorage>,
    dispatch: StoredValue<Dispatch, LocalStorage>,
    /// The page is visible and focused.
    pub(crate) attended: Signal<bool>,
    /// The time, a few times a minute.
    pub(crate) clock: RwSignal<Wall>,
    /// The last midnight.
    pub(crate) today: Signal<Wall>,
    /// Short notes at the edge of the screen.
    pub(crate) toasts: Toasts,
    /// An invite that the address carried, until somebody looks at it.
    pub(crate) slip: RwSignal<Option<String>>,
    /// The help dialog is open.
    pub(crate) help: RwSignal<bool>,
    /// Single-key shortcuts are on.
    pub(crate) keys: RwSignal<bool>,
}

/// The context. Only inside [`super::Root`].
pub(crate) fn ui() -> Ui {
    expect_context()
}

impl Ui {
    pub(crate) fn new(
        attended: Signal<bool>,
        slip: RwSignal<Option<String>>,
        dispatch: Dispatch,
        host: Rc<dyn Host>,
    ) -> Self {
        let clock = RwSignal::new(host.now());
        let keys = host.setting(crate::state::Setting::Keys).as_deref() != Some("off");
        let host = StoredValue::new_local(host);
        let new = Self {
            host,
            dispatch: StoredValue::new_local(dispatch),
            attended,
            slip,
            clock,
            today: memo(move || midnight(&*host.get_value(), clock.get())).into(),
            toasts: Toasts::new(),
            help: RwSignal::new(false),
            keys: RwSignal::new(keys),
        };
        let tick = set_interval_with_handle(move || clock.set(new.host().now()), TICK);
        if let Ok(tick) = tick {
            on_cleanup(move || tick.clear());
        }
        new
    }

    pub(crate) fn host(self) -> Rc<dyn Host> {
        self.host.get_value()
    }

    /// Sends a command; `done` hears how it went.
    pub(crate) fn send(
        self,
        command: Command,
        done: impl FnOnce(Result<Done, CommandError>) + 'static,
    ) {
        let dispatch = self.dispatch.get_value();
        dispatch(command, Box::new(done));
    }

    /// Sends a command whose refusal a toast can tell.
    pub(crate) fn ask(self, command: Command) {
        self.send(command, move |result| {
            if let Err(error) = result {
                self.toasts.say(refusal(error));
            }
        });
    }

    /// The local midnight before `at`.
    pub(crate) fn day(self, at: Wall) -> Wall {
        midnight(&*self.host(), at)
    }

    /// `at` in the person's locale; the day is left out when it is today.
    pub(crate) fn when(self, at: Wall) -> String {
        let today = self.today.get() == self.day(at);
        self.host().format(
            at,
            if today {
                TimeStyle::Clock
            } else {
                TimeStyle::Full
            },
        )
    }
}

fn midnight(host: &dyn Host, at: Wall) -> Wall {
    let mut text = host.to_local(at);
    text.truncate(text.find('T').unwrap_or(text.len()));
    text.push_str("T00:00");
    host.parse_local(&text).unwrap_or(at)
}

/// Why a command was refused, for a person.
pub(crate) fn refusal(error: CommandError) -> &'static str {
    let words = w();
    match error {
        CommandError::TooLong => words.too_long,
        CommandError::Empty => words.empty,
        CommandError::NoSuchTask => words.no_such_task,
        CommandError::NoSuchMessage => words.no_such_message,
        CommandError::NoSuchPerson => words.no_such_person,
        CommandError::NothingLost => words.nothing_lost,
        CommandError::NothingToUndo => words.nothing_to_undo,
        CommandError::Overtaken => words.overtaken,
        CommandError::NotJoined => words.not_joined,
        CommandError::StorageFull => words.store_full,
        CommandError::Left => words.left,
        CommandError::Invite(why) => match why {
            InviteError::NotOne => words.slip_none,
            InviteError::Damaged => words.slip_damaged,
            InviteError::Newer => words.slip_newer,
            InviteError::OtherRoom => words.slip_other_room,
            InviteError::Own => words.slip_own,
            InviteError::Stale => words.slip_stale,
            InviteError::Used => words.slip_used,
            InviteError::Gone => words.slip_gone,
            InviteError::OtherInvite => words.slip_other,
            InviteError::Linked => words.slip_linked,
            InviteError::NoAddress => words.slip_no_address,
            _ => words.slip_no_way,
        },
        _ => words.refused_other,
    }
}
