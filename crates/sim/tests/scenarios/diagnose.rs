//! "Why can't A see B?" (R-DBG-4), and the faults of the debug panel, in the virtual clinic.

use super::{clinic, settled, settled_as_is, shown};
use corridor_core::diagnose::{Cause, Side};
use corridor_core::node::{Answer, Command, Done, Fault, Path};
use corridor_sim::disk::Health;
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};

/// Asks `host` why it does not see `other`.
fn why(world: &mut World, host: usize, other: usize) -> Answer {
    let peer = world.hosts[other].writer;
    match world.done_by(host, Command::Diagnose(peer)) {
        Ok(Done::Diagnosed(answer)) => *answer,
        other => panic!("no diagnosis: {other:?}"),
    }
}

fn cause(world: &mut World, host: usize, other: usize) -> (Cause, Side) {
    let found = why(world, host, other).diagnosis;
    (found.cause, found.side)
}

#[test]
fn linked_people_hear_that_nothing_is_wrong_and_both_ends_told_their_facts() {
    let (mut world, _) = clinic(301, 2);
    world.run_for(5_000);
    let answer = why(&mut world, 0, 1);
    assert_eq!(answer.diagnosis.cause, Cause::Fine);
    assert!(answer.here.gathered.all() > 0 && answer.here.on_hub);
    assert!(answer.there.unwrap().gathered.all() > 0);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn names_that_do_not_resolve_are_told_from_a_blocked_way() {
    for (seed, stun, lan, expected) in [
        (302, false, false, Cause::Mdns),
        (303, true, false, Cause::UdpBlocked),
        (310, false, true, Cause::UdpBlocked),
    ] {
        let mut world = World::new(Setup {
            stun,
            lan,
            ..Setup::calm(seed)
        });
        let hosts = [world.add_person(), world.add_person()];
        world.net.block_mdns(0, 1, true);
        world.net.refuse_direct(0, 1, true);
        world.join_all(&hosts);
        world.run_for(30_000);
        assert_eq!(world.path(0, 1), Path::Hub);
        for (host, other) in [(0, 1), (1, 0)] {
            let answer = why(&mut world, host, other);
            assert_eq!(answer.diagnosis.cause, expected, "{answer:?}");
            assert!(answer.there.is_some(), "asked through the hub");
        }
    }
}

#[test]
fn a_hub_that_is_gone_is_told_from_a_colleague_who_is_gone() {
    let (mut world, _) = clinic(304, 3);
    world.close(2);
    world.run_for(1_000);
    assert_eq!(cause(&mut world, 0, 2), (Cause::Closed, Side::There));
    world.join(2);
    assert!(world.run_until(20_000, |w| w.linked(0, 2)));
    world.kill(2, true);
    world.run_for(30_000);
    assert_eq!(cause(&mut world, 0, 2), (Cause::Absent, Side::There));
    world.stop_hub(Stop::Process);
    world.run_for(30_000);
    assert_eq!(cause(&mut world, 0, 2), (Cause::NoWay, Side::Between));
    world.kill(1, true);
    world.run_for(30_000);
    assert_eq!(cause(&mut world, 0, 2), (Cause::HubUnreachable, Side::Here));
    settled(&mut world);
}

#[test]
fn a_wrong_key_a_full_disk_and_a_wrong_clock_have_names() {
    let (mut world, _) = clinic(305, 2);
    let stranger = world.add_stranger();
    world.join(stranger);
    world.run_for(5_000);
    assert_eq!(
        cause(&mut world, stranger, 0),
        (Cause::WrongKey, Side::Here)
    );
    world.kill(stranger, false);
    world.hosts[stranger].left = true;

    world.disks[1].health = Health::Full;
    let refused = world.post(1, "does not fit");
    assert!(refused.is_err());
    assert_eq!(cause(&mut world, 0, 1), (Cause::StorageFull, Side::There));
    assert_eq!(cause(&mut world, 1, 0), (Cause::StorageFull, Side::Here));
    world.disks[1].health = Health::Fine;
    world.post(1, "fits again").unwrap();

    world.hosts[1].skew = 3_600_000;
    world.run_for(30_000);
    assert_eq!(cause(&mut world, 0, 1), (Cause::Clock, Side::There));
    settled(&mut world);
}

#[test]
fn what_was_broken_on_purpose_is_named_at_either_end() {
    let (mut world, _) = clinic(306, 2);
    let other = world.hosts[1].writer;
    for fault in [
        Fault::RelayOnly(true),
        Fault::Avoid(other, true),
        Fault::Loss(other, 10),
    ] {
        world.done_by(0, Command::Fault(fault)).unwrap();
        assert_eq!(
            cause(&mut world, 0, 1),
            (Cause::OnPurpose, Side::Here),
            "{fault:?}"
        );
        assert_eq!(
            cause(&mut world, 1, 0),
            (Cause::OnPurpose, Side::There),
            "{fault:?}"
        );
    }
    for fault in [
        Fault::RelayOnly(false),
        Fault::Avoid(other, false),
        Fault::Loss(other, 0),
    ] {
        world.done_by(0, Command::Fault(fault)).unwrap();
    }
    assert!(world.run_until(30_000, |w| w.linked(0, 1)));
    assert_eq!(cause(&mut world, 0, 1).0, Cause::Fine);
}

/// A delayed link stays ordered and shows its delay; a lossy one loses nothing for good.
#[test]
fn delay_and_loss_on_one_link_change_times_and_lose_nothing() {
    let (mut world, hosts) = clinic(307, 2);
    let other = world.hosts[1].writer;
    world
        .done_by(0, Command::Fault(Fault::Delay(other, 300)))
        .unwrap();
    for number in 0..20 {
        world.post(0, &format!("delayed {number}.")).unwrap();
    }
    world.run_for(20_000);
    assert_eq!(world.path(0, 1), Path::Direct);
    let rtt = world.link(0, 1).unwrap().rtt_ms.unwrap();
    assert!((250..600).contains(&rtt), "{rtt}");
    assert_eq!(shown(&world, &hosts, "delayed 19."), [1, 1]);

    world
        .done_by(0, Command::Fault(Fault::Delay(other, 0)))
        .unwrap();
    world
        .done_by(0, Command::Fault(Fault::Loss(other, 40)))
        .unwrap();
    for number in 0..50 {
        world.post(number % 2, &format!("lossy {number}.")).unwrap();
        world.run_for(300);
    }
    // Of the path in use, which changes to and fro meanwhile.
    let measured = |w: &World| w.node(1).unwrap().inspect().links[0].loss_permille > 0;
    let lost = world.run_until(30_000, measured);
    assert!(lost, "the other end loses pings too");
    world
        .done_by(0, Command::Fault(Fault::Loss(other, 0)))
        .unwrap();
    settled_as_is(&mut world, 60_000);
    assert_eq!(world.messages(1).len(), 70);
}

/// The past of a link tells why each change happened, and is bounded.
#[test]
fn the_timeline_of_a_link_tells_its_reasons_in_order() {
    let (mut world, _) = clinic(308, 2);
    let other = world.hosts[1].writer;
    for _ in 0..40 {
        world
            .done_by(0, Command::Fault(Fault::DropLink(other)))
            .unwrap();
        world.run_until(20_000, |w| w.linked(0, 1));
    }
    let inspected = world.node(0).unwrap().inspect();
    let history = &inspected.links[0].history;
    assert_eq!(history.len(), corridor_core::limits::LINK_HISTORY);
    assert!(history.is_sorted_by_key(|change| change.at));
    for reason in ["closed", "connected", "channel open", "direct"] {
        assert!(
            history.iter().any(|change| change.reason == reason),
            "{reason}: {history:?}"
        );
    }
    settled_as_is(&mut world, 20_000);
}

/// Stores that differ say in what.
#[test]
fn differing_stores_name_the_records_that_differ() {
    let (mut world, _) = clinic(309, 2);
    world.run_for(5_000);
    let same = world.node(0).unwrap().inspect();
    assert_eq!(same.links[0].digest, Some(same.digest));
    assert!(same.links[0].differences.is_empty());

    world.isolate(0);
    let task = world.add_task(0, "only here").unwrap();
    let apart = world.node(0).unwrap().inspect();
    let link = &apart.links[0];
    assert_ne!(link.digest, Some(apart.digest));
    assert_eq!((link.lacks, link.ahead), (1, 0));
    assert_eq!(link.differences[0].record, Some(format!("task {task}")));
    settled(&mut world);
}
