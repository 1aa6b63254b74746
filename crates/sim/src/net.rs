//! The network between tabs and hub: who can reach whom, how long it takes, and what is lost on the way.
//!
//! It knows no protocol. Transports that promise order and delivery (TCP, SCTP) are a [`Pipe`] each: a
//! lost packet shows as a delay of everything behind it, and a cut as a stall that ends when the cut does.

use crate::dice::Dice;
use crate::queue::Ms;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};

/// One machine on the network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    /// The machine that runs the hub.
    Hub,
    /// The machine of host number so-and-so.
    Host(usize),
}

/// How well the network works where it works.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// One-way delay in milliseconds, least and most.
    pub delay: (Ms, Ms),
    /// Transmissions lost, in a thousand. Each is sent again, later.
    pub loss: u64,
    /// WebSocket messages that meet a reset connection, in ten thousand.
    pub reset: u64,
}

impl Weather {
    /// A quiet wired LAN.
    pub const CALM: Self = Self {
        delay: (1, 3),
        loss: 0,
        reset: 0,
    };
}

/// Who reaches whom.
#[derive(Debug)]
pub struct Net {
    /// How well it works where it works.
    pub weather: Weather,
    cuts: BTreeSet<(End, End)>,
    off: BTreeSet<End>,
    no_mdns: BTreeSet<(usize, usize)>,
    refused: BTreeSet<(usize, usize)>,
    rates: BTreeMap<(usize, usize), u64>,
    /// Where hosts are, and where the hub sees them.
    places: BTreeMap<usize, (IpAddr, IpAddr)>,
    dice: Dice,
}

/// First pause before a lost transmission is repeated (the usual least TCP timeout).
const RETRY: Ms = 200;
/// Longest pause between repetitions.
const RETRY_MOST: Ms = 3_000;

impl Net {
    /// A network where everyone reaches everyone.
    #[must_use]
    pub fn new(weather: Weather, dice: Dice) -> Self {
        Self {
            weather,
            cuts: BTreeSet::new(),
            off: BTreeSet::new(),
            no_mdns: BTreeSet::new(),
            refused: BTreeSet::new(),
            rates: BTreeMap::new(),
            places: BTreeMap::new(),
            dice,
        }
    }

    /// True when a packet from `from` reaches `to` now.
    #[must_use]
    pub fn up(&self, from: End, to: End) -> bool {
        !self.cuts.contains(&(from, to)) && !self.off.contains(&from) && !self.off.contains(&to)
    }

    /// True when a question gets an answer: both directions work.
    #[must_use]
    pub fn both(&self, a: End, b: End) -> bool {
        self.up(a, b) && self.up(b, a)
    }

    /// Cuts one direction.
    pub fn cut_one_way(&mut self, from: End, to: End) {
        self.cuts.insert((from, to));
    }

    /// Cuts both directions.
    pub fn cut(&mut self, a: End, b: End) {
        self.cuts.extend([(a, b), (b, a)]);
    }

    /// Undoes every cut between `a` and `b`.
    pub fn heal(&mut self, a: End, b: End) {
        self.cuts.remove(&(a, b));
        self.cuts.remove(&(b, a));
    }

    /// Undoes all cuts; machines that are off stay off, and so do refusals.
    pub fn heal_all(&mut self) {
        self.cuts.clear();
    }

    /// Cuts every pair that is not in one group. An end that no group names is alone.
    pub fn partition(&mut self, all: &[End], groups: &[Vec<End>]) {
        let group_of = |end: &End| groups.iter().position(|group| group.contains(end));
        for (at, a) in all.iter().enumerate() {
            for b in all.iter().skip(at + 1) {
                if group_of(a).is_none() || group_of(a) != group_of(b) {
                    self.cut(*a, *b);
                }
            }
        }
    }

    /// Switches a machine off the network, or on again.
    pub fn set_off(&mut self, end: End, off: bool) {
        if off {
            self.off.insert(end);
        } else {
            self.off.remove(&end);
        }
    }

    /// Makes `.local` names of each unknown to the other, or known again.
    pub fn block_mdns(&mut self, a: usize, b: usize, blocked: bool) {
        set_pair(&mut self.no_mdns, a, b, blocked);
    }

    /// Makes direct connections impossible between two hosts, as a strict firewall does, or possible again.
    pub fn refuse_direct(&mut self, a: usize, b: usize, refused: bool) {
        set_pair(&mut self.refused, a, b, refused);
    }

    /// True when `.local` candidates are of use between two hosts.
    #[must_use]
    pub fn mdns_works(&self, a: usize, b: usize) -> bool {
        !self.no_mdns.contains(&pair(a, b))
    }

    /// True unless a firewall forbids the two hosts to talk directly.
    #[must_use]
    pub fn direct_allowed(&self, a: usize, b: usize) -> bool {
        !self.refused.contains(&pair(a, b))
    }

    /// A host is at `own`, and the hub sees it at `seen`; where the two differ, there is a NAT between.
    pub fn place(&mut self, host: usize, own: IpAddr, seen: IpAddr) {
        self.places.insert(host, (own, seen));
    }

    /// The address of a host.
    #[must_use]
    pub fn own(&self, host: usize) -> IpAddr {
        let placed = self.places.get(&host).map(|(own, _)| *own);
        placed.unwrap_or_else(|| numbered([192, 168, 7], host))
    }

    /// Where the hub sees a host: outside of its network, unless [`Net::place`] says otherwise.
    #[must_use]
    pub fn seen(&self, host: usize) -> IpAddr {
        let placed = self.places.get(&host).map(|(_, seen)| *seen);
        placed.unwrap_or_else(|| numbered([192, 0, 2], host))
    }

    /// Lets no more than so many bytes per second pass from one host directly to another, each way.
    pub fn slow_down(&mut self, a: usize, b: usize, bytes_per_second: u64) {
        self.rates.insert(pair(a, b), bytes_per_second);
    }

    /// When `bytes` that begin to leave at a time have left, in microseconds.
    #[must_use]
    pub fn carried(&self, (from, to): (usize, usize), at: u64, bytes: usize) -> u64 {
        let rate = self.rates.get(&pair(from, to)).copied();
        at + rate.map_or(0, |rate| bytes as u64 * 1_000_000 / rate.max(1))
    }

    /// The delay of one transmission.
    pub fn delay(&mut self) -> Ms {
        let (least, most) = self.weather.delay;
        self.dice.range(least, most)
    }

    /// Whether one transmission is lost.
    pub fn lost(&mut self) -> bool {
        let loss = self.weather.loss;
        loss > 0 && self.dice.chance(loss)
    }

    /// Whether one message meets a connection that somebody on the way has reset.
    pub fn resets(&mut self) -> bool {
        let reset = self.weather.reset;
        reset > 0 && self.dice.range(0, 9_999) < reset
    }
}

fn numbered([a, b, c]: [u8; 3], host: usize) -> IpAddr {
    let last = u8::try_from(host % 250).unwrap_or(0);
    IpAddr::V4(Ipv4Addr::new(a, b, c, last + 1))
}

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn set_pair(set: &mut BTreeSet<(usize, usize)>, a: usize, b: usize, on: bool) {
    if on {
        set.insert(pair(a, b));
    } else {
        set.remove(&pair(a, b));
    }
}

/// One direction of a connection that keeps order and repeats what is lost.
#[derive(Debug)]
pub struct Pipe<T> {
    items: VecDeque<(Ms, T)>,
    tries: u32,
    stalled: Option<Ms>,
    watched: bool,
}

impl<T> Default for Pipe<T> {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            tries: 0,
            stalled: None,
            watched: false,
        }
    }
}

impl<T> Pipe<T> {
    /// Sends `item`, to arrive at `due` or later. Answers when to look, unless somebody will look already.
    #[must_use]
    pub fn push(&mut self, due: Ms, item: T) -> Option<Ms> {
        let due = self.items.back().map_or(due, |(last, _)| due.max(*last));
        self.items.push_back((due, item));
        let first = !self.watched;
        self.watched = true;
        first.then_some(due)
    }

    /// Looks for an arrival. `flows` says whether the way is free at this moment. Answers what arrived
    /// and when to look again.
    #[must_use]
    pub fn poll(&mut self, now: Ms, flows: bool) -> (Option<T>, Option<Ms>) {
        let Some((due, _)) = self.items.front() else {
            self.watched = false;
            return (None, None);
        };
        if *due > now {
            return (None, Some(*due));
        }
        if !flows {
            self.stalled.get_or_insert(now);
            let pause = (RETRY << self.tries.min(8)).min(RETRY_MOST);
            self.tries += 1;
            return (None, Some(now + pause));
        }
        self.tries = 0;
        self.stalled = None;
        let arrived = self.items.pop_front().map(|(_, item)| item);
        let next = self.items.front().map(|(due, _)| (*due).max(now));
        self.watched = next.is_some();
        (arrived, next)
    }

    /// Since when the first item waits for the way to become free.
    #[must_use]
    pub fn stalled(&self) -> Option<Ms> {
        self.stalled
    }

    /// Items under way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True when nothing is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Loses all but the first `keep` items.
    pub fn truncate(&mut self, keep: usize) {
        self.items.truncate(keep);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn net() -> Net {
        Net::new(Weather::CALM, Dice::new(1, 1))
    }

    #[test]
    fn a_partition_cuts_across_groups_only_and_heals() {
        let mut net = net();
        let ends = [End::Hub, End::Host(0), End::Host(1), End::Host(2)];
        net.partition(
            &ends,
            &[
                vec![End::Hub, End::Host(0)],
                vec![End::Host(1), End::Host(2)],
            ],
        );
        assert!(net.both(End::Hub, End::Host(0)));
        assert!(net.both(End::Host(1), End::Host(2)));
        assert!(!net.up(End::Host(0), End::Host(1)));
        net.heal_all();
        assert!(net.both(End::Host(0), End::Host(1)));
    }

    #[test]
    fn a_one_way_cut_lets_the_other_direction_through() {
        let mut net = net();
        net.cut_one_way(End::Host(0), End::Host(1));
        assert!(!net.up(End::Host(0), End::Host(1)));
        assert!(net.up(End::Host(1), End::Host(0)));
        assert!(!net.both(End::Host(0), End::Host(1)));
    }

    #[test]
    fn a_pipe_keeps_order_through_a_stall_and_loses_nothing() {
        let mut pipe = Pipe::default();
        assert_eq!(pipe.push(10, 'a'), Some(10));
        assert_eq!(pipe.push(4, 'b'), None, "one watcher is enough");
        assert_eq!(pipe.poll(5, true), (None, Some(10)));
        let (nothing, again) = pipe.poll(10, false);
        assert_eq!(nothing, None);
        assert_eq!(pipe.stalled(), Some(10));
        let mut at = again.unwrap();
        for _ in 0..12 {
            at = pipe.poll(at, false).1.unwrap();
        }
        assert_eq!(pipe.poll(at, true), (Some('a'), Some(at)));
        assert_eq!(pipe.stalled(), None);
        assert_eq!(pipe.poll(at, true), (Some('b'), None));
        assert_eq!(pipe.push(at + 1, 'c'), Some(at + 1), "watched anew");
    }

    #[test]
    fn loss_happens_about_as_often_as_asked() {
        let mut net = net();
        net.weather.loss = 100;
        let lost = (0..10_000).filter(|_| net.lost()).count();
        assert!((800..1200).contains(&lost), "{lost}");
    }
}
