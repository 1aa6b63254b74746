//! People link without any hub: an invite and a reply that they carry themselves (R-LINK-6).

use super::{clinic, settled, settled_as_is, shown};
use corridor_core::limits;
use corridor_core::node::{Command, CommandError, Done, Fault, HubState, InviteError, Path};
use corridor_sim::hub::Stop;
use corridor_sim::net::End;
use corridor_sim::world::{NotDone, Setup, World};

fn invite(world: &mut World, host: usize) -> String {
    match world.done_by(host, Command::Invite) {
        Ok(Done::Invite(text)) => text.expose().to_owned(),
        other => panic!("no invite: {other:?}"),
    }
}

fn take(world: &mut World, host: usize, text: &str) -> Result<Done, NotDone> {
    world.done_by(host, Command::TakeSlip(text.into()))
}

fn reply(world: &mut World, host: usize, invite: &str) -> String {
    match take(world, host, invite) {
        Ok(Done::Reply(_, text)) => text.expose().to_owned(),
        other => panic!("no reply: {other:?}"),
    }
}

fn refused(world: &mut World, host: usize, text: &str) -> InviteError {
    match take(world, host, text) {
        Err(NotDone::Refused(CommandError::Invite(why))) => why,
        other => panic!("not refused: {other:?}"),
    }
}

fn link(world: &mut World, from: usize, to: usize) {
    let invite = invite(world, from);
    let reply = reply(world, to, &invite);
    for text in [&invite, &reply] {
        assert!(
            text.len() <= limits::MAX_SLIP_TEXT,
            "{} characters",
            text.len()
        );
    }
    let peer = world.hosts[to].writer;
    assert_eq!(take(world, from, &reply), Ok(Done::Linked(peer)));
    assert!(world.run_until(5_000, |w| w.linked(from, to)));
}

/// `people` who have opened their tabs where no hub can be reached. [`World::heal`] brings it back.
fn without_hub(seed: u64, people: usize) -> (World, Vec<usize>) {
    let mut world = World::new(Setup::calm(seed));
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    for host in &hosts {
        world.cut(End::Host(*host), End::Hub);
    }
    world.join_all(&hosts);
    world.run_for(2_000);
    (world, hosts)
}

/// Whom `host` has a connection with that is not closed at both ends.
fn connections(world: &World, host: usize) -> usize {
    world.rtc.live(host).len()
}

#[test]
fn two_people_link_without_any_hub_and_a_third_is_introduced() {
    // With either of them as the one who would offer by rule (N-ASIDE).
    let mut greater = 0;
    for seed in 500..508 {
        let (mut world, hosts) = without_hub(seed, 3);
        greater += u32::from(world.hosts[0].writer > world.hosts[1].writer);
        link(&mut world, 0, 1);
        world.post(0, "good morning").unwrap();
        world.add_task(1, "order gloves").unwrap();
        let shared =
            |w: &World| shown(w, &[0, 1], "good morning") == [1, 1] && w.tasks(0).len() == 1;
        assert!(world.run_until(5_000, shared), "seed {seed}");
        link(&mut world, 2, 1);
        assert!(
            world.run_until(15_000, |w| w.all_linked(&hosts)),
            "seed {seed}"
        );
        settled_as_is(&mut world, 20_000);
        for host in &hosts {
            assert_eq!(connections(&world, *host), 2, "seed {seed}");
            assert_eq!(world.node(*host).unwrap().room().rejected, 0);
        }
    }
    assert!((1..8).contains(&greater), "both orders were tried");
}

#[test]
fn one_invite_joins_two_groups() {
    let (mut world, _) = clinic(510, 2);
    world.stop_hub(Stop::Process);
    let hosts: Vec<usize> = (0..4)
        .map(|at| if at < 2 { at } else { world.add_person() })
        .collect();
    world.join_all(&hosts[2..]);
    link(&mut world, 2, 3);
    world.post(0, "from one side").unwrap();
    world.post(3, "from the other").unwrap();
    link(&mut world, 1, 2);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    settled_as_is(&mut world, 20_000);
    assert_eq!(shown(&world, &hosts, "from one side"), [1; 4]);
    assert_eq!(shown(&world, &hosts, "from the other"), [1; 4]);
}

#[test]
fn a_link_by_invite_is_repaired_like_any_other() {
    for seed in 520..526 {
        let (mut world, hosts) = without_hub(seed, 2);
        link(&mut world, 0, 1);
        world.heal();
        assert!(world.run_until(30_000, |w| w.link(0, 1).unwrap().on_hub));
        assert!(world.run_until(5_000, |w| w.linked(0, 1)));
        let before = world.rtc.live(hosts[0]);
        world.readdress(1);
        let restarted = |w: &World| w.link(0, 1).is_some_and(|link| link.restarts > 0);
        assert!(world.run_until(20_000, restarted), "seed {seed}");
        assert!(world.run_until(10_000, |w| w.linked(0, 1)), "seed {seed}");
        assert_eq!(
            world.rtc.live(hosts[0]),
            before,
            "the same connection, seed {seed}"
        );
        settled_as_is(&mut world, 20_000);
        assert_eq!(connections(&world, hosts[0]), 1);
    }
}

#[test]
fn a_stun_server_that_does_not_answer_does_not_hold_an_invite_up() {
    let mut world = World::new(Setup {
        stun: true,
        ..Setup::calm(530)
    });
    let hosts = [world.add_person(), world.add_person()];
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    for host in hosts {
        world.cut(End::Host(host), End::Hub);
    }
    world.kill(1, false);
    world.run_for(20_000);
    let before = world.now;
    let text = invite(&mut world, 0);
    assert!(u128::from(world.now - before) <= limits::GATHER_PATIENCE.as_millis() + 100);
    world.start(1);
    let reply = reply(&mut world, 1, &text);
    assert!(matches!(take(&mut world, 0, &reply), Ok(Done::Linked(_))));
    settled_as_is(&mut world, 20_000);
}

#[test]
fn whoever_waits_long_links_all_the_same() {
    let (mut world, _) = without_hub(540, 2);
    let text = invite(&mut world, 0);
    world.run_for(10 * 60_000);
    let reply = reply(&mut world, 1, &format!("Please take this:\n{text}\nAnn"));
    world.run_for(10 * 60_000);
    assert!(matches!(take(&mut world, 0, &reply), Ok(Done::Linked(_))));
    settled_as_is(&mut world, 20_000);
}

/// What must be as before when a slip was refused.
fn state(world: &World, host: usize) -> String {
    let node = world.node(host).unwrap();
    let links: Vec<_> = node
        .links()
        .into_iter()
        .map(|l| (l.peer, l.session, l.attempts, l.path))
        .collect();
    format!(
        "{links:?} {} {:?}",
        connections(world, host),
        node.people().len()
    )
}

#[test]
fn what_is_no_invite_for_here_is_refused_and_changes_nothing() {
    let (mut world, _) = without_hub(550, 3);
    let stranger = world.add_stranger();
    world.join(stranger);
    world.run_for(1_000);
    let foreign = invite(&mut world, stranger);
    let good = invite(&mut world, 0);
    let before = [state(&world, 0), state(&world, 1)];
    for (text, why) in [
        ("", InviteError::NotOne),
        ("see you at 8", InviteError::NotOne),
        ("I1", InviteError::Damaged),
        (foreign.as_str(), InviteError::OtherRoom),
        (&good[..good.len() - 1], InviteError::Damaged),
        (&good[..100], InviteError::Damaged),
        (&good.replacen("I1", "R1", 1), InviteError::Damaged),
    ] {
        assert_eq!(refused(&mut world, 1, text), why, "{text}");
    }
    assert_eq!(refused(&mut world, 0, &good), InviteError::Own);
    assert_eq!([state(&world, 0), state(&world, 1)], before);

    // A reply to another invite, and one that comes twice.
    let other = invite(&mut world, 2);
    let for_other = reply(&mut world, 1, &other);
    let before = state(&world, 0);
    assert_eq!(refused(&mut world, 0, &for_other), InviteError::OtherInvite);
    assert_eq!(state(&world, 0), before);
    let answer = reply(&mut world, 1, &good);
    assert_eq!(
        reply(&mut world, 1, &good),
        answer,
        "it may be looked at again"
    );
    assert!(take(&mut world, 0, &answer).is_ok());
    assert!(world.run_until(5_000, |w| w.linked(0, 1)));
    let before = [state(&world, 0), state(&world, 1)];
    assert_eq!(refused(&mut world, 0, &answer), InviteError::Used);
    assert_eq!(refused(&mut world, 1, &good), InviteError::Used);
    let again = invite(&mut world, 0);
    assert_eq!(refused(&mut world, 1, &again), InviteError::Linked);
    assert_eq!([state(&world, 0), state(&world, 1)], before);
}

#[test]
fn what_is_out_of_date_is_refused_and_changes_nothing() {
    let too_long = u64::try_from(limits::INVITE_TTL.as_millis()).unwrap() + 1_000;
    let (mut world, _) = without_hub(560, 3);
    let old = invite(&mut world, 0);
    let late = reply(&mut world, 2, &old);
    world.run_for(too_long);
    let before = [state(&world, 0), state(&world, 1)];
    assert_eq!(refused(&mut world, 1, &old), InviteError::Stale);
    assert_eq!(refused(&mut world, 0, &late), InviteError::Stale);
    assert_eq!([state(&world, 0), state(&world, 1)], before);

    // Its tab was reloaded since, which the one who takes it may know, and the one who made it knows.
    let text = invite(&mut world, 0);
    let answer = reply(&mut world, 1, &text);
    world.reload(0);
    world.run_for(1_000);
    assert_eq!(refused(&mut world, 0, &answer), InviteError::OtherInvite);
    link(&mut world, 0, 1);
    link(&mut world, 2, 0);
    assert_eq!(refused(&mut world, 2, &text), InviteError::Gone);
    settled_as_is(&mut world, 20_000);
}

#[test]
fn every_changed_letter_of_an_invite_is_noticed() {
    let (mut world, _) = without_hub(570, 2);
    let good = invite(&mut world, 0);
    let before = state(&world, 1);
    for at in 2..good.len() {
        let mut bent = good.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).unwrap();
        assert_eq!(
            refused(&mut world, 1, &bent),
            InviteError::Damaged,
            "letter {at}"
        );
        assert_eq!(
            refused(&mut world, 1, &good[..at]),
            InviteError::Damaged,
            "cut at {at}"
        );
    }
    assert_eq!(state(&world, 1), before);
}

#[test]
fn a_hub_that_comes_back_meanwhile_leaves_one_link() {
    // At every stage of the exchange, and with the reply taken as the hub returns.
    for seed in 580..604 {
        let (mut world, hosts) = without_hub(seed, 2);
        let text = invite(&mut world, 0);
        let stage = seed % 4;
        if stage == 0 {
            world.heal();
            assert!(world.run_until(30_000, |w| w.linked(0, 1)));
            assert_eq!(refused(&mut world, 1, &text), InviteError::Linked);
        } else {
            let answer = reply(&mut world, 1, &text);
            world.heal();
            if stage == 1 {
                assert!(world.run_until(30_000, |w| w.linked(0, 1)));
            } else {
                // Somewhere within the return of the hub.
                let moment = (seed - 580) * 60;
                world.run_until(30_000, |w| {
                    w.node(0).unwrap().room().hub == HubState::Joined
                });
                world.run_for(moment);
            }
            assert!(
                matches!(take(&mut world, 0, &answer), Ok(Done::Linked(_))),
                "seed {seed}"
            );
        }
        assert!(world.run_until(12_000, |w| w.linked(0, 1)), "seed {seed}");
        world.run_for(30_000);
        assert!(world.linked(0, 1), "seed {seed}");
        for host in &hosts {
            assert_eq!(connections(&world, *host), 1, "seed {seed}");
        }
        settled_as_is(&mut world, 10_000);
    }
}

#[test]
fn an_invite_that_leads_nowhere_says_so_and_a_later_one_works() {
    let (mut world, _) = without_hub(610, 2);
    world.net.refuse_direct(0, 1, true);
    let text = invite(&mut world, 0);
    let answer = reply(&mut world, 1, &text);
    assert_eq!(refused(&mut world, 0, &answer), InviteError::NoWay);
    assert_eq!(world.path(0, 1), Path::None);
    world.net.refuse_direct(0, 1, false);
    link(&mut world, 1, 0);
    settled(&mut world);
}

#[test]
fn without_webrtc_there_is_no_invite() {
    let (mut world, _) = without_hub(620, 2);
    world.ask(0, Command::Fault(Fault::RelayOnly(true)));
    let none = world.done_by(0, Command::Invite);
    assert_eq!(none, Err(NotDone::Refused(InviteError::NoAddress.into())));
}
