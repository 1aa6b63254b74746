//! Data channels that are slow, full, or take only short messages (issue: nothing that matters waits behind bulk).

use super::{clinic, settled_as_is};
use corridor_core::limits;
use corridor_core::model::TaskChange;
use corridor_core::node::{Command, Path};
use corridor_sim::hub::Stop;
use corridor_sim::world::{Setup, World};

/// Bytes per second of a bad line: 1 Mbit/s.
const SLOW: u64 = 125_000;
const RECORDS: u64 = 50_000;
/// How long a message may take over that line while it carries bulk, in milliseconds: what waits in the channel
/// ([`limits::CHANNEL_HIGH`] and a batch) takes half a second.
const PROMPT: u64 = 800;

/// Adds `count` tasks at a host's tab.
fn import(world: &mut World, host: usize, count: u64) {
    for from in (0..count).step_by(1_000) {
        let task = |at: u64| {
            let title = format!("{} record {at}", corridor_sim::tap::MARKER);
            vec![TaskChange::Title(title.into())]
        };
        let tasks = (from..count.min(from + 1_000)).map(task).collect();
        world.done_by(host, Command::ImportTasks(tasks)).unwrap();
    }
}

/// How many operations of `writer` a host holds.
fn held(world: &World, host: usize, writer: usize) -> u64 {
    let writer = world.hosts[writer].writer;
    world.node(host).unwrap().version_vector().get(writer)
}

/// Says something at `from` and answers how long it took until `to` held it.
fn say(world: &mut World, from: usize, to: usize) -> u64 {
    let begun = world.now;
    let id = world.post(from, "now").unwrap();
    let there = world.run_until(60_000, |w| held(w, to, from) >= id.seq);
    assert!(there, "it never came");
    world.now - begun
}

/// Three people, of whom the last wrote many records, gave them to the first and left; the second gets them from the
/// first, over a slow line, with no hub.
fn bulk(seed: u64) -> (World, u64) {
    let (mut world, _) = clinic(seed, 3);
    world.stop_hub(Stop::Process);
    world.net.slow_down(0, 1, SLOW);
    world.net.slow_down(2, 1, SLOW);
    import(&mut world, 2, RECORDS);
    let all = held(&world, 2, 2);
    assert!(all > RECORDS);
    assert!(world.run_until(20_000, |w| held(w, 0, 2) == all));
    world.close(2);
    (world, all)
}

#[test]
fn messages_and_signs_of_life_do_not_wait_behind_fifty_thousand_records() {
    let (mut world, all) = bulk(700);
    world.rtc.count.most_buffered = 0;
    let (mut worst, mut said) = ([0, 0], 0);
    while held(&world, 1, 2) < all {
        worst[0] = worst[0].max(say(&mut world, 0, 1));
        worst[1] = worst[1].max(say(&mut world, 1, 0));
        said += 1;
        assert!(world.linked(0, 1), "the line is alive all the while");
        world.run_for(500);
    }
    println!("{said} messages each way beside {all} operations: {worst:?} ms at worst");
    assert!(
        said >= 20,
        "{said} messages while records were on their way"
    );
    assert!(worst.iter().all(|worst| *worst < PROMPT), "{worst:?} ms");
    let link = world.link(0, 1).unwrap();
    assert_eq!((link.restarts, link.retransmits), (0, 0));
    let buffered = world.rtc.count.most_buffered;
    let bound = limits::CHANNEL_HIGH + limits::BATCH_BYTES + 8 * 1024;
    assert!(buffered < bound, "{buffered} bytes waited in a channel");
    assert_eq!(world.violations, Vec::<String>::new());
}

/// The low-water event is all that bulk waits for: nobody looks again and again.
#[test]
fn bulk_goes_on_when_the_channel_has_drained_and_uses_the_whole_line() {
    let (mut world, all) = bulk(701);
    let (begun, bytes) = (world.now, world.rtc.count.bytes);
    assert!(world.run_until(600_000, |w| held(w, 1, 2) == all));
    let (took, bytes) = (world.now - begun, world.rtc.count.bytes - bytes);
    let most = SLOW * took / 1_000;
    println!("{bytes} bytes in {took} ms, of {most}");
    assert!(bytes * 10 >= most * 9, "{bytes} of {most} bytes");
}

#[test]
fn a_browser_that_takes_short_messages_gets_long_frames_in_parts() {
    for (seed, most) in [(710, limits::MIN_MESSAGE_BYTES), (711, 16 * 1024)] {
        let mut world = World::new(Setup::calm(seed));
        let hosts = [world.add_person(), world.add_person()];
        world.rtc.message_limits.insert(1, most);
        world.join_all(&hosts);
        assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
        world.stop_hub(Stop::Process);
        import(&mut world, 0, 2_000);
        import(&mut world, 1, 2_000);
        for host in hosts {
            let long = format!("{host} ").repeat(3_000);
            world.post(host, &long).unwrap();
        }
        assert!(world.run_until(20_000, |w| {
            held(w, 1, 0) == held(w, 0, 0) && held(w, 0, 1) == held(w, 1, 1)
        }));
        assert!(world.all_linked(&hosts));
        assert!(world.rtc.count.longest_to.get(&1) <= Some(&most));
        assert!(world.rtc.count.longest_to.get(&0) > Some(&(16 * 1024)));
        for host in hosts {
            assert_eq!(world.node(host).unwrap().room().rejected, 0);
        }
        world.start_hub();
        settled_as_is(&mut world, 120_000);
    }
}

#[test]
fn a_browser_that_takes_hardly_any_message_is_reached_through_the_hub() {
    let mut world = World::new(Setup::calm(712));
    let hosts = [world.add_person(), world.add_person()];
    world.rtc.message_limits.insert(1, 100);
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.path(0, 1) == Path::Hub));
    say(&mut world, 0, 1);
    say(&mut world, 1, 0);
    world.run_for(30_000);
    assert_eq!(world.path(0, 1), Path::Hub);
    assert!(world.node(0).unwrap().room().rejected > 0, "and it is told");
}
