//! One conversation, as its components share it.

use crate::state::RoomState;
use crate::state::select::chat::Talks;
use crate::ui::parts::react::memo;
use crate::ui::room::name_of;
use corridor_core::id::{OpId, WriterId};
use leptos::prelude::*;

/// A conversation. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    pub(crate) room: RoomState,
    /// With one person, or (`None`) with the room.
    pub(crate) with: Option<WriterId>,
    /// Its messages, in order.
    pub(crate) order: Memo<Vec<OpId>>,
    /// How many of them were not yet read here.
    pub(crate) unread: Memo<usize>,
    /// The message that will be answered.
    pub(crate) replying: RwSignal<Option<OpId>>,
}

impl Talk {
    /// Lives as long as the reactive owner it is made in.
    pub(crate) fn new(
        room: RoomState,
        talks: Memo<Talks>,
        answers: Answers,
        with: Option<WriterId>,
    ) -> Self {
        Self {
            room,
            with,
            order: memo(move || talks.with(|talks| talks.with(with).to_vec())),
            unread: memo(move || unread(room, with)),
            replying: answers.of(with),
        }
    }

    /// The other person's name; tracked.
    pub(crate) fn name(self) -> String {
        self.with
            .map(|with| name_of(self.room, with))
            .unwrap_or_default()
    }
}

/// How many messages of a conversation were not yet read here; tracked.
pub(crate) fn unread(room: RoomState, with: Option<WriterId>) -> usize {
    match with {
        None => room.room.with(|room| room.unread),
        Some(with) => room
            .people
            .read(with, |person| person.unread)
            .unwrap_or_default(),
    }
}

/// What will be answered in each conversation, kept while another one shows. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Answers(StoredValue<Vec<(Option<WriterId>, Answer)>>);

type Answer = ArcRwSignal<Option<OpId>>;

impl Answers {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(Vec::new()))
    }

    fn of(self, with: Option<WriterId>) -> RwSignal<Option<OpId>> {
        let known = self.0.with_value(|all| {
            let found = all.iter().find(|(other, _)| *other == with);
            found.map(|(_, answer)| answer.clone())
        });
        let answer = known.unwrap_or_else(|| {
            let answer = Answer::default();
            self.0.update_value(|all| all.push((with, answer.clone())));
            answer
        });
        answer.into()
    }
}
