//! Where the log stands: at its end or scrolled up, and which messages are on screen.
//!
//! The box is a reversed column, so the browser measures from its end: it stays there whatever grows or
//! shrinks, and scroll anchoring holds everything else in place.

use super::message::dom_id;
use corridor_core::id::OpId;
use leptos::html;
use leptos::prelude::*;

/// Closer to the end than this counts as at the end, in CSS pixels.
const NEAR: i32 = 48;
/// What stays visible above the unread line after landing on it.
const ABOVE: f64 = 64.0;

/// The scrolled box. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Scroll {
    pub(crate) node: NodeRef<html::Div>,
    /// At the end, so new messages are followed.
    pub(crate) at_end: RwSignal<bool>,
    /// It has been put where reading begins.
    landed: StoredValue<bool>,
}

impl Scroll {
    pub(crate) fn new() -> Self {
        Self {
            node: NodeRef::new(),
            at_end: RwSignal::new(true),
            landed: StoredValue::new(false),
        }
    }

    /// The person scrolled.
    pub(crate) fn look(self) {
        let Some(node) = self.visible() else { return };
        // In a reversed column the end is at 0, and further up is negative.
        let at_end = node.scroll_top() > -NEAR;
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
    }

    pub(crate) fn to_end(self) {
        if let Some(node) = self.visible() {
            node.set_scroll_top(0);
            self.at_end.set(true);
        }
    }

    /// Goes to where reading begins, once: to `unread`, or to the end.
    pub(crate) fn land(self, unread: Option<OpId>) {
        if self.landed.get_value() || self.visible().is_none() {
            return;
        }
        self.landed.set_value(true);
        if unread.is_none_or(|id| !self.show(id)) {
            self.to_end();
        }
        self.look();
    }

    /// Brings a mounted message to the upper part of the box; false when it is not mounted.
    pub(crate) fn show(self, id: OpId) -> bool {
        let (Some(node), Some(message)) =
            (self.visible(), document().get_element_by_id(&dom_id(id)))
        else {
            return false;
        };
        let offset =
            message.get_bounding_client_rect().top() - node.get_bounding_client_rect().top();
        node.scroll_by_with_x_and_y(0.0, offset - ABOVE);
        true
    }

    /// The last of `ids`, given in order, whose end is on screen.
    pub(crate) fn last_seen(self, ids: impl DoubleEndedIterator<Item = OpId>) -> Option<OpId> {
        let node = self.visible()?;
        let floor = node.get_bounding_client_rect().bottom() + 1.0;
        ids.rev().find(|id| {
            document()
                .get_element_by_id(&dom_id(*id))
                .is_some_and(|message| message.get_bounding_client_rect().bottom() <= floor)
        })
    }

    /// The box, unless it is hidden behind another tab.
    fn visible(self) -> Option<<html::Div as html::ElementType>::Output> {
        self.node
            .try_get_untracked()
            .flatten()
            .filter(|node| node.client_height() > 0)
    }
}
