//! Large rooms (R-LINK-7): few links each, a tree that repairs itself, and everything arrives.

use super::{settled_as_is, shown};
use corridor_core::limits::MAX_LINKS;
use corridor_core::model::Presence;
use corridor_core::node::{Command, Delivery, Lifecycle, Path};
use corridor_sim::dice::Dice;
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};

/// People who have joined and see each other; of each pair, one in `refused` in ten has no direct way.
fn room(seed: u64, people: usize, refused: u64) -> World {
    let mut world = World::new(Setup::calm(seed));
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    let mut dice = Dice::new(seed, 99);
    for a in 0..people {
        for b in a + 1..people {
            if dice.chance(100 * refused) {
                world.net.refuse_direct(a, b, true);
            }
        }
    }
    world.join_all(&hosts);
    assert!(run_until(&mut world, 10_000, all_present));
    world
}

/// As [`World::run_until`]; nobody ever holds more links than allowed.
fn run_until(world: &mut World, patience: u64, condition: impl Fn(&World) -> bool) -> bool {
    world.run_until(patience, |w| {
        if w.now.is_multiple_of(250) {
            let most = w.present().into_iter().map(|host| links(w, host)).max();
            assert!(most.unwrap_or(0) <= MAX_LINKS, "at {} ms", w.now);
        }
        condition(w)
    })
}

fn run_for(world: &mut World, span: u64) {
    run_until(world, span, |_| false);
}

/// Connections that a host holds, whatever their state.
fn links(world: &World, host: usize) -> usize {
    let links = world.node(host).map(|node| node.links());
    let held = links.iter().flatten().filter(|link| link.rtc.is_some());
    held.count()
}

/// Everybody shows everybody who is there, and nobody else, as there.
fn all_present(world: &World) -> bool {
    wrongly_shown(world).is_empty()
}

fn wrongly_shown(world: &World) -> Vec<String> {
    let present = world.present();
    let mut wrong = Vec::new();
    for host in &present {
        for person in world.node(*host).unwrap().people() {
            let other = world.hosts.iter().position(|h| h.writer == person.id);
            let here = other.is_some_and(|other| present.contains(&other));
            if here != (person.presence != Presence::Offline) {
                let link = other.and_then(|other| world.link(*host, other));
                wrong.push(format!(
                    "{host} shows {other:?} {:?}: {link:?}",
                    person.presence
                ));
            }
        }
        let shown = world.node(*host).unwrap().people().len();
        if shown < present.len() {
            wrong.push(format!("{host} shows only {shown} people"));
        }
    }
    wrong
}

/// Everyone who is there shows it once.
fn everywhere(end: &str) -> impl Fn(&World) -> bool {
    let end = end.to_owned();
    move |w| shown(w, &w.present(), &end).iter().all(|n| *n == 1)
}

/// Everyone there has confirmed to its author what the author said last.
fn confirmed(author: usize) -> impl Fn(&World) -> bool {
    move |w| {
        let others = w.present().into_iter().filter(|host| *host != author);
        let others: Vec<_> = others.map(|host| w.hosts[host].writer).collect();
        let messages = w.messages(author);
        let last = messages.iter().rfind(|m| m.mine).unwrap();
        let done =
            |(to, state): &&(_, Delivery)| others.contains(to) && *state >= Delivery::Delivered;
        last.delivery.iter().filter(done).count() == others.len()
    }
}

/// Operations that the hosts have taken, and copies on top of that.
fn copies(world: &World, hosts: &[usize]) -> (u64, u64) {
    let of = |host: &usize| world.node(*host).map_or((0, 0), |node| node.copies());
    let all = hosts.iter().map(of);
    all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// A conversation of many, until all of it is everywhere: how often each operation came to each node.
fn redundancy(world: &mut World, rounds: usize) -> f64 {
    let hosts = world.present();
    let before = copies(world, &hosts);
    for round in 0..rounds {
        let author = hosts[round * 7 % hosts.len()];
        let text = format!("{} round {round}", world.now);
        world.post(author, &text).unwrap();
        assert!(run_until(world, 3_000, everywhere(&text)));
    }
    let after = copies(world, &hosts);
    let (new, more) = (after.0 - before.0, after.1 - before.1);
    assert!(new >= (rounds * (hosts.len() - 1)) as u64);
    (new + more) as f64 / new as f64
}

#[test]
fn forty_people_hold_few_links_and_what_they_say_reaches_all_nearly_once() {
    let mut world = room(700, 40, 0);
    run_for(&mut world, 5_000);
    // The tree grows by what travels along it.
    redundancy(&mut world, 10);
    let steady = redundancy(&mut world, 30);
    println!("redundancy {steady:.3}");
    assert!(steady < 1.3, "{steady}");
    assert!(run_until(&mut world, 3_000, confirmed(29 * 7 % 40)));
    settled_as_is(&mut world, 30_000);
}

#[test]
fn a_death_in_the_tree_is_repaired_within_three_seconds() {
    let mut world = room(702, 40, 0);
    redundancy(&mut world, 12);
    for round in 0..4 {
        let branches = |host: &usize| world.node(*host).unwrap().branches().len();
        let busiest = world.present().into_iter().max_by_key(branches).unwrap();
        assert!(branches(&busiest) > 2);
        world.kill(busiest, true);
        let (died, text) = (world.now, format!("after death {round}"));
        let author = world.present()[round * 5];
        world.post(author, &text).unwrap();
        assert!(run_until(&mut world, 3_000, everywhere(&text)));
        println!("repaired after {} ms", world.now - died);
        // And nobody is shown who is dead (R-LINK-9).
        let seen = run_until(&mut world, 12_000, all_present);
        assert!(seen, "{:#?}", wrongly_shown(&world));
        println!("seen by all after {} ms", world.now - died);
    }
    assert!(redundancy(&mut world, 20) < 1.3);
}

#[test]
fn everything_arrives_although_somebody_comes_or_goes_every_two_seconds() {
    let mut world = room(701, 40, 0);
    redundancy(&mut world, 10);
    let mut dice = Dice::new(701, 98);
    let mut said = Vec::new();
    let (mut new, mut more) = (0, 0);
    for round in 0..10 {
        let host = usize::try_from(dice.range(0, 39)).unwrap();
        match (world.hosts[host].node.is_some(), round % 3) {
            (false, _) => world.join(host),
            (true, 0) => world.close(host),
            (true, 1) => world.kill(host, false),
            (true, _) => world.kill(host, true),
        }
        let present = world.present();
        let before = copies(&world, &present);
        for at in 0..4 {
            let author = dice.range(0, present.len() as u64 - 1);
            let text = format!("round {round} {at}");
            world
                .post(present[usize::try_from(author).unwrap()], &text)
                .unwrap();
            said.push(text);
            run_for(&mut world, 500);
        }
        let after = copies(&world, &present);
        (new, more) = (new + after.0 - before.0, more + after.1 - before.1);
    }
    println!(
        "redundancy in churn {:.3}",
        (new + more) as f64 / new as f64
    );
    let all_said = |w: &World| {
        w.present().iter().all(|host| {
            let texts = w.texts(*host);
            let times = |end: &String| texts.iter().filter(|t| t.ends_with(end)).count();
            said.iter().all(|end| times(end) == 1)
        })
    };
    assert!(run_until(&mut world, 5_000, all_said));
    // Also with those who were away.
    let everyone: Vec<usize> = (0..40).collect();
    world.join_all(&everyone);
    assert!(run_until(&mut world, 15_000, |w| all_present(w) && all_said(w)));
    settled_as_is(&mut world, 30_000);
}

#[test]
fn a_large_room_goes_on_without_a_hub_and_where_not_everyone_can_link() {
    let mut world = room(703, 24, 3);
    run_for(&mut world, 5_000);
    world.stop_hub(Stop::Power);
    run_for(&mut world, 30_000);
    assert!(all_present(&world));
    let far = (1..24).find(|other| links(&world, 0) > 0 && world.path(0, *other) == Path::Peer);
    let far = far.unwrap();
    let to = Some(world.hosts[far].writer);
    let text = "no hub, for your eyes".into();
    let post = Command::Post {
        text,
        reply_to: None,
        to,
        ttl_ms: None,
    };
    world.done_by(0, post).unwrap();
    let read = |w: &World| shown(w, &[0, far], "your eyes") == [1, 1];
    assert!(run_until(&mut world, 3_000, read));
    world.post(0, "no hub, for all").unwrap();
    assert!(run_until(&mut world, 3_000, everywhere("no hub, for all")));
    assert!(run_until(&mut world, 10_000, confirmed(0)));
    // What is not said is seen as well: typing, being away, going.
    world.ask(0, Command::Typing(true));
    let typing = |w: &World| {
        let people = w.node(far).unwrap().people();
        people.iter().any(|p| p.typing && p.id == w.hosts[0].writer)
    };
    assert!(run_until(&mut world, 1_000, typing));
    world.lifecycle(far, Lifecycle::Hidden);
    let away = |w: &World| w.presence(0, far) == Some(Presence::Away);
    assert!(run_until(&mut world, 3_000, away));
    world.lifecycle(far, Lifecycle::Visible);
    let back = |w: &World| w.presence(0, far) == Some(Presence::Online);
    assert!(run_until(&mut world, 3_000, back));
    world.close(far);
    assert!(run_until(&mut world, 2_000, all_present));
    world.kill(6, true);
    assert!(run_until(&mut world, 12_000, all_present));
    world.post(7, "two fewer").unwrap();
    assert!(run_until(&mut world, 3_000, everywhere("two fewer")));
}

/// One more than a full mesh holds, and back.
#[test]
fn a_room_grows_beyond_a_full_mesh_and_shrinks_back_into_one() {
    let mut world = room(704, MAX_LINKS + 1, 0);
    let mesh: Vec<usize> = (0..=MAX_LINKS).collect();
    assert!(run_until(&mut world, 10_000, |w| w.all_linked(&mesh)));
    let more: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    world.join_all(&more);
    let fewer = |w: &World| (0..MAX_LINKS + 4).all(|host| links(w, host) <= 8);
    assert!(run_until(&mut world, 40_000, fewer));
    world.post(2, "in a large room").unwrap();
    assert!(run_until(&mut world, 3_000, everywhere("in a large room")));
    assert!(run_until(&mut world, 3_000, confirmed(2)));
    for host in more {
        world.close(host);
    }
    assert!(run_until(&mut world, 20_000, |w| w.all_linked(&mesh)));
    world.post(3, "in a small room").unwrap();
    assert!(run_until(&mut world, 3_000, confirmed(3)));
    assert_eq!(redundancy(&mut world, 10), 1.0);
    settled_as_is(&mut world, 30_000);
}
