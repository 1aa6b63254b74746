//! R-HUB-5 and R-HUB-6: what the operator sees is what is there (rule H-REPORT).

use super::world::{Client, Got, World};
use crate::broker::{
    ActivityKind, CloseReason, LinkCounts, LinkPath, MeshStatus, Pair, Reach, Refusal,
};
use crate::id::{PeerId, RoomId};
use crate::limits::{
    HUB_ACTIVITY, HUB_MAX_MEMBERS, HUB_REPORT_TTL, HUB_SAMPLE_EVERY, HUB_SAMPLES, HUB_SWEEP,
};
use crate::rng::Rng;
use crate::wire::hub::{ClientFrame, HubFrame, LinkState};
use crate::wire::registry::{link_path, link_state, refusal};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

const SECOND: Duration = Duration::from_secs(1);

fn link(peer: PeerId, path: u8) -> LinkState {
    LinkState {
        peer,
        path,
        state: link_state::CONNECTED,
        rtt_ms: Some(12),
        attempts: 1,
        opened: u32::from(path == link_path::DIRECT),
        relayed: false,
    }
}

fn report(world: &mut World, from: &Client, links: Vec<LinkState>) {
    world.send(from, ClientFrame::LinkReport(links));
}

fn status(world: &World) -> MeshStatus {
    world.broker.mesh_status(world.now).unwrap()
}

fn kinds(world: &World) -> Vec<ActivityKind> {
    let activity = status(world).activity;
    activity.iter().map(|line| line.kind).collect()
}

fn only_pair(world: &World) -> Pair {
    let status = status(world);
    let pairs = &status.rooms[0].pairs;
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    pairs[0]
}

/// Members of one room that all report each other as direct.
fn full_mesh(world: &mut World, room: RoomId, count: u8) -> Vec<Client> {
    let tabs: Vec<Client> = (1..=count).map(|n| world.member(room, n)).collect();
    for tab in &tabs {
        let others = tabs.iter().filter(|other| other.peer() != tab.peer());
        let links = others.map(|other| link(other.peer(), link_path::DIRECT));
        let links = links.collect();
        report(world, tab, links);
    }
    tabs
}

#[test]
fn r_hub_5_four_tabs_in_a_full_mesh_are_six_links() {
    let mut world = World::new();
    let room = world.room();
    let _empty = world.room();
    full_mesh(&mut world, room, 4);
    let status = status(&world);
    let direct = LinkCounts {
        direct: 6,
        ..LinkCounts::default()
    };
    assert_eq!(status.totals.links, direct);
    assert_eq!(status.totals.links.all(), 6);
    assert_eq!((status.totals.members, status.totals.p2p), (4, 4));
    assert_eq!((status.totals.attempts, status.totals.opened), (6, 6));
    assert_eq!(status.totals.disagreeing, 0);
    assert_eq!(status.rooms.len(), 2);
    assert_eq!(status.rooms[0].room, room, "the larger room first");
    assert_eq!(status.rooms[0].pairs.len(), 6);
}

#[test]
fn r_hub_5_a_link_is_shown_as_each_end_sees_it() {
    let mut world = World::new();
    let room = world.room();
    let (a, b) = (world.member(room, 1), world.member(room, 2));
    assert_eq!(status(&world).rooms[0].pairs, []);

    report(&mut world, &a, vec![link(b.peer(), link_path::DIRECT)]);
    world.pass(SECOND * 3);
    let pair = only_pair(&world);
    assert!(!pair.disagrees(), "the other end has said nothing yet");
    let (own, other) = if pair.peers.0 == a.peer() {
        pair.ends
    } else {
        (pair.ends.1, pair.ends.0)
    };
    let own = own.unwrap();
    assert_eq!((own.path, own.state), (LinkPath::Direct, "connected"));
    assert_eq!((own.rtt_ms, own.age), (Some(12), SECOND * 3));
    assert_eq!(other, None);

    report(&mut world, &b, vec![link(a.peer(), link_path::HUB)]);
    assert!(only_pair(&world).disagrees());
    assert_eq!(only_pair(&world).path(), LinkPath::Hub, "the worse of both");
    report(&mut world, &b, vec![]);
    assert!(only_pair(&world).disagrees(), "b reaches nobody");
    assert_eq!(status(&world).totals.links.all(), 0);
    assert_eq!(status(&world).totals.disagreeing, 1);
    let newer = LinkState {
        state: 99,
        ..link(a.peer(), 77)
    };
    report(&mut world, &b, vec![newer]);
    assert_eq!(only_pair(&world).path(), LinkPath::None);
}

#[test]
fn r_hub_5_rates_and_users_are_those_of_now() {
    let mut world = World::new();
    let room = world.room();
    let (a, b, c) = (
        world.member(room, 1),
        world.member(room, 2),
        world.member(room, 3),
    );
    let told = |peer: &Client, path, attempts, opened, relayed| LinkState {
        attempts,
        opened,
        relayed,
        ..link(peer.peer(), path)
    };
    // a-b went from the hub to direct at the second attempt; a-c still uses the hub; b-c never met.
    report(
        &mut world,
        &a,
        vec![
            told(&b, link_path::DIRECT, 2, 1, true),
            told(&c, link_path::HUB, 3, 0, true),
        ],
    );
    report(
        &mut world,
        &b,
        vec![told(&a, link_path::DIRECT, 2, 1, true)],
    );
    report(&mut world, &c, vec![told(&a, link_path::HUB, 1, 0, true)]);
    let totals = status(&world).totals;
    assert_eq!((totals.attempts, totals.opened), (5, 1));
    assert_eq!((totals.relayed, totals.upgraded), (2, 1));
    assert_eq!((totals.p2p, totals.websocket), (1, 2));
    let reaches: Vec<Reach> = status(&world).rooms[0]
        .members
        .iter()
        .map(|member| member.reach)
        .collect();
    assert_eq!(reaches, [Reach::WebSocket, Reach::P2p, Reach::WebSocket]);

    world.drop_socket(&a);
    let totals = status(&world).totals;
    assert_eq!((totals.attempts, totals.relayed, totals.p2p), (0, 0, 0));
}

#[test]
fn r_hub_6_who_leaves_takes_every_trace_along_in_both_directions() {
    let mut world = World::new();
    let room = world.room();
    let tabs = full_mesh(&mut world, room, 4);
    world.drop_socket(&tabs[0]);
    assert_eq!(status(&world).totals.links.all(), 3);
    assert!(kinds(&world).ends_with(&[ActivityKind::P2pCleanup, ActivityKind::Left]));

    // The link itself outlived the hub's view of it (L1): whoever has it says so again.
    let links = [0, 2, 3].map(|n| link(tabs[n].peer(), link_path::DIRECT));
    report(&mut world, &tabs[1], links.to_vec());
    assert_eq!(status(&world).totals.links.all(), 4);
    assert_eq!(status(&world).totals.members, 3);

    world.send(&tabs[1], ClientFrame::Leave);
    assert_eq!(status(&world).totals.links.all(), 1);
    // A newer run of the third has no links yet, whatever was said of the older.
    let _newer = world.member(room, 3);
    assert_eq!(status(&world).totals.links.all(), 0);
    for tab in &tabs {
        world.drop_socket(tab);
    }
    assert_eq!(status(&world).rooms[0].pairs, []);
}

#[test]
fn r_hub_6_reports_that_nobody_renews_are_swept() {
    let mut world = World::new();
    let room = world.room();
    let tabs = full_mesh(&mut world, room, 2);
    let mut waited = Duration::ZERO;
    while status(&world).totals.links.all() == 1 {
        world.pass(SECOND);
        waited += SECOND;
        for tab in &tabs {
            world.send(tab, ClientFrame::Ping(1));
        }
        assert!(waited <= HUB_REPORT_TTL + HUB_SWEEP, "still there");
    }
    assert!(waited >= HUB_REPORT_TTL);
    assert_eq!(status(&world).totals.members, 2);
    assert!(kinds(&world).contains(&ActivityKind::P2pCleanup));
}

/// Random joins, kills, partitions and reports, against a model that knows the truth.
#[test]
fn r_hub_6_the_numbers_are_the_truth_after_any_history() {
    let mut rng = Rng::new([42; 32]);
    let mut world = World::new();
    let rooms = [world.room(), world.room()];
    let mut tabs: BTreeMap<u8, (Client, usize)> = BTreeMap::new();
    let mut linked: BTreeSet<(u8, u8)> = BTreeSet::new();
    let mut most = 0;
    for _ in 0..2_000 {
        let [who, other, what, place] = rng.bytes();
        let (who, other) = (who % 12 + 1, other % 12 + 1);
        match what % 10 {
            0 => {
                linked.retain(|(a, b)| *a != who && *b != who);
                if let Some((old, _)) = tabs.remove(&who) {
                    world.drop_socket(&old);
                }
                let room = usize::from(place % 2);
                tabs.insert(who, (world.member(rooms[room], who), room));
            }
            1 if place % 3 == 0 => {
                linked.retain(|(a, b)| *a != who && *b != who);
                if let Some((gone, _)) = tabs.remove(&who) {
                    world.drop_socket(&gone);
                }
            }
            2 if place % 3 == 0 => {
                linked.remove(&(who.min(other), who.max(other)));
            }
            _ => {
                let room = |n| tabs.get(&n).map(|(_, room)| *room);
                if who != other && room(who).is_some() && room(who) == room(other) {
                    linked.insert((who.min(other), who.max(other)));
                }
            }
        }
        world.pass(SECOND);
        for (number, (tab, _)) in &tabs {
            let peers = linked.iter().filter_map(|(a, b)| match () {
                () if a == number => Some(b),
                () if b == number => Some(a),
                () => None,
            });
            let links = peers.map(|n| link(tabs[n].0.peer(), link_path::DIRECT));
            let frame = ClientFrame::LinkReport(links.collect()).encode();
            world.send_bytes(tab, &frame);
        }
        let totals = status(&world).totals;
        assert_eq!(totals.links.all(), linked.len());
        assert_eq!((totals.members, totals.disagreeing), (tabs.len(), 0));
        let with_link: BTreeSet<u8> = linked.iter().flat_map(|(a, b)| [*a, *b]).collect();
        assert_eq!(totals.p2p, with_link.len());
        most = most.max(linked.len());
    }
    assert!(most > 10, "the history had {most} links at most");
}

#[test]
fn reports_are_taken_from_members_only_and_bounded() {
    let mut world = World::new();
    let stranger = world.connect(1);
    report(&mut world, &stranger, vec![]);
    assert_eq!(
        world.frames(&stranger),
        [HubFrame::Refused(refusal::NOT_JOINED)]
    );
    let room = world.room();
    let member = world.member(room, 2);
    let own = link(member.peer(), link_path::DIRECT);
    report(&mut world, &member, vec![own; HUB_MAX_MEMBERS]);
    assert_eq!(world.got(&member), []);
    assert_eq!(status(&world).rooms[0].pairs, [], "nobody links to oneself");
    report(&mut world, &member, vec![own; HUB_MAX_MEMBERS + 1]);
    assert!(
        world
            .got(&member)
            .contains(&Got::Closed(CloseReason::Malformed))
    );
}

#[test]
fn without_the_admin_layer_nothing_is_kept() {
    let mut world = World::layered("phonebook,handshake,relay");
    let room = world.room();
    let member = world.member(room, 1);
    report(&mut world, &member, vec![]);
    assert_eq!(
        world.frames(&member),
        [HubFrame::Refused(refusal::LAYER_OFF)]
    );
    let refused = world.broker.mesh_status(world.now);
    assert_eq!(refused, Err(Refusal::LayerOff));
    world.pass(HUB_SAMPLE_EVERY * 3);
    assert!(world.broker.activity.is_empty());
    assert!(world.broker.samples.is_empty());
}

#[test]
fn the_activity_log_keeps_the_newest_lines() {
    let mut world = World::new();
    let room = world.room();
    let member = world.member(room, 1);
    assert_eq!(
        kinds(&world),
        [ActivityKind::RoomOpened, ActivityKind::Joined]
    );
    let at = status(&world).activity[1].at;
    assert_eq!(at, world.now.wall);
    for path in [link_path::HUB, link_path::DIRECT]
        .iter()
        .cycle()
        .take(HUB_ACTIVITY)
    {
        let other = world.connect(2).peer();
        report(&mut world, &member, vec![link(other, *path)]);
    }
    assert_eq!(kinds(&world).len(), HUB_ACTIVITY);
    assert_eq!(kinds(&world).last(), Some(&ActivityKind::P2pDirect));
}

#[test]
fn charts_hold_a_day_and_end_with_the_last_connection() {
    let mut world = World::new();
    let room = world.room();
    let tabs = full_mesh(&mut world, room, 2);
    for _ in 0..(HUB_SAMPLES + 10) * 12 {
        world.pass(SECOND * 5);
        for tab in &tabs {
            world.send(tab, ClientFrame::Ping(1));
        }
    }
    let samples = status(&world).samples;
    assert_eq!(samples.len(), HUB_SAMPLES);
    assert_eq!((samples[0].members, samples[0].rooms), (2, 1));
    let apart: BTreeSet<u64> = samples.windows(2).map(|w| w[1].at.0 - w[0].at.0).collect();
    assert_eq!(apart, BTreeSet::from([60_000]));

    for tab in &tabs {
        world.drop_socket(tab);
    }
    let samples = status(&world).samples;
    assert_eq!(samples.last().unwrap().members, 0);
    world.pass(HUB_SAMPLE_EVERY * 5);
    assert_eq!(status(&world).samples, samples, "an empty hub sleeps");
}
