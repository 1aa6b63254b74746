//! The places of a room that the keyboard can jump to.

use crate::ui::parts::later::Later;
use corridor_core::id::WriterId;
use leptos::html::{Input, Section, Textarea};
use leptos::prelude::*;

/// Which region shows where there is space for one only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tab {
    Tasks,
    Messages,
    People,
}

impl Tab {
    /// As an attribute's value.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Messages => "messages",
            Self::People => "people",
        }
    }
}

/// The places. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    pub(crate) tab: RwSignal<Tab>,
    /// The conversation that shows: with one person, or (`None`) the room's.
    pub(crate) talk: RwSignal<Option<WriterId>>,
    pub(crate) tasks: NodeRef<Section>,
    pub(crate) lost: NodeRef<Section>,
    pub(crate) messages: NodeRef<Section>,
    pub(crate) people: NodeRef<Section>,
    pub(crate) new_task: NodeRef<Input>,
    pub(crate) search: NodeRef<Input>,
    pub(crate) composer: NodeRef<Textarea>,
    later: Later,
}

/// Something that can take the focus.
pub(crate) trait Focus: Copy + Send + Sync + 'static {
    fn focus(self);
}

impl Focus for NodeRef<Input> {
    fn focus(self) {
        if let Some(node) = self.get_untracked() {
            let _ = node.focus();
        }
    }
}

impl Focus for NodeRef<Textarea> {
    fn focus(self) {
        if let Some(node) = self.get_untracked() {
            let _ = node.focus();
        }
    }
}

impl Focus for NodeRef<Section> {
    fn focus(self) {
        if let Some(node) = self.get_untracked() {
            let _ = node.focus();
        }
    }
}

impl Places {
    pub(crate) fn new() -> Self {
        Self {
            tab: RwSignal::new(Tab::Tasks),
            talk: RwSignal::new(None),
            tasks: NodeRef::new(),
            lost: NodeRef::new(),
            messages: NodeRef::new(),
            people: NodeRef::new(),
            new_task: NodeRef::new(),
            search: NodeRef::new(),
            composer: NodeRef::new(),
            later: Later::new(),
        }
    }

    /// Shows the region, then moves the focus into it once it is on screen.
    pub(crate) fn focus(self, tab: Tab, place: impl Focus) {
        self.tab.set(tab);
        self.later.next_frame(move || place.focus());
    }

    /// Shows the conversation with one person, or (`None`) with the room, and moves the focus to `place` in it.
    pub(crate) fn open_talk(self, with: Option<WriterId>, place: impl Focus) {
        self.talk.set(with);
        self.focus(Tab::Messages, place);
    }

    /// True while the conversation with `with` can be seen.
    pub(crate) fn shows_talk(self, with: WriterId) -> bool {
        let region = self.messages.get_untracked();
        let seen = region.is_some_and(|region| region.client_height() > 0);
        seen && self.talk.get_untracked() == Some(with)
    }

    /// One lost edit is settled: on to the next, or back to the tasks.
    pub(crate) fn after_lost(self) {
        self.later.next_frame(move || {
            let place = if is_there(self.lost) {
                self.lost
            } else {
                self.tasks
            };
            place.focus();
        });
    }

    /// Moves on to the next region, or back.
    pub(crate) fn next_region(self, back: bool) {
        let regions = [
            (Tab::People, self.people),
            (Tab::Tasks, self.tasks),
            (Tab::Tasks, self.lost),
            (Tab::Messages, self.messages),
        ];
        let mut regions = regions.to_vec();
        // Lost edits are a region while there are any.
        regions.retain(|(_, region)| is_there(*region));
        let active = document().active_element();
        // The last that holds the focus: lost edits stand inside the tasks.
        let inside = regions.iter().rposition(|(_, region)| {
            region.get_untracked().is_some_and(|region| {
                active
                    .as_ref()
                    .is_some_and(|active| region.contains(Some(active)))
            })
        });
        let next = match (inside, back) {
            (Some(at), false) => at + 1,
            (Some(at), true) => at + regions.len() - 1,
            (None, _) => 1,
        };
        if let Some((tab, region)) = regions.get(next % regions.len()) {
            self.focus(*tab, *region);
        }
    }
}

fn is_there(region: NodeRef<Section>) -> bool {
    let node = region.get_untracked();
    node.is_some_and(|node| node.is_connected())
}

/// The places of the room of the component that asks.
pub(crate) fn places() -> Places {
    expect_context()
}
