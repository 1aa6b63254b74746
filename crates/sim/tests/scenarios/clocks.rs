//! Clocks that are wrong, or set while people work (DESIGN §4).

use super::{clinic, settled_as_is, shown};
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};

const HOUR: i64 = 3_600_000;

fn ahead(world: &World, host: usize) -> i64 {
    let ahead = world.node(host).unwrap().room().clock_ahead_ms;
    ahead.unwrap_or(0)
}

/// Everybody says something in turn; everybody must show it in that order.
fn a_round_of_talk(world: &mut World, hosts: &[usize], round: usize) {
    for host in hosts {
        let text = format!("round {round} host {host}.");
        world.post(*host, &text).unwrap();
        let everywhere = vec![1; hosts.len()];
        assert!(world.run_until(5_000, |w| shown(w, hosts, &text) == everywhere));
    }
    for host in hosts {
        let texts = world.texts(*host);
        let newest: Vec<&String> = texts.iter().rev().take(hosts.len()).rev().collect();
        for (text, author) in newest.iter().zip(hosts) {
            let end = format!("round {round} host {author}.");
            assert!(text.ends_with(&end), "host {host} shows {newest:?}");
        }
    }
}

#[test]
fn a_device_an_hour_ahead_and_one_behind_talk_in_order_and_are_told() {
    let mut world = World::new(Setup::calm(400));
    let hosts: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    world.hosts[1].skew = HOUR;
    world.hosts[2].skew = -HOUR;
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    assert_eq!(ahead(&world, 0), 0);
    for (host, expected) in [(1, HOUR), (2, -HOUR)] {
        let off = ahead(&world, host) - expected;
        assert!(off.abs() < 2_000, "host {host} is told {off} ms too much");
    }
    for round in 0..3 {
        a_round_of_talk(&mut world, &hosts, round);
    }
    for host in &hosts {
        let room = world.node(*host).unwrap().room();
        assert_eq!((room.rejected, room.quarantined), (0, 0));
    }
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_clock_that_is_set_wrong_while_the_hub_is_dead_is_measured_against_the_others() {
    let (mut world, hosts) = clinic(401, 3);
    world.stop_hub(Stop::Process);
    a_round_of_talk(&mut world, &hosts, 0);
    world.hosts[2].skew = HOUR;
    assert!(world.run_until(10_000, |w| (ahead(w, 2) - HOUR).abs() < 2_000));
    assert_eq!((ahead(&world, 0), ahead(&world, 1)), (0, 0));
    a_round_of_talk(&mut world, &hosts, 1);
    world.hosts[2].skew = 0;
    assert!(world.run_until(10_000, |w| ahead(w, 2) == 0));
    a_round_of_talk(&mut world, &hosts, 2);
}

#[test]
fn a_clock_that_jumps_back_never_reorders_or_reissues_a_stamp() {
    let (mut world, hosts) = clinic(402, 2);
    for round in 0..6 {
        world.post(0, &format!("before {round}.")).unwrap();
        world.hosts[0].skew -= HOUR;
        world.post(0, &format!("after {round}.")).unwrap();
        world.reload(0);
        world.join(0);
    }
    assert!(world.run_until(20_000, |w| w.messages(1).len() == 12));
    let messages = world.messages(1);
    assert!(messages.is_sorted_by(|a, b| a.stamp < b.stamp && a.id.seq < b.id.seq));
    let texts: Vec<String> = world.texts(1);
    for (at, pair) in texts.chunks(2).enumerate() {
        assert!(pair[0].ends_with(&format!("before {at}.")), "{texts:?}");
        assert!(pair[1].ends_with(&format!("after {at}.")), "{texts:?}");
    }
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
}

#[test]
fn what_was_written_before_the_clock_was_measured_gets_the_right_time() {
    let mut world = World::new(Setup::calm(403));
    let hosts: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    // A tab that starts without anybody to ask cannot know better, and keeps what is written over a reload.
    world.isolate(2);
    world.reload(2);
    world.hosts[2].skew = HOUR;
    world.join(2);
    world.post(2, "written alone").unwrap();
    world.reload(2);
    world.join(2);
    assert_eq!(shown(&world, &[2], "written alone"), [1]);
    world.run_for(60_000);
    world.post(0, "written after").unwrap();
    world.heal();
    let all = |w: &World| shown(w, &[0, 1, 2], "written alone") == [1, 1, 1];
    assert!(world.run_until(90_000, all));
    settled_as_is(&mut world, 60_000);
    for host in hosts {
        let texts = world.texts(host);
        assert!(texts[0].ends_with("written alone") && texts[1].ends_with("written after"));
        assert_eq!(world.node(host).unwrap().room().quarantined, 0);
    }
}
