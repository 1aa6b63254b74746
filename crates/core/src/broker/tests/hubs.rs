//! Several hubs that serve the same rooms (rules F-…), over a network that loses what a test wants lost.

use super::world::{Client, Got, TAG, World, parcel};
use crate::broker::{
    BrokerInput, BrokerLimits, CloseReason, LinkCounts, MailKind, MailQuery, PollId, Posting,
    Refusal, SocketId, Subject,
};
use crate::id::{HubId, PeerId, RoomId, RoomTag, SessionId};
use crate::limits;
use crate::wire::fanout::{Ask, Beat, Claim, FanoutFrame, RoomPart};
use crate::wire::hub::{ClientFrame, HubFrame, LinkState};
use crate::wire::registry::{link_path, link_state, refusal};
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use proptest::prelude::*;

/// Hubs and what is between them.
struct Cluster {
    hubs: Vec<World>,
    /// Hubs that neither hear nor are heard.
    cut: Vec<usize>,
    /// Everybody who ever joined: browsers answer the hub's pings.
    sockets: Vec<(usize, SocketId)>,
}

impl Cluster {
    fn new(hubs: u8) -> Self {
        let hubs = (1..=hubs).map(|seed| World::hub(seed, BrokerLimits::default()));
        let mut cluster = Self {
            hubs: hubs.collect(),
            cut: Vec::new(),
            sockets: Vec::new(),
        };
        cluster.settle();
        cluster
    }

    /// Carries what was published until nobody has more to say.
    fn settle(&mut self) {
        for _ in 0..1000 {
            let mut quiet = true;
            for from in 0..self.hubs.len() {
                for (subject, bytes) in core::mem::take(&mut self.hubs[from].published) {
                    quiet = false;
                    self.carry(from, subject, &bytes);
                }
            }
            if quiet {
                return;
            }
        }
        panic!("the hubs never come to rest");
    }

    fn carry(&mut self, from: usize, subject: Subject, bytes: &[u8]) {
        for to in 0..self.hubs.len() {
            let cut = self.cut.contains(&from) || self.cut.contains(&to);
            let hub = &mut self.hubs[to];
            let listens = match subject {
                Subject::Hubs => true,
                Subject::Room(room) => hub.listening.contains(&room),
            };
            if to != from && !cut && listens {
                hub.handle(BrokerInput::Heard { subject, bytes });
            }
        }
    }

    /// What hub `from` says next is lost.
    fn lose(&mut self, from: usize) {
        self.hubs[from].published.clear();
    }

    fn pass(&mut self, duration: Duration) {
        let step = Duration::from_millis(100);
        let mut passed = Duration::ZERO;
        while passed < duration {
            for hub in &mut self.hubs {
                hub.pass(step);
            }
            for (hub, conn) in self.sockets.clone() {
                self.hubs[hub].handle(BrokerInput::Alive { conn });
            }
            self.settle();
            passed += step;
        }
    }

    fn room(&mut self) -> RoomId {
        let room = self.hubs[0].room();
        self.hubs[0].carry_out();
        self.settle();
        room
    }

    fn member(&mut self, hub: usize, room: RoomId, secret: u8) -> Client {
        let client = self.hubs[hub].member(room, secret);
        self.sockets.push((hub, client.conn));
        self.settle();
        client
    }

    fn send(&mut self, hub: usize, client: &Client, frame: ClientFrame) {
        self.hubs[hub].send(client, frame);
        self.settle();
    }

    fn leave(&mut self, hub: usize, client: &Client) {
        self.hubs[hub].drop_socket(client);
        self.settle();
    }

    /// What the page of a hub says of all members and links.
    fn page(&self, hub: usize) -> (usize, LinkCounts) {
        let world = &self.hubs[hub];
        let totals = world.broker.mesh_status(world.now).unwrap().totals;
        (totals.members, totals.links)
    }

    fn members(&self, hub: usize) -> usize {
        self.page(hub).0
    }
}

fn links(to: &[PeerId]) -> ClientFrame {
    let link = |peer: &PeerId| LinkState {
        peer: *peer,
        path: link_path::DIRECT,
        state: link_state::CONNECTED,
        rtt_ms: Some(5),
        attempts: 1,
        opened: 1,
        relayed: false,
    };
    ClientFrame::LinkReport(to.iter().map(link).collect())
}

#[test]
fn a_room_over_two_hubs_is_one_room() {
    let mut cluster = Cluster::new(3);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let b = cluster.hubs[1].connect(2);
    cluster.send(1, &b, ClientFrame::Join(b.join(room)));
    let frames = cluster.hubs[1].frames(&b);
    assert!(matches!(&frames[..], [HubFrame::Joined(joined)] if joined.members == [a.member()]));
    assert_eq!(cluster.hubs[0].frames(&a), [HubFrame::Arrived(b.member())]);

    cluster.send(0, &a, ClientFrame::Relay(parcel(&b, b"sealed")));
    cluster.send(1, &b, ClientFrame::Signal(parcel(&a, b"step")));
    assert_eq!(
        cluster.hubs[1].frames(&b),
        [HubFrame::Relayed(parcel(&a, b"sealed"))]
    );
    assert_eq!(
        cluster.hubs[0].frames(&a),
        [HubFrame::Signal(parcel(&b, b"step"))]
    );
    // Only hubs with members of the room carry its traffic.
    assert!(cluster.hubs[1].listening.contains(&room));
    assert!(!cluster.hubs[2].listening.contains(&room));

    cluster.leave(1, &b);
    assert_eq!(cluster.hubs[0].frames(&a), [HubFrame::Departed(b.member())]);
    assert!(!cluster.hubs[1].listening.contains(&room));
    cluster.send(0, &a, ClientFrame::Relay(parcel(&b, b"too late")));
    assert_eq!(
        cluster.hubs[0].frames(&a),
        [HubFrame::Undelivered(b.peer())]
    );
}

#[test]
fn what_crosses_somebody_who_leaves_is_said_to_be_undelivered() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let b = cluster.member(1, room, 2);
    let _c = cluster.member(1, room, 3);
    cluster.hubs[0].frames(&a);
    // Both at once: the packet is under way when the other leaves.
    cluster.hubs[1].drop_socket(&b);
    cluster.hubs[0].send(&a, ClientFrame::Relay(parcel(&b, b"sealed")));
    cluster.settle();
    let frames = cluster.hubs[0].frames(&a);
    assert!(
        frames.contains(&HubFrame::Undelivered(b.peer())),
        "{frames:?}"
    );
}

#[test]
fn the_newest_arrival_wins_across_hubs() {
    let mut cluster = Cluster::new(3);
    let room = cluster.room();
    let other = cluster.member(2, room, 9);
    let old = cluster.member(0, room, 1);
    cluster.hubs[2].frames(&other);
    // Its clock is an hour behind, and it is the newer one all the same.
    cluster.hubs[1].now.wall.0 -= 3_600_000;
    let new = cluster.member(1, room, 1);
    assert_ne!(old.session, new.session);
    assert_eq!(
        cluster.hubs[0].got(&old),
        [
            Got::Frame(HubFrame::Refused(refusal::REPLACED)),
            Got::Closed(CloseReason::Replaced)
        ]
    );
    assert_eq!(
        cluster.hubs[2].frames(&other),
        [HubFrame::Arrived(new.member())],
        "nobody left"
    );
    for hub in 0..3 {
        assert_eq!(cluster.members(hub), 2);
    }
    cluster.leave(1, &new);
    assert_eq!(
        cluster.hubs[2].frames(&other),
        [HubFrame::Departed(new.member())]
    );
}

#[test]
fn a_tab_that_finds_its_way_to_another_hub_is_not_told_that_it_was_replaced() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let before = cluster.member(0, room, 1);
    let mut after = cluster.hubs[1].connect(1);
    after.session = before.session;
    cluster.send(1, &after, ClientFrame::Join(after.join(room)));
    assert_eq!(
        cluster.hubs[0].got(&before),
        [Got::Closed(CloseReason::Replaced)]
    );
    assert_eq!(cluster.members(0), 1);
}

#[test]
fn r_link_9_members_of_a_killed_hub_are_gone_within_12_s_and_not_for_a_hiccup() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let b = cluster.member(1, room, 2);
    cluster.hubs[0].frames(&a);
    cluster.cut = vec![1];
    cluster.pass(Duration::from_secs(6));
    cluster.cut.clear();
    cluster.pass(Duration::from_secs(6));
    assert_eq!(cluster.hubs[0].frames(&a), [], "a hiccup is not noticed");

    cluster.cut = vec![1];
    cluster.pass(Duration::from_secs(12));
    assert_eq!(cluster.hubs[0].frames(&a), [HubFrame::Departed(b.member())]);
    assert_eq!(cluster.members(0), 1);
    // It was not dead after all: both sides find each other again, each once.
    cluster.cut.clear();
    cluster.pass(Duration::from_secs(3));
    assert_eq!(cluster.hubs[0].frames(&a), [HubFrame::Arrived(b.member())]);
    assert_eq!((cluster.members(0), cluster.members(1)), (2, 2));
}

#[test]
fn a_hub_that_slept_does_not_lose_the_others() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let _b = cluster.member(1, room, 2);
    cluster.hubs[0].frames(&a);
    cluster.hubs[0].jump(Duration::from_secs(3600));
    cluster.hubs[0].handle(BrokerInput::Wake);
    cluster.settle();
    let frames = cluster.hubs[0].frames(&a);
    assert!(
        !frames
            .iter()
            .any(|frame| matches!(frame, HubFrame::Departed(_))),
        "{frames:?}"
    );
}

#[test]
fn whoever_moves_from_a_killed_hub_never_leaves() {
    let mut cluster = Cluster::new(3);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let b = cluster.member(1, room, 2);
    cluster.hubs[0].frames(&a);
    cluster.cut = vec![1];
    let mut again = cluster.hubs[2].connect(2);
    again.session = b.session;
    cluster.sockets.push((2, again.conn));
    cluster.send(2, &again, ClientFrame::Join(again.join(room)));
    cluster.pass(Duration::from_secs(15));
    assert_eq!(cluster.hubs[0].frames(&a), [HubFrame::Arrived(b.member())]);
}

#[test]
fn what_was_lost_between_the_hubs_is_told_anew() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let b = cluster.member(1, room, 2);
    cluster.hubs[0].frames(&a);
    cluster.hubs[1].drop_socket(&b);
    cluster.lose(1);
    assert_eq!(cluster.members(0), 2, "it was not lost");
    let c = cluster.hubs[1].member(room, 3);
    cluster.lose(1);
    cluster.pass(limits::HUB_BEAT + Duration::from_millis(500));
    assert_eq!(
        cluster.hubs[0].frames(&a),
        [
            HubFrame::Departed(b.member()),
            HubFrame::Arrived(c.member())
        ]
    );
}

/// Of three words of a hub the second is lost, and no time passes in which a sign of life could tell.
#[test]
fn a_gap_in_the_middle_is_asked_for_at_once() {
    let mut cluster = Cluster::new(2);
    let (room, other) = (cluster.room(), cluster.room());
    let a = cluster.member(0, room, 1);
    cluster.member(1, other, 2);
    cluster.hubs[0].frames(&a);
    let b = cluster.hubs[1].member(room, 3);
    cluster.lose(1);
    cluster.hubs[1].member(other, 4);
    cluster.settle();
    assert_eq!(cluster.hubs[0].frames(&a), [HubFrame::Arrived(b.member())]);
    assert_eq!((cluster.members(0), cluster.members(1)), (4, 4));
}

#[test]
fn a_room_that_ended_unheard_leaves_no_ghosts() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let b = cluster.member(1, room, 2);
    cluster.cut = vec![0];
    cluster.hubs[1].drop_socket(&b);
    cluster.settle();
    // The other forgets the room for want of use while nobody hears of it.
    let ttl = BrokerLimits::default().room_ttl;
    cluster.hubs[1].pass(ttl + limits::HUB_SWEEP);
    cluster.lose(1);
    let slept = cluster.hubs[1].now.mono.since(cluster.hubs[0].now.mono);
    cluster.hubs[0].jump(slept);
    cluster.hubs[0].handle(BrokerInput::Wake);
    cluster.cut.clear();
    assert_eq!(cluster.members(0), 1);
    cluster.pass(limits::HUB_BEAT * 3);
    assert_eq!(cluster.members(0), 0);
}

#[test]
fn the_answer_to_a_request_is_the_same_at_every_hub() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let now = cluster.hubs[0].now;
    let peer = |byte| crate::id::WriterId([byte; 16]);
    let registered = cluster.hubs[0]
        .broker
        .register(now, room, TAG, peer(1), "http://a");
    assert!(registered.is_ok());
    cluster.hubs[0].carry_out();
    cluster.settle();
    let page = cluster.hubs[1].broker.peers(now, room, TAG).unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(
        (page[0].peer, page[0].address.as_str()),
        (peer(1), "http://a")
    );
    let wrong = RoomTag([9; 16]);
    assert_eq!(
        cluster.hubs[1].broker.peers(now, room, wrong),
        Err(Refusal::WrongTag)
    );

    let query = MailQuery {
        room,
        tag: TAG,
        kind: MailKind::Offer,
        to: peer(2),
        after: 0,
    };
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    cluster.hubs[1].handle(BrokerInput::Poll {
        poll: PollId(1),
        address,
        query,
        wait: Duration::from_secs(20),
    });
    let posting = |byte: u8| Posting {
        room,
        tag: TAG,
        kind: MailKind::Offer,
        from: peer(1),
        to: peer(2),
        sealed: vec![byte; 100],
    };
    let posted = cluster.hubs[0].broker.post_mail(now, posting(0x80));
    cluster.hubs[0].carry_out();
    cluster.settle();
    let answers = core::mem::take(&mut cluster.hubs[1].answers);
    let [(PollId(1), Ok(mail))] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert_eq!(mail[0].number, posted.unwrap().number);
    assert_eq!(mail[0].sealed[..], [0x80; 100]);

    // Told anew, it is the same letter and not another one; a newer one takes its place.
    let after = MailQuery {
        after: mail[0].number,
        ..query
    };
    let ask = |cluster: &mut Cluster| {
        cluster.hubs[1].handle(BrokerInput::Poll {
            poll: PollId(2),
            address,
            query: after,
            wait: Duration::ZERO,
        });
        let (_, mail) = cluster.hubs[1].answers.pop().unwrap();
        mail.unwrap()
    };
    cluster.hubs[1].published.clear();
    cluster.cut = vec![0];
    cluster.pass(Duration::from_secs(15));
    cluster.cut.clear();
    cluster.pass(Duration::from_secs(5));
    assert_eq!(ask(&mut cluster), []);
    let now = cluster.hubs[0].now;
    let _ = cluster.hubs[0].broker.post_mail(now, posting(0x81));
    cluster.hubs[0].carry_out();
    cluster.settle();
    assert_eq!(ask(&mut cluster).len(), 1);
}

#[test]
fn a_hub_that_starts_late_learns_everything() {
    let mut cluster = Cluster::new(1);
    let mut rooms = Vec::new();
    for secret in 1..=100 {
        let room = cluster.room();
        cluster.member(0, room, secret);
        rooms.push(room);
    }
    let mut late = World::hub(2, BrokerLimits::default());
    late.now = cluster.hubs[0].now;
    cluster.hubs.push(late);
    cluster.pass(Duration::from_secs(3));
    assert_eq!(cluster.members(1), 100);
    let newcomer = cluster.member(1, rooms[50], 200);
    assert_eq!(cluster.members(0), 101);
    cluster.leave(1, &newcomer);
}

#[test]
fn a_room_in_use_elsewhere_does_not_end() {
    let mut cluster = Cluster::new(2);
    let (busy, book) = (cluster.room(), cluster.room());
    let a = cluster.member(0, busy, 1);
    let ttl = BrokerLimits::default().room_ttl;
    for _ in 0..20 {
        // Somebody looks into the phone book of the one, and is in the other.
        let now = cluster.hubs[0].now;
        let _ = cluster.hubs[0].broker.peers(now, book, TAG);
        cluster.hubs[0].carry_out();
        cluster.hubs[0].handle(BrokerInput::Alive { conn: a.conn });
        for hub in &mut cluster.hubs {
            hub.jump(ttl / 10);
            hub.handle(BrokerInput::Wake);
        }
        cluster.settle();
    }
    let now = cluster.hubs[1].now;
    assert_eq!(cluster.hubs[1].broker.peers(now, busy, TAG), Ok(Vec::new()));
    assert_eq!(cluster.hubs[1].broker.peers(now, book, TAG), Ok(Vec::new()));
}

#[test]
fn r_hub_5_four_tabs_over_two_hubs_are_six_links_on_each_page() {
    let mut cluster = Cluster::new(2);
    let room = cluster.room();
    let tabs: Vec<(usize, Client)> = (0..4u8)
        .map(|at| {
            let hub = usize::from(at % 2);
            (hub, cluster.member(hub, room, at + 1))
        })
        .collect();
    for (hub, tab) in &tabs {
        let others = tabs.iter().map(|(_, other)| other.peer());
        let others: Vec<PeerId> = others.filter(|peer| *peer != tab.peer()).collect();
        cluster.send(*hub, tab, links(&others));
    }
    let six = LinkCounts {
        direct: 6,
        ..LinkCounts::default()
    };
    cluster.pass(limits::HUB_BEAT);
    for hub in 0..2 {
        let world = &cluster.hubs[hub];
        let totals = world.broker.mesh_status(world.now).unwrap().totals;
        assert_eq!((totals.members, totals.links), (4, six));
        assert_eq!((totals.hubs, totals.connections), (2, 4));
        assert_eq!((totals.attempts, totals.disagreeing), (6, 0));
    }
    let (hub, gone) = &tabs[3];
    cluster.leave(*hub, gone);
    for hub in 0..2 {
        assert_eq!(cluster.page(hub), (3, LinkCounts { direct: 3, ..six }));
    }
}

#[test]
fn limits_hold_across_hubs() {
    let limits = BrokerLimits {
        members: 2,
        ..BrokerLimits::default()
    };
    let mut cluster = Cluster::new(0);
    cluster.hubs = vec![World::hub(1, limits), World::hub(2, limits)];
    cluster.settle();
    let room = cluster.room();
    cluster.member(0, room, 1);
    cluster.member(0, room, 2);
    let third = cluster.hubs[1].connect(3);
    cluster.send(1, &third, ClientFrame::Join(third.join(room)));
    assert_eq!(
        cluster.hubs[1].frames(&third),
        [HubFrame::Refused(refusal::FULL)]
    );
}

#[test]
fn l5_what_other_hubs_say_is_bounded_and_believed_for_itself_only() {
    let mut cluster = Cluster::new(1);
    let room = cluster.room();
    let a = cluster.member(0, room, 1);
    let hub = &mut cluster.hubs[0];
    let hear = |hub: &mut World, subject, frame: &FanoutFrame| {
        let bytes = &frame.encode()[..];
        hub.handle(BrokerInput::Heard { subject, bytes });
    };
    let part = |id: u64, tag, members: usize| {
        FanoutFrame::Room(RoomPart {
            hub: HubId(id),
            seq: 1,
            room,
            tag: Some(tag),
            idle: 0,
            members: (0..members)
                .map(|at| Claim {
                    peer: crate::id::WriterId([at as u8; 16]),
                    session: SessionId(1),
                    since: 1,
                })
                .collect(),
        })
    };
    // Another key's room is another room, whatever it is called.
    hear(hub, Subject::Hubs, &part(1, RoomTag([9; 16]), 3));
    // More than a room holds.
    hear(
        hub,
        Subject::Hubs,
        &part(2, TAG, limits::HUB_MAX_CLAIMS + 1),
    );
    // A state under a room's subject, and a question to somebody else.
    hear(hub, Subject::Room(room), &part(3, TAG, 3));
    let (asking, of) = (HubId(4), HubId(5));
    hub.published.clear();
    let ask = FanoutFrame::Ask(Ask { hub: asking, of });
    hear(hub, Subject::Hubs, &ask);
    let told = hub.published.iter().any(|(_, bytes)| {
        matches!(
            FanoutFrame::decode(bytes),
            Ok(FanoutFrame::Room(_) | FanoutFrame::Told(_))
        )
    });
    assert!(!told);
    assert_eq!(hub.frames(&a), []);
    for id in 10..10 + 2 * limits::HUB_MAX_OTHERS as u64 {
        let beat = Beat {
            hub: HubId(id),
            seq: 0,
            connections: 1,
        };
        hear(hub, Subject::Hubs, &FanoutFrame::Beat(beat));
    }
    let totals = hub.broker.mesh_status(hub.now).unwrap().totals;
    assert_eq!(totals.hubs, 1 + limits::HUB_MAX_OTHERS);
    assert_eq!(totals.members, 1);
}

#[test]
fn a_hub_by_itself_says_and_hears_nothing() {
    let mut world = World::new();
    let room = world.room();
    let a = world.member(room, 1);
    let beat = Beat {
        hub: HubId(1),
        seq: 0,
        connections: 1,
    };
    let bytes = &FanoutFrame::Beat(beat).encode()[..];
    let subject = Subject::Hubs;
    world.handle(BrokerInput::Heard { subject, bytes });
    world.drop_socket(&a);
    assert!(world.published.is_empty() && world.listening.is_empty());
    let totals = world.broker.mesh_status(world.now).unwrap().totals;
    assert_eq!(totals.hubs, 1);
}

proptest! {
    /// Frames lost, repeated and out of order between the hubs cost time only.
    #[test]
    fn hubs_agree_after_any_loss(steps in proptest::collection::vec((0usize..2, 1u8..6, 0u8..4), 1..40)) {
        let mut cluster = Cluster::new(2);
        let room = cluster.room();
        let watchers = [cluster.member(0, room, 100), cluster.member(1, room, 101)];
        let mut present: Vec<Option<(usize, Client)>> = vec![None; 6];
        for (hub, person, how) in steps {
            let slot = usize::from(person);
            match present[slot].take() {
                Some((hub, client)) => cluster.hubs[hub].drop_socket(&client),
                None => present[slot] = Some((hub, cluster.hubs[hub].member(room, person))),
            }
            match how {
                0 => cluster.lose(hub),
                1 => cluster.hubs[hub].published.reverse(),
                2 => {
                    let twice = cluster.hubs[hub].published.clone();
                    cluster.hubs[hub].published.extend(twice);
                }
                _ => {}
            }
            cluster.settle();
        }
        cluster.pass(Duration::from_secs(7));
        let expected = 2 + present.iter().flatten().count();
        for hub in 0..2 {
            prop_assert_eq!(cluster.members(hub), expected);
            // Replayed, what its watcher was told is who is there.
            let mut seen = std::collections::BTreeSet::new();
            for frame in cluster.hubs[hub].frames(&watchers[hub]) {
                match frame {
                    HubFrame::Arrived(member) => { seen.insert(member.peer); }
                    HubFrame::Departed(member) => { seen.remove(&member.peer); }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            seen.remove(&watchers[1 - hub].peer());
            prop_assert_eq!(seen.len(), expected - 2);
        }
    }

    #[test]
    fn mutated_words_of_other_hubs_never_panic(at in 0usize..200, bit in 0u8..8, hear_room: bool) {
        let mut cluster = Cluster::new(2);
        let room = cluster.room();
        cluster.hubs[1].member(room, 2);
        let said = core::mem::take(&mut cluster.hubs[1].published);
        for (_, mut bytes) in said {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let subject = if hear_room { Subject::Room(room) } else { Subject::Hubs };
            let bytes = &bytes[..];
            cluster.hubs[0].handle(BrokerInput::Heard { subject, bytes });
        }
    }
}
