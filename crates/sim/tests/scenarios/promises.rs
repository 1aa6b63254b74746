//! What a person is promised about what they wrote: private, expiring, lost and undone.

use super::{clinic, settled_as_is, shown};
use corridor_core::id::TaskId;
use corridor_core::model::{Field, TaskChange};
use corridor_core::node::{Command, CommandError, Delivery, Done, UndoKind};
use corridor_sim::net::End;
use corridor_sim::tap::MARKER;
use corridor_sim::world::{NotDone, World};

fn title(text: &str) -> Vec<TaskChange> {
    vec![TaskChange::Title(format!("{MARKER} {text}").into())]
}

fn title_of(world: &World, host: usize) -> String {
    let tasks = world.tasks(host);
    let title = tasks.first().map(|task| task.title.expose());
    title.unwrap_or_default().to_owned()
}

fn state(world: &World, from: usize, end: &str) -> Vec<Delivery> {
    let messages = world.messages(from);
    let message = messages.iter().find(|m| m.text.expose().ends_with(end));
    let delivery = message.map(|m| m.delivery.clone()).unwrap_or_default();
    delivery.into_iter().map(|(_, state)| state).collect()
}

fn whisper(world: &mut World, from: usize, to: usize, text: &str) {
    let to = world.hosts[to].writer;
    let command = Command::Post {
        text: format!("{MARKER} {text}").into(),
        reply_to: None,
        to: Some(to),
        ttl_ms: None,
    };
    world.done_by(from, command).unwrap();
}

/// Two people who share a task, of whom the first is cut off.
fn parted(seed: u64) -> (World, TaskId) {
    let (mut world, _) = clinic(seed, 2);
    let task = world.add_task(0, "first").unwrap();
    assert!(world.run_until(5_000, |w| w.tasks(1).len() == 1));
    world.cut(End::Host(0), End::Host(1));
    world.cut(End::Host(0), End::Hub);
    (world, task)
}

#[test]
fn a_private_message_reaches_an_absent_person_although_its_author_is_gone() {
    let (mut world, _) = clinic(410, 3);
    world.close(2);
    world.run_for(2_000);
    whisper(&mut world, 0, 2, "for your eyes");
    assert_eq!(state(&world, 0, "for your eyes"), [Delivery::Saved]);
    world.run_for(3_000);
    world.kill(0, true);
    world.join(2);
    assert!(world.run_until(20_000, |w| shown(w, &[2], "for your eyes") == [1]));
    assert_eq!(shown(&world, &[1], "for your eyes"), [0]);
    world.close(2);
    world.join(0);
    // Who holds it for the author has seen that it arrived.
    world.join(2);
    assert!(world.run_until(30_000, |w| state(w, 0, "for your eyes")
        == [Delivery::Delivered]));
    assert_eq!(shown(&world, &[2], "for your eyes"), [1]);
    settled_as_is(&mut world, 20_000);
}

#[test]
fn a_private_message_is_refused_to_oneself_to_strangers_and_to_those_who_left() {
    let (mut world, _) = clinic(411, 2);
    let refuse = |world: &mut World, to| {
        let command = Command::Post {
            text: "hello".into(),
            reply_to: None,
            to: Some(to),
            ttl_ms: None,
        };
        let refused = Err(NotDone::Refused(CommandError::NoSuchPerson));
        assert_eq!(world.done_by(0, command), refused);
    };
    let (me, other) = (world.hosts[0].writer, world.hosts[1].writer);
    refuse(&mut world, me);
    refuse(&mut world, corridor_core::id::WriterId([9; 16]));
    world.done_by(1, Command::Leave).unwrap();
    world.run_for(2_000);
    refuse(&mut world, other);
}

#[test]
fn a_message_that_matters_for_a_minute_is_shown_as_not_reached_after_it() {
    let (mut world, _) = clinic(412, 2);
    world.close(1);
    world.run_for(2_000);
    let command = Command::Post {
        text: format!("{MARKER} coffee?").into(),
        reply_to: None,
        to: None,
        ttl_ms: Some(60_000),
    };
    world.done_by(0, command).unwrap();
    world.run_for(58_000);
    assert_eq!(state(&world, 0, "coffee?"), [Delivery::Saved]);
    assert!(world.run_until(4_000, |w| state(w, 0, "coffee?") == [Delivery::Expired]));
    world.join(1);
    assert!(world.run_until(20_000, |w| state(w, 0, "coffee?") == [Delivery::Delivered]));
}

#[test]
fn whoever_loses_a_concurrent_edit_is_told_also_after_a_reload_and_can_put_it_back() {
    let (mut world, task) = parted(413);
    let hosts = [0, 1];
    world
        .done_by(0, Command::EditTask(task, title("mine")))
        .unwrap();
    world.run_for(1_000);
    world
        .done_by(1, Command::EditTask(task, title("theirs")))
        .unwrap();
    world.heal();
    let agreed = |w: &World| title_of(w, 0).ends_with("theirs");
    assert!(world.run_until(90_000, agreed));
    let told = |w: &World, host: usize| w.node(host).unwrap().lost_edits();
    assert_eq!(told(&world, 1), []);
    assert_eq!(told(&world, 0).len(), 1);
    world.reload(0);
    world.join(0);
    let lost = told(&world, 0);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].by, world.hosts[1].writer);
    assert_eq!(lost[0].mine, title("mine").pop());

    let back = Command::TakeBack(task, Some(Field::Title));
    world.done_by(0, back.clone()).unwrap();
    assert!(world.run_until(30_000, |w| title_of(w, 1).ends_with("mine")));
    assert_eq!((told(&world, 0), told(&world, 1)), (vec![], vec![]));
    let nothing = Err(NotDone::Refused(CommandError::NothingLost));
    assert_eq!(world.done_by(0, back), nothing);
    assert!(world.run_until(30_000, |w| w.all_linked(&hosts)));
}

#[test]
fn a_lost_edit_is_forgotten_when_it_is_dismissed_or_after_a_day() {
    for dismissed in [true, false] {
        let (mut world, task) = parted(414);
        world
            .done_by(0, Command::EditTask(task, title("mine")))
            .unwrap();
        world.run_for(1_000);
        world.done_by(1, Command::DeleteTask(task)).unwrap();
        world.heal();
        let told = |w: &World| w.node(0).unwrap().lost_edits();
        assert!(world.run_until(90_000, |w| told(w).len() == 1));
        assert_eq!(told(&world)[0].mine, None);
        if dismissed {
            world.done_by(0, Command::Dismiss(task, None)).unwrap();
            world.reload(0);
            world.join(0);
        } else {
            world.run_for(25 * 3_600_000);
        }
        assert_eq!(told(&world), [], "dismissed: {dismissed}");
    }
}

#[test]
fn a_task_deleted_under_ones_hands_is_added_again_for_everybody() {
    let (mut world, task) = parted(415);
    world
        .done_by(0, Command::EditTask(task, title("mine")))
        .unwrap();
    world.done_by(1, Command::DeleteTask(task)).unwrap();
    world.heal();
    assert!(world.run_until(90_000, |w| w.tasks(0).is_empty()));
    let done = world.done_by(0, Command::TakeBack(task, None)).unwrap();
    assert!(matches!(done, Done::Task(again) if again != task));
    assert!(world.run_until(30_000, |w| title_of(w, 1).ends_with("mine")));
    assert_eq!(world.node(0).unwrap().lost_edits(), []);
}

#[test]
fn undo_takes_back_ones_own_changes_and_nobody_elses() {
    let (mut world, _) = clinic(416, 2);
    let undo = |w: &mut World| w.done_by(0, Command::Undo);
    let kind = |w: &World| w.node(0).unwrap().room().undo;
    let task = world.add_task(0, "first").unwrap();
    world
        .done_by(0, Command::EditTask(task, title("second")))
        .unwrap();
    world
        .done_by(0, Command::EditTask(task, title("third")))
        .unwrap();
    undo(&mut world).unwrap();
    assert!(title_of(&world, 0).ends_with("second"));
    assert!(world.run_until(5_000, |w| title_of(w, 1).ends_with("second")));

    world
        .done_by(1, Command::EditTask(task, title("of another")))
        .unwrap();
    assert!(world.run_until(5_000, |w| title_of(w, 0).ends_with("of another")));
    let overtaken = Err(NotDone::Refused(CommandError::Overtaken));
    assert_eq!(undo(&mut world), overtaken, "the edit");
    assert_eq!(kind(&world), Some(UndoKind::Add));
    assert_eq!(
        undo(&mut world),
        overtaken,
        "the task is no longer one's own alone"
    );

    world.done_by(0, Command::DeleteTask(task)).unwrap();
    assert_eq!(kind(&world), Some(UndoKind::Delete));
    undo(&mut world).unwrap();
    assert!(title_of(&world, 0).ends_with("of another"));
    assert!(world.run_until(5_000, |w| title_of(w, 1).ends_with("of another")));
    let nothing = Err(NotDone::Refused(CommandError::NothingToUndo));
    assert_eq!(undo(&mut world), nothing);
    let added = world.add_task(0, "by mistake").unwrap();
    undo(&mut world).unwrap();
    assert!(world.run_until(5_000, |w| w.node(1).unwrap().task(added).is_none()));
}

#[test]
fn leaving_one_of_two_lost_fields_at_that_keeps_the_other() {
    let (mut world, task) = parted(417);
    for (host, text) in [(0, "mine"), (1, "theirs")] {
        let mut changes = title(text);
        changes.push(TaskChange::Notes(format!("{MARKER} {text} notes").into()));
        let edit = Command::EditTask(task, changes);
        world.done_by(host, edit).unwrap();
        world.run_for(1_000);
    }
    world.heal();
    let told = |w: &World| w.node(0).unwrap().lost_edits().len();
    assert!(world.run_until(90_000, |w| told(w) == 2));
    let leave = Command::Dismiss(task, Some(Field::Title));
    world.done_by(0, leave).unwrap();
    assert_eq!(told(&world), 1);
    world.reload(0);
    world.join(0);
    assert_eq!(told(&world), 1);
    let back = Command::TakeBack(task, Some(Field::Notes));
    world.done_by(0, back).unwrap();
    assert_eq!(told(&world), 0);
}
