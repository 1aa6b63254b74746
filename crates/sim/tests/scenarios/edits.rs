//! Several people change the same things.

use super::{clinic, settled};
use corridor_core::model::{Priority, TaskChange};
use corridor_core::node::{Command, CommandError};
use corridor_sim::tap::MARKER;
use corridor_sim::world::NotDone;

fn titled(text: &str) -> TaskChange {
    TaskChange::Title(format!("{MARKER} {text}").into())
}

#[test]
fn concurrent_edits_of_two_fields_both_survive() {
    let (mut world, hosts) = clinic(41, 3);
    let task = world.add_task(0, "sterilise").unwrap();
    assert!(world.run_until(5_000, |w| w.tasks(1).len() == 1 && w.tasks(2).len() == 1));
    world.isolate(1);
    world
        .done_by(0, Command::EditTask(task, vec![titled("sterilise tray 4")]))
        .unwrap();
    world
        .done_by(
            1,
            Command::EditTask(task, vec![TaskChange::Priority(Priority::Urgent)]),
        )
        .unwrap();
    settled(&mut world);
    for host in hosts {
        let view = world.node(host).unwrap().task(task).unwrap();
        assert!(view.title.expose().ends_with("tray 4"));
        assert_eq!(view.priority, Priority::Urgent);
    }
}

#[test]
fn concurrent_edits_of_one_field_converge_to_one_of_them() {
    for seed in 42..52 {
        let (mut world, hosts) = clinic(seed, 3);
        let task = world.add_task(0, "call the lab").unwrap();
        assert!(world.run_until(5_000, |w| w.tasks(1).len() == 1 && w.tasks(2).len() == 1));
        world.isolate(1);
        world.isolate(2);
        for host in &hosts {
            let change = vec![titled(&format!("version of {host}"))];
            world
                .done_by(*host, Command::EditTask(task, change))
                .unwrap();
        }
        settled(&mut world);
        let title = world.node(0).unwrap().task(task).unwrap().title;
        assert!(title.expose().contains("version of"));
        for host in hosts {
            assert_eq!(world.node(host).unwrap().task(task).unwrap().title, title);
        }
    }
}

#[test]
fn a_deleted_task_stays_deleted_although_somebody_edits_it_elsewhere() {
    let (mut world, hosts) = clinic(53, 3);
    let task = world.add_task(0, "obsolete").unwrap();
    assert!(world.run_until(5_000, |w| w.tasks(2).len() == 1));
    world.isolate(2);
    world.done_by(0, Command::DeleteTask(task)).unwrap();
    world.run_for(3_000);
    for _ in 0..5 {
        world
            .done_by(2, Command::EditTask(task, vec![titled("edited later")]))
            .unwrap();
        world.run_for(1_000);
    }
    settled(&mut world);
    assert!(
        hosts
            .iter()
            .all(|h| world.node(*h).unwrap().task(task).is_none())
    );
    let edit = Command::EditTask(task, vec![titled("too late")]);
    assert_eq!(
        world.done_by(2, edit),
        Err(NotDone::Refused(CommandError::NoSuchTask))
    );
    for host in hosts {
        world.reload(host);
    }
    settled(&mut world);
    assert!(world.tasks(0).is_empty());
}

#[test]
fn moves_put_a_task_where_the_person_dropped_it() {
    let (mut world, hosts) = clinic(54, 2);
    let ids: Vec<_> = (0..5)
        .map(|n| world.add_task(0, &format!("{n}")).unwrap())
        .collect();
    let order = |w: &corridor_sim::world::World, h: usize| {
        w.tasks(h).iter().map(|t| t.id).collect::<Vec<_>>()
    };
    assert_eq!(order(&world, 0), ids);
    let to_the_top = Command::MoveTask {
        task: ids[4],
        after: None,
        before: Some(ids[0]),
    };
    world.done_by(0, to_the_top).unwrap();
    assert!(world.run_until(5_000, |w| w.tasks(1).len() == 5));
    let between = Command::MoveTask {
        task: ids[0],
        after: Some(ids[2]),
        before: Some(ids[3]),
    };
    world.done_by(1, between).unwrap();
    settled(&mut world);
    for host in hosts {
        assert_eq!(
            order(&world, host),
            [ids[4], ids[1], ids[2], ids[0], ids[3]]
        );
    }
}

#[test]
fn wrong_commands_are_refused_and_change_nothing() {
    let (mut world, _) = clinic(55, 2);
    let refused = |answer, error| assert_eq!(answer, Err::<(), _>(NotDone::Refused(error)));
    let long = "x".repeat(corridor_core::limits::MAX_TEXT_BYTES + 1);
    refused(world.post(0, &long).map(drop), CommandError::TooLong);
    let empty = Command::say("", None);
    refused(world.done_by(0, empty).map(drop), CommandError::Empty);
    let unknown = Command::DeleteTask(corridor_core::id::TaskId([9; 16]));
    refused(
        world.done_by(0, unknown).map(drop),
        CommandError::NoSuchTask,
    );
    let nobody = world.add_person();
    world.start(nobody);
    refused(
        world.post(nobody, "who am I").map(drop),
        CommandError::NotJoined,
    );
    settled(&mut world);
    assert!(world.messages(1).is_empty());
}
