//! Which tab of a browser takes which slot of a room (R-ROOM-5). Pure: time and messages come in.
//!
//! Every tab of a browser has the same device key, so the slot is what makes it a writer of its own. A tab
//! first asks the others. Whoever holds a slot says so; tabs that ask at the same time choose one after
//! the other, those that had a slot before a reload first. A slot counts as free when nobody claims it
//! in time. Driven by [`super::seat`].

use core::time::Duration;
use corridor_core::time::Mono;
use std::collections::{BTreeMap, BTreeSet};

/// How long others may take to answer. A hidden tab answers within milliseconds.
const PATIENCE: Duration = Duration::from_millis(150);
/// The same, when a lease says that somebody had the slot and never gave it back: it may be busy.
const PATIENCE_LEASED: Duration = Duration::from_millis(600);
/// How long to wait for tabs that ask at the same time and should choose first.
const PATIENCE_RIVALS: Duration = Duration::from_millis(1500);

/// One tab in one room, at random.
pub(crate) type Nonce = u64;

/// What tabs say to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Say {
    /// "Who is here?", from a tab that looks for a slot, and had this one before.
    Ask(Nonce, Option<u16>),
    /// "I hold this slot."
    Hold(Nonce, u16),
    /// "I am leaving."
    Gone(Nonce),
}

impl Say {
    pub(crate) fn to_text(self) -> String {
        match self {
            Self::Ask(nonce, None) => format!("ask {nonce}"),
            Self::Ask(nonce, Some(slot)) => format!("ask {nonce} {slot}"),
            Self::Hold(nonce, slot) => format!("hold {nonce} {slot}"),
            Self::Gone(nonce) => format!("gone {nonce}"),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let verb = words.next()?;
        let nonce = words.next()?.parse().ok()?;
        let slot = words.next().map(str::parse).transpose().ok()?;
        match (verb, slot) {
            ("ask", slot) => Some(Self::Ask(nonce, slot)),
            ("hold", Some(slot)) => Some(Self::Hold(nonce, slot)),
            ("gone", None) => Some(Self::Gone(nonce)),
            _ => None,
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// Look again then, or when somebody spoke.
    Wait(Mono),
    /// The slot is ours.
    Hold(u16),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tab {
    Asking(Option<u16>),
    Holding(u16),
}

/// One tab's view of who has which slot.
#[derive(Debug)]
pub(crate) struct Slots {
    nonce: Nonce,
    asked: Mono,
    me: Tab,
    others: BTreeMap<Nonce, Tab>,
    leased: BTreeSet<u16>,
}

impl Slots {
    /// Begins to look for a slot: the caller says [`Slots::ask`]. `before` is the slot this tab had before
    /// a reload; `leased` are slots whose holder never gave them back.
    pub(crate) fn new(nonce: Nonce, before: Option<u16>, leased: BTreeSet<u16>, now: Mono) -> Self {
        Self {
            nonce,
            asked: now,
            me: Tab::Asking(before),
            others: BTreeMap::new(),
            leased,
        }
    }

    /// The question to start with.
    pub(crate) fn ask(&self) -> Say {
        self.state()
    }

    /// Takes in what another tab said; answers with what to reply.
    pub(crate) fn handle_said(&mut self, said: Say) -> Option<Say> {
        let (from, tab) = match said {
            Say::Ask(from, before) => (from, Tab::Asking(before)),
            Say::Hold(from, slot) => (from, Tab::Holding(slot)),
            Say::Gone(from) => {
                self.others.remove(&from);
                return None;
            }
        };
        let news = self.others.insert(from, tab) != Some(tab);
        // Each piece of news is answered once, so two tabs never answer each other for ever.
        let answer = match tab {
            Tab::Asking(_) => true,
            Tab::Holding(_) => tab == self.me,
        };
        (news && answer).then(|| self.state())
    }

    /// Looks at the clock.
    #[must_use]
    pub(crate) fn poll(&mut self, now: Mono) -> Next {
        let before = match self.me {
            Tab::Holding(slot) => return Next::Hold(slot),
            Tab::Asking(before) => before,
        };
        let slot = self.choose(before);
        let patience = if self.must_yield(before) {
            PATIENCE_RIVALS
        } else if self.leased.contains(&slot) {
            PATIENCE_LEASED
        } else {
            PATIENCE
        };
        let due = self.asked.plus(patience);
        if now < due {
            return Next::Wait(due);
        }
        self.me = Tab::Holding(slot);
        Next::Hold(slot)
    }

    /// What to say about oneself.
    pub(crate) fn state(&self) -> Say {
        match self.me {
            Tab::Asking(before) => Say::Ask(self.nonce, before),
            Tab::Holding(slot) => Say::Hold(self.nonce, slot),
        }
    }

    /// Other tabs in the same room.
    pub(crate) fn siblings(&self) -> usize {
        self.others.len()
    }

    fn choose(&self, before: Option<u16>) -> u16 {
        let free = |slot: &u16| !self.others.values().any(|tab| *tab == Tab::Holding(*slot));
        before
            .filter(free)
            .or_else(|| (0..=u16::MAX).find(free))
            .unwrap_or(u16::MAX)
    }

    fn must_yield(&self, before: Option<u16>) -> bool {
        self.others.iter().any(|(nonce, tab)| match tab {
            Tab::Asking(theirs) => (theirs.is_none(), *nonce) < (before.is_none(), self.nonce),
            Tab::Holding(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Some tabs on one channel, each said word delivered at once and in order.
    struct Browser {
        tabs: Vec<Slots>,
        now: Mono,
    }

    impl Browser {
        fn new() -> Self {
            Self {
                tabs: Vec::new(),
                now: Mono(1000),
            }
        }

        fn open(&mut self, nonce: Nonce, before: Option<u16>) -> usize {
            let tab = Slots::new(nonce, before, BTreeSet::new(), self.now);
            let ask = tab.ask();
            self.tabs.push(tab);
            let at = self.tabs.len() - 1;
            self.say(at, ask);
            at
        }

        fn say(&mut self, from: usize, first: Say) {
            let mut words = std::collections::VecDeque::from([(from, first)]);
            let mut said = 0;
            while let Some((from, word)) = words.pop_front() {
                said += 1;
                assert!(said < 1000, "tabs answer each other for ever");
                for at in (0..self.tabs.len()).filter(|at| *at != from) {
                    if let Some(reply) = self.tabs[at].handle_said(word) {
                        words.push_back((at, reply));
                    }
                }
            }
        }

        fn slot(&self, at: usize) -> Option<u16> {
            match self.tabs[at].me {
                Tab::Holding(slot) => Some(slot),
                Tab::Asking(_) => None,
            }
        }

        /// Lets time pass until every tab has a slot.
        fn settle(&mut self) -> Duration {
            let start = self.now;
            for _ in 0..1000 {
                for at in 0..self.tabs.len() {
                    let had = self.slot(at);
                    if let Next::Hold(slot) = self.tabs[at].poll(self.now)
                        && had.is_none()
                    {
                        let nonce = self.tabs[at].nonce;
                        self.say(at, Say::Hold(nonce, slot));
                    }
                }
                if (0..self.tabs.len()).all(|at| self.slot(at).is_some()) {
                    return self.now.since(start);
                }
                self.now = self.now.plus(Duration::from_millis(10));
            }
            panic!("no slot after ten seconds");
        }
    }

    #[test]
    fn a_lone_tab_takes_slot_0_and_the_next_one_slot_1() {
        let mut browser = Browser::new();
        let first = browser.open(9, None);
        assert_eq!(browser.settle(), PATIENCE);
        let second = browser.open(3, None);
        browser.settle();
        assert_eq!(
            (browser.slot(first), browser.slot(second)),
            (Some(0), Some(1))
        );
        assert_eq!(browser.tabs[first].siblings(), 1);
    }

    #[test]
    fn a_reloaded_tab_gets_its_slot_back_although_a_lower_one_is_free() {
        let mut browser = Browser::new();
        let tab = browser.open(5, Some(2));
        browser.settle();
        assert_eq!(browser.slot(tab), Some(2));
    }

    #[test]
    fn a_duplicated_tab_remembers_the_same_slot_and_takes_another() {
        let mut browser = Browser::new();
        let original = browser.open(5, None);
        browser.settle();
        let copy = browser.open(1, Some(0));
        browser.settle();
        assert_eq!(
            (browser.slot(original), browser.slot(copy)),
            (Some(0), Some(1))
        );
    }

    #[test]
    fn tabs_restored_together_never_share_a_slot_and_keep_what_they_had() {
        let mut browser = Browser::new();
        for (nonce, before) in [
            (7, None),
            (8, Some(0)),
            (2, None),
            (4, Some(3)),
            (1, Some(0)),
        ] {
            browser.open(nonce, before);
        }
        browser.settle();
        let slots: Vec<u16> = (0..5).map(|at| browser.slot(at).unwrap()).collect();
        assert_eq!(slots.iter().collect::<BTreeSet<_>>().len(), 5, "{slots:?}");
        assert_eq!(
            slots[4], 0,
            "of two that remember 0 the lower nonce is first"
        );
        assert_eq!(slots[3], 3);
    }

    #[test]
    fn a_left_slot_is_free_again_and_a_leased_one_takes_longer() {
        let mut browser = Browser::new();
        let first = browser.open(5, None);
        browser.settle();
        browser.say(first, Say::Gone(5));
        browser.tabs.clear();
        let mut tab = Slots::new(6, None, BTreeSet::from([0]), Mono(0));
        assert_eq!(tab.poll(Mono(200)), Next::Wait(Mono(600)));
        assert_eq!(tab.poll(Mono(600)), Next::Hold(0));
    }

    #[test]
    fn a_rival_that_vanished_is_not_waited_for_for_ever() {
        let mut tab = Slots::new(6, None, BTreeSet::new(), Mono(0));
        assert!(tab.handle_said(Say::Ask(1, None)).is_some());
        assert_eq!(tab.poll(Mono(1499)), Next::Wait(Mono(1500)));
        assert_eq!(tab.poll(Mono(1500)), Next::Hold(0));
    }

    #[test]
    fn words_read_what_they_write_and_nothing_else() {
        for say in [
            Say::Ask(1, None),
            Say::Ask(2, Some(3)),
            Say::Hold(u64::MAX, 4),
            Say::Gone(5),
        ] {
            assert_eq!(Say::parse(&say.to_text()), Some(say));
        }
        for bad in ["", "ask", "hold 1", "gone 1 2", "ask x", "sing 1 2"] {
            assert_eq!(Say::parse(bad), None, "{bad}");
        }
    }
}
