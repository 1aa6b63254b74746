//! Sequences of things that people and misfortune do: whatever the order, everyone ends with the same truth.
#![no_main]

use arbitrary::Arbitrary;
use corridor_core::model::{Priority, TaskChange, TaskStatus};
use corridor_core::node::{Command, Fault, Lifecycle};
use corridor_sim::disk::Health;
use corridor_sim::hub::Stop;
use corridor_sim::net::End;
use corridor_sim::run::PATIENCE;
use corridor_sim::tap::MARKER;
use corridor_sim::world::{Setup, World};
use libfuzzer_sys::fuzz_target;

const PEOPLE: usize = 3;

#[derive(Arbitrary, Debug)]
enum Act {
    Post(u8),
    Reply(u8, u8),
    Add(u8),
    Title(u8, u8),
    Status(u8, u8, bool),
    Urgent(u8, u8),
    Move(u8, u8, u8),
    Delete(u8, u8),
    Read(u8, u8),
    Typing(u8, bool),
    Wait(u16),
    Kill(u8, bool),
    CrashAfter(u8, u8, bool),
    Close(u8),
    Open(u8),
    Cut(u8, u8),
    OneWay(u8, u8),
    CutHub(u8),
    Isolate(u8),
    Heal,
    HubStop(bool),
    HubStart,
    Hide(u8),
    Show(u8),
    Sleep(u8),
    WakeUp(u8),
    DiskFull(u8),
    DiskFine(u8),
    DropLink(u8, u8),
    RelayOnly(u8, bool),
    RestartIce(u8),
}

fuzz_target!(|acts: Vec<Act>| {
    let mut world = World::new(Setup::calm(1));
    for host in 0..PEOPLE {
        let _ = world.add_person();
        world.join(host);
    }
    world.run_for(1_000);
    for (number, act) in acts.iter().take(60).enumerate() {
        perform(&mut world, number, act);
    }
    if let Err(wrong) = world.settle(PATIENCE) {
        panic!("{wrong:#?}\nafter {acts:#?}");
    }
});

fn perform(world: &mut World, number: usize, act: &Act) {
    let text = || format!("{MARKER} {number}");
    let host = |at: &u8| usize::from(*at) % PEOPLE;
    let end = |at: &u8| End::Host(host(at));
    match act {
        Act::Post(by) => {
            world.ask(host(by), Command::say(text(), None));
        }
        Act::Reply(by, to) => {
            let messages = world.messages(host(by));
            let to = messages.get(usize::from(*to) % messages.len().max(1));
            world.ask(host(by), Command::say(text(), to.map(|m| m.id)));
        }
        Act::Add(by) => {
            let title = TaskChange::Title(text().into());
            world.ask(host(by), Command::AddTask(vec![title]));
        }
        Act::Title(by, task) => edit(world, host(by), *task, TaskChange::Title(text().into())),
        Act::Status(by, task, done) => {
            let status = if *done {
                TaskStatus::Done
            } else {
                TaskStatus::Open
            };
            edit(world, host(by), *task, TaskChange::Status(status));
        }
        Act::Urgent(by, task) => {
            edit(
                world,
                host(by),
                *task,
                TaskChange::Priority(Priority::Urgent),
            );
        }
        Act::Move(by, task, to) => {
            let tasks = world.tasks(host(by));
            let Some(task) = tasks.get(usize::from(*task) % tasks.len().max(1)) else {
                return;
            };
            let others: Vec<_> = tasks
                .iter()
                .map(|t| t.id)
                .filter(|id| *id != task.id)
                .collect();
            let to = usize::from(*to) % (others.len() + 1);
            let command = Command::MoveTask {
                task: task.id,
                after: to.checked_sub(1).and_then(|at| others.get(at)).copied(),
                before: others.get(to).copied(),
            };
            world.ask(host(by), command);
        }
        Act::Delete(by, task) => {
            let tasks = world.tasks(host(by));
            if let Some(task) = tasks.get(usize::from(*task) % tasks.len().max(1)) {
                world.ask(host(by), Command::DeleteTask(task.id));
            }
        }
        Act::Read(by, message) => {
            let messages = world.messages(host(by));
            if let Some(m) = messages.get(usize::from(*message) % messages.len().max(1)) {
                world.ask(host(by), Command::MarkRead(m.id));
            }
        }
        Act::Typing(by, on) => drop(world.ask(host(by), Command::Typing(*on))),
        Act::Wait(ms) => world.run_for(u64::from(*ms)),
        Act::Kill(at, power) => world.kill(host(at), *power),
        Act::CrashAfter(at, after, power) => {
            world.crash_after(host(at), u32::from(*after) % 10, *power);
        }
        Act::Close(at) => world.close(host(at)),
        Act::Open(at) => world.join(host(at)),
        Act::Cut(a, b) if host(a) != host(b) => world.cut(end(a), end(b)),
        Act::OneWay(a, b) if host(a) != host(b) => world.cut_one_way(end(a), end(b)),
        Act::Cut(a, _) | Act::OneWay(a, _) | Act::CutHub(a) => world.cut(end(a), End::Hub),
        Act::Isolate(at) => world.isolate(host(at)),
        Act::Heal => world.heal(),
        Act::HubStop(power) => world.stop_hub(if *power { Stop::Power } else { Stop::Process }),
        Act::HubStart => world.start_hub(),
        Act::Hide(at) => world.lifecycle(host(at), Lifecycle::Hidden),
        Act::Show(at) => world.lifecycle(host(at), Lifecycle::Visible),
        Act::Sleep(at) => world.sleep(host(at)),
        Act::WakeUp(at) => world.wake(host(at)),
        Act::DiskFull(at) => world.disks[host(at)].health = Health::Full,
        Act::DiskFine(at) => world.disks[host(at)].health = Health::Fine,
        Act::DropLink(by, to) => {
            let peer = world.hosts[host(to)].writer;
            world.ask(host(by), Command::Fault(Fault::DropLink(peer)));
        }
        Act::RelayOnly(by, on) => {
            world.ask(host(by), Command::Fault(Fault::RelayOnly(*on)));
        }
        Act::RestartIce(by) => drop(world.ask(host(by), Command::RestartIce(None))),
    }
}

fn edit(world: &mut World, host: usize, task: u8, change: TaskChange) {
    let tasks = world.tasks(host);
    if let Some(task) = tasks.get(usize::from(task) % tasks.len().max(1)) {
        world.ask(host, Command::EditTask(task.id, vec![change]));
    }
}
