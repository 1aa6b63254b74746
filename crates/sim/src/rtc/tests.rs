//! The connection model against the facts of DESIGN §2.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::net::Weather;
use crate::queue::Queue;
use corridor_core::id::ConnId;
use corridor_core::node::{Candidate, Description, IceConfig, IceServer, RtcOp, SdpKind};

/// Two tabs whose shells carry descriptions and candidates by hand, with a signaling delay of 10 ms.
struct Pair {
    now: Ms,
    net: Net,
    rtc: Rtc,
    queue: Queue<Todo>,
    seen: Vec<(Ms, usize, RtcEvent)>,
}

enum Todo {
    Due(Due),
    Op(usize, RtcOp),
}

fn id(host: usize) -> PcId {
    PcId {
        host,
        run: 1,
        conn: ConnId(1),
    }
}

impl Pair {
    fn new(stun: bool) -> Self {
        let mut pair = Self {
            now: 0,
            net: Net::new(Weather::CALM, Dice::new(3, 1)),
            rtc: Rtc::new(Dice::new(3, 2)),
            queue: Queue::default(),
            seen: Vec::new(),
        };
        let servers = stun
            .then(|| IceServer {
                url: "stun:hub:3478".to_owned(),
                credential: None,
            })
            .into_iter()
            .collect::<Vec<_>>();
        for host in [0, 1] {
            let config = IceConfig {
                servers: servers.clone(),
            };
            pair.op(host, RtcOp::Create(config));
        }
        pair
    }

    fn op(&mut self, host: usize, op: RtcOp) {
        self.rtc.operate(self.now, &mut self.net, id(host), op);
        self.follow_up();
    }

    fn follow_up(&mut self) {
        let Effects { later, tell } = self.rtc.effects();
        for (at, due) in later {
            self.queue.push(at, Todo::Due(due));
        }
        for (to, event) in tell {
            let soon = self.now + 10;
            let other = 1 - to.host;
            match &event {
                RtcEvent::LocalDescription(d) => {
                    self.queue
                        .push(soon, Todo::Op(other, RtcOp::SetRemote(d.clone())));
                }
                RtcEvent::Candidate(c) => {
                    let add = RtcOp::AddCandidate(c.clone());
                    self.queue.push(soon, Todo::Op(other, add));
                }
                _ => {}
            }
            self.seen.push((self.now, to.host, event));
        }
    }

    fn run(&mut self, span: Ms) {
        let deadline = self.now + span;
        while let Some((at, todo)) = self.queue.pop(deadline) {
            self.now = at;
            match todo {
                Todo::Due(due) => self.rtc.due(at, &mut self.net, due),
                Todo::Op(host, op) => self.rtc.operate(at, &mut self.net, id(host), op),
            }
            self.follow_up();
        }
        self.now = deadline;
    }

    fn cut(&mut self) {
        self.net.cut(End::Host(0), End::Host(1));
        self.rtc.network_changed(self.now, &self.net);
        self.follow_up();
    }

    fn heal(&mut self) {
        self.net.heal_all();
        self.rtc.network_changed(self.now, &self.net);
        self.follow_up();
    }

    fn connect(&mut self) {
        self.op(0, RtcOp::Offer { restart: false });
        self.run(2_000);
        for host in [0, 1] {
            assert_eq!(self.state(host), RtcState::Connected, "{:?}", self.seen);
        }
    }

    fn state(&self, host: usize) -> RtcState {
        let mut states = self.seen.iter().filter_map(|(_, h, event)| match event {
            RtcEvent::State(state) if *h == host => Some(*state),
            _ => None,
        });
        states.next_back().unwrap_or_default()
    }

    fn first(&self, host: usize, wanted: RtcState, after: Ms) -> Option<Ms> {
        self.seen.iter().find_map(|(at, h, event)| {
            let hit =
                *h == host && *at >= after && matches!(event, RtcEvent::State(s) if *s == wanted);
            hit.then_some(*at)
        })
    }

    fn packets(&self, host: usize) -> Vec<Vec<u8>> {
        self.seen
            .iter()
            .filter_map(|(_, h, event)| match event {
                RtcEvent::Packet(bytes) if *h == host => Some(bytes.clone()),
                _ => None,
            })
            .collect()
    }

    fn saw(&self, host: usize, wanted: impl Fn(&RtcEvent) -> bool) -> bool {
        self.seen
            .iter()
            .any(|(_, h, event)| *h == host && wanted(event))
    }
}

#[test]
fn two_ends_connect_and_both_channels_open() {
    let mut pair = Pair::new(false);
    pair.connect();
    for host in [0, 1] {
        assert!(pair.saw(host, |e| matches!(e, RtcEvent::ChannelOpen)));
        let at = pair.first(host, RtcState::Connected, 0).unwrap();
        assert!((50..600).contains(&at), "{at}");
    }
    assert_eq!(pair.rtc.count.connected, 1);
}

#[test]
fn blocked_mdns_stays_new_for_ever_without_stun_and_connects_with_it() {
    let mut pair = Pair::new(false);
    pair.net.block_mdns(0, 1, true);
    pair.op(0, RtcOp::Offer { restart: false });
    pair.run(600_000);
    assert!(!pair.saw(0, |e| matches!(e, RtcEvent::State(_))));
    assert!(!pair.saw(1, |e| matches!(e, RtcEvent::State(_))));

    let mut pair = Pair::new(true);
    pair.net.block_mdns(0, 1, true);
    pair.connect();
}

#[test]
fn a_firewall_stays_new_for_ever_even_with_stun() {
    let mut pair = Pair::new(true);
    pair.net.refuse_direct(0, 1, true);
    pair.op(0, RtcOp::Offer { restart: false });
    pair.run(600_000);
    assert!(!pair.saw(0, |e| matches!(e, RtcEvent::State(_))));
}

#[test]
fn a_cut_shows_at_6_and_16_seconds_and_a_long_one_never_heals() {
    let mut pair = Pair::new(false);
    pair.connect();
    let cut = pair.now;
    pair.cut();
    pair.run(21_000);
    for host in [0, 1] {
        let disconnected = pair.first(host, RtcState::Disconnected, cut).unwrap() - cut;
        let failed = pair.first(host, RtcState::Failed, cut).unwrap() - cut;
        assert!((5_500..7_000).contains(&disconnected), "{disconnected}");
        assert!((16_000..17_000).contains(&failed), "{failed}");
    }
    pair.heal();
    pair.run(600_000);
    assert_eq!(pair.state(0), RtcState::Failed);
}

#[test]
fn a_short_cut_heals_by_itself_and_loses_nothing() {
    let mut pair = Pair::new(false);
    pair.connect();
    pair.cut();
    for number in 0..20 {
        pair.op(0, RtcOp::Send(vec![number]));
        pair.run(500);
    }
    assert!(pair.packets(1).is_empty(), "send succeeds into a buffer");
    assert_eq!(pair.state(0), RtcState::Disconnected);
    pair.heal();
    pair.run(5_000);
    assert_eq!(pair.state(0), RtcState::Connected);
    let all: Vec<Vec<u8>> = (0..20).map(|number| vec![number]).collect();
    assert_eq!(pair.packets(1), all);
}

#[test]
fn a_restart_after_a_long_cut_keeps_the_channel_and_loses_nothing() {
    let mut pair = Pair::new(false);
    pair.connect();
    pair.op(0, RtcOp::Send(vec![1]));
    pair.cut();
    pair.op(0, RtcOp::Send(vec![2]));
    pair.run(45_000);
    pair.op(0, RtcOp::Send(vec![3]));
    pair.heal();
    pair.run(10_000);
    assert_eq!(pair.state(0), RtcState::Failed);
    pair.op(0, RtcOp::Offer { restart: true });
    pair.run(6_000);
    assert_eq!(pair.state(0), RtcState::Connected);
    assert_eq!(pair.state(1), RtcState::Connected);
    assert_eq!(pair.packets(1), vec![vec![1], vec![2], vec![3]]);
    assert!(!pair.saw(0, |e| matches!(e, RtcEvent::ChannelClosed)));
    let opens = |e: &&(Ms, usize, RtcEvent)| matches!(e.2, RtcEvent::ChannelOpen);
    assert_eq!(pair.seen.iter().filter(opens).count(), 2);
}

#[test]
fn a_killed_peer_keeps_its_channel_open_for_more_than_40_seconds() {
    let mut pair = Pair::new(false);
    pair.connect();
    let killed = pair.now;
    pair.rtc.vanish(killed, 1);
    pair.rtc.network_changed(killed, &pair.net);
    pair.follow_up();
    pair.run(40_000);
    assert_eq!(pair.state(0), RtcState::Failed);
    assert!(!pair.saw(0, |e| matches!(e, RtcEvent::ChannelClosed)));
    pair.op(0, RtcOp::Send(vec![1]));
    pair.run(10);
    assert!(
        !pair.saw(0, |e| matches!(e, RtcEvent::Failed(_))),
        "send succeeds"
    );
    pair.run(20_000);
    assert!(pair.saw(0, |e| matches!(e, RtcEvent::ChannelClosed)));
}

#[test]
fn a_closed_connection_tells_the_other_end_at_once() {
    let mut pair = Pair::new(false);
    pair.connect();
    pair.op(1, RtcOp::Close);
    pair.run(200);
    assert!(pair.saw(0, |e| matches!(e, RtcEvent::ChannelClosed)));
}

#[test]
fn misuse_is_answered_as_a_browser_answers() {
    let mut pair = Pair::new(false);
    let candidate = Candidate {
        candidate: "candidate:1 1 udp 1 a.local 1 typ host ufrag x".to_owned(),
        mid: None,
        line: None,
    };
    pair.op(0, RtcOp::AddCandidate(candidate));
    pair.op(0, RtcOp::Send(vec![1]));
    let answer = Description {
        kind: SdpKind::Answer,
        sdp: "v=0\r\na=ice-ufrag:q\r\na=fingerprint:sha-256 00\r\n".to_owned(),
    };
    pair.op(0, RtcOp::SetRemote(answer));
    pair.op(
        0,
        RtcOp::SetRemote(Description {
            kind: SdpKind::Offer,
            sdp: "nonsense".to_owned(),
        }),
    );
    pair.run(100);
    let failed = |e: &&(Ms, usize, RtcEvent)| matches!(e.2, RtcEvent::Failed(_));
    assert_eq!(pair.seen.iter().filter(failed).count(), 4);
    assert_eq!(pair.rtc.count.early_candidates, 1);
    assert_eq!(pair.rtc.count.early_sends, 1);
}

#[test]
fn simultaneous_offers_roll_back_on_both_sides_and_connect_nobody() {
    let mut pair = Pair::new(false);
    pair.op(0, RtcOp::Offer { restart: false });
    pair.op(1, RtcOp::Offer { restart: false });
    pair.run(60_000);
    assert!(
        pair.rtc.count.rollbacks >= 1,
        "who dials must be decided above"
    );
}
