//! Storage that dies, fills up, or is refused.

use super::{clinic, settled, shown};
use corridor_core::node::{Command, CommandError, StorageState};
use corridor_sim::disk::Health;
use corridor_sim::tap::MARKER;
use corridor_sim::world::{NotDone, Setup, World};

#[test]
fn a_crash_anywhere_around_a_save_loses_nothing_confirmed_and_doubles_nothing() {
    let mut confirmed = 0;
    let mut survived_unconfirmed = 0;
    for after in 0..10 {
        let (mut world, hosts) = clinic(60 + u64::from(after), 3);
        world.crash_after(0, after, after % 2 == 0);
        world.ask(0, Command::say(format!("{MARKER} the last word"), None));
        world.run_for(200);
        let died = world.node(0).is_none();
        let was_confirmed = world.ledger.posts.len();
        settled(&mut world);
        let counts = shown(&world, &hosts, "the last word");
        assert!(
            counts.iter().all(|n| *n == counts[0] && *n <= 1),
            "after {after}: {counts:?}"
        );
        assert!(counts[0] >= was_confirmed);
        confirmed += was_confirmed;
        if died && was_confirmed == 0 {
            survived_unconfirmed += counts[0];
        }
    }
    assert!(confirmed > 0, "some runs confirm");
    assert!(
        survived_unconfirmed > 0,
        "some runs die between saving and saying so"
    );
}

#[test]
fn what_was_saved_but_never_sent_is_sent_by_the_next_run() {
    let (mut world, hosts) = clinic(71, 2);
    world.isolate(0);
    world.post(0, "said alone").unwrap();
    world.kill(0, true);
    world.heal();
    world.run_for(5_000);
    assert_eq!(shown(&world, &hosts, "said alone")[1], 0);
    world.join(0);
    assert!(world.run_until(20_000, |w| shown(w, &hosts, "said alone") == [1, 1]));
    settled(&mut world);
}

#[test]
fn a_full_storage_refuses_own_changes_and_still_shows_what_others_write() {
    let (mut world, hosts) = clinic(72, 2);
    world.post(0, "fits").unwrap();
    world.disks[0].health = Health::Full;
    let full = NotDone::Refused(CommandError::StorageFull);
    assert_eq!(world.post(0, "does not fit"), Err(full));
    assert_eq!(world.add_task(0, "does not fit"), Err(full));
    assert_eq!(world.node(0).unwrap().room().storage, StorageState::Full);
    world.post(1, "from outside").unwrap();
    assert!(world.run_until(5_000, |w| shown(w, &hosts, "from outside") == [1, 1]));
    assert_eq!(shown(&world, &hosts, "does not fit"), [0, 0]);
    assert!(world.tasks(1).is_empty());
    world.disks[0].health = Health::Fine;
    world.post(0, "fits again").unwrap();
    settled(&mut world);
    world.kill(0, true);
    settled(&mut world);
    assert_eq!(shown(&world, &hosts, "fits again"), [1, 1]);
}

#[test]
fn blocked_storage_works_from_memory_and_says_so() {
    let mut world = World::new(Setup::calm(73));
    let hosts = [world.add_person(), world.add_person()];
    world.disks[0].health = Health::Blocked;
    world.join_all(&hosts);
    world.post(0, "in memory").unwrap();
    assert_eq!(world.node(0).unwrap().room().storage, StorageState::Blocked);
    assert!(world.run_until(10_000, |w| shown(w, &hosts, "in memory") == [1, 1]));
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
}

#[test]
fn a_damaged_record_is_skipped_and_the_rest_survives() {
    let (mut world, hosts) = clinic(74, 2);
    world.post(0, "first").unwrap();
    world.post(1, "second").unwrap();
    assert!(world.run_until(5_000, |w| shown(w, &hosts, "second") == [1, 1]));
    world.kill(1, false);
    let (mut damaged, mut planted) = (world.disks[1].read(), 0);
    for (key, bytes) in &mut damaged {
        if matches!(key, corridor_core::store::Key::Op(_, writer, _) if *writer == world.hosts[0].writer)
        {
            bytes.reverse();
            world.disks[1].plant(*key, bytes.clone());
            planted += 1;
        }
    }
    assert!(planted > 0);
    world.join(1);
    assert!(world.run_until(20_000, |w| shown(w, &hosts, "first") == [1, 1]));
    assert_eq!(shown(&world, &hosts, "second"), [1, 1]);
}

#[test]
fn ones_own_damaged_records_come_back_from_the_others() {
    let (mut world, hosts) = clinic(75, 3);
    for number in 0..5 {
        world.post(0, &format!("own {number}.")).unwrap();
    }
    assert!(world.run_until(5_000, |w| w.messages(2).len() == 5));
    world.kill(0, false);
    let me = world.hosts[0].writer;
    for (key, mut bytes) in world.disks[0].read() {
        if matches!(key, corridor_core::store::Key::Op(_, writer, seq) if writer == me && seq > 4) {
            bytes.truncate(10);
            world.disks[0].plant(key, bytes);
        }
    }
    world.join(0);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts) && w.messages(0).len() == 5));
    world.post(0, "and on").unwrap();
    assert!(world.run_until(5_000, |w| shown(w, &hosts, "and on") == [1, 1, 1]));
}
