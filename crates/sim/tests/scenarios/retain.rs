//! What is dropped after days, and what never comes back (O-DROP, O-RETAIN, O-SWEEP).

use super::{clinic, shown};
use corridor_core::id::TaskId;
use corridor_core::model::{Priority, TaskChange};
use corridor_core::node::Command;
use corridor_sim::world::World;

const DAY: u64 = 24 * 3600 * 1000;

fn edit(world: &mut World, host: usize, task: TaskId, change: TaskChange) {
    world
        .done_by(host, Command::EditTask(task, vec![change]))
        .unwrap();
}

fn open_again(world: &mut World, hosts: &[usize]) {
    for host in hosts {
        world.join(*host);
    }
    let all = hosts.to_vec();
    assert!(world.run_until(60_000, |w| w.all_linked(&all)));
}

fn records(world: &World, host: usize) -> usize {
    world.disks[host].read().len()
}

/// Whether the same tasks are on both screens, in all fields.
fn agree(world: &World, a: usize, b: usize) -> bool {
    world.tasks(a) == world.tasks(b)
}

#[test]
fn what_was_replaced_goes_after_two_days_and_the_deleted_stay_deleted_after_sixty() {
    let (mut world, hosts) = clinic(80, 3);
    let tasks: Vec<TaskId> = (0..40)
        .map(|number| world.add_task(number % 2, "prepare chair 3").unwrap())
        .collect();
    world.post(0, "the morning's only word").unwrap();
    assert!(world.run_until(20_000, |w| agree(w, 0, 2) && agree(w, 1, 2)));
    world.close(2);
    for round in 0..4_u8 {
        for task in &tasks {
            let by = usize::from(round) % 2;
            edit(&mut world, by, *task, TaskChange::Position(vec![round, 7]));
        }
    }
    for task in &tasks[..35] {
        world.done_by(0, Command::DeleteTask(*task)).unwrap();
    }
    assert!(world.run_until(20_000, |w| agree(w, 0, 1)));
    let before = world.tasks(0);
    assert_eq!(before.len(), 5);

    world.close(0);
    world.close(1);
    let full = records(&world, 0);
    world.run_for(4 * DAY);
    open_again(&mut world, &hosts[..2]);
    assert!(world.run_until(120_000, |w| records(w, 0) * 4 < full
        && records(w, 1) * 4 < full));
    assert_eq!(world.tasks(0), before);
    assert_eq!(world.tasks(1), before);
    assert_eq!(shown(&world, &hosts[..2], "only word"), [1, 1]);

    // What is left loads again, and goes on.
    world.reload(0);
    assert!(world.run_until(60_000, |w| w.all_linked(&[0, 1])));
    assert_eq!(world.tasks(0), before);
    let last = before[0].id;
    edit(&mut world, 0, last, TaskChange::Priority(Priority::High));
    assert!(world.run_until(20_000, |w| agree(w, 0, 1)));

    world.close(0);
    world.close(1);
    world.run_for(60 * DAY);
    // Away for two months, and edits what the others deleted.
    world.isolate(2);
    world.join(2);
    for task in &tasks[..35] {
        let title = TaskChange::Title("still to do".into());
        edit(&mut world, 2, *task, title);
    }
    world.heal();
    open_again(&mut world, &hosts);
    let one = |w: &World| agree(w, 0, 1) && agree(w, 1, 2) && w.tasks(2).len() == 5;
    assert!(world.run_until(120_000, one));
    assert!(world.run_until(120_000, |w| shown(w, &hosts, "only word") == [0, 0, 0]));
}
