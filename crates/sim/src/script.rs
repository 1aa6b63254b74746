//! Random people and random misfortune. Everything is drawn from the seed; nothing here checks anything.

use crate::dice::Dice;
use crate::disk::Health;
use crate::hub::Stop;
use crate::net::End;
use crate::tap::MARKER;
use crate::world::World;
use corridor_core::id::{OpId, TaskId, WriterId};
use corridor_core::model::{Assignee, Priority, TaskChange, TaskStatus};
use corridor_core::node::{Command, Fault, HubState, Lifecycle};
use corridor_core::time::Wall;

/// How much happens.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// People, least and most.
    pub people: (u64, u64),
    /// Things that happen.
    pub actions: u32,
    /// Milliseconds between them, at most.
    pub pause: u64,
    /// Of a thousand things, how many are misfortune.
    pub trouble: u64,
}

impl Profile {
    /// Some minutes.
    pub const SHORT: Self = Self {
        people: (3, 6),
        actions: 45,
        pause: 2_500,
        trouble: 300,
    };
    /// Half a day's worth.
    pub const LONG: Self = Self {
        people: (4, 8),
        actions: 400,
        pause: 9_000,
        trouble: 250,
    };
}

/// The source of actions.
#[derive(Debug)]
pub struct Script {
    dice: Dice,
    words: u64,
    profile: Profile,
}

impl Script {
    /// The script of run `seed`.
    #[must_use]
    pub fn new(seed: u64, profile: Profile) -> Self {
        Self {
            dice: Dice::new(seed, 70),
            words: 0,
            profile,
        }
    }

    /// Adds people and lets most of them join.
    pub fn gather(&mut self, world: &mut World) {
        let (least, most) = self.profile.people;
        let people = self.dice.range(least, most);
        for _ in 0..people {
            if self.dice.chance(120) && !world.hosts.is_empty() {
                let other = self.dice.index(world.hosts.len());
                if world.hosts.get(other).is_some_and(|h| h.slot == 0)
                    && self.second_tab_free(world, other)
                {
                    let _ = world.add_tab(other);
                    continue;
                }
            }
            let _ = world.add_person();
        }
        if self.dice.chance(200) {
            let (a, b) = self.two(world);
            world.net.refuse_direct(a, b, true);
        }
        if self.dice.chance(200) {
            let (a, b) = self.two(world);
            world.net.block_mdns(a, b, true);
        }
        world.join(0);
        // Whoever made the room enters it on the hub that made it.
        world.run_until(20_000, |w| w.hub_state(0) == Some(HubState::Joined));
        for host in 1..world.hosts.len() {
            if self.dice.chance(750) {
                let wait = self.dice.range(0, 400);
                world.run_for(wait);
                world.join(host);
            }
        }
    }

    fn second_tab_free(&self, world: &World, other: usize) -> bool {
        let disk = world.hosts.get(other).map(|h| h.disk);
        world.hosts.iter().filter(|h| Some(h.disk) == disk).count() == 1
    }

    /// Lets everything happen that the profile asks for.
    pub fn play(&mut self, world: &mut World) {
        for _ in 0..self.profile.actions {
            let pause = match self.dice.range(0, 9) {
                0..=2 => 0,
                3..=6 => self.dice.range(1, 150),
                _ => self.dice.range(1, self.profile.pause),
            };
            world.run_for(pause);
            if self.dice.chance(self.profile.trouble) {
                self.misfortune(world);
            } else {
                self.work(world);
            }
        }
    }

    fn someone(&mut self, world: &World) -> Option<usize> {
        let awake: Vec<usize> = world
            .present()
            .into_iter()
            .filter(|host| world.hosts.get(*host).is_some_and(crate::host::Host::awake))
            .collect();
        self.dice.pick(&awake).copied()
    }

    fn two(&mut self, world: &World) -> (usize, usize) {
        let a = self.dice.index(world.hosts.len());
        let b = self.dice.index(world.hosts.len());
        (a, b)
    }

    fn text(&mut self, what: &str) -> String {
        self.words += 1;
        format!("{MARKER} {what} {}", self.words)
    }

    /// Somebody does something ordinary.
    fn work(&mut self, world: &mut World) {
        let Some(host) = self.someone(world) else {
            return self.someone_comes(world);
        };
        world.introduce(host);
        let task = self.a_task(world, host);
        let command = match (self.dice.range(0, 99), task) {
            (0..=29, _) => self.post(world, host),
            (30..=44, _) | (_, None) => Command::AddTask(self.new_task()),
            (45..=74, Some(task)) => Command::EditTask(task, self.edit()),
            (75..=79, Some(task)) => self.a_move(world, host, task),
            (80..=83, Some(task)) => Command::DeleteTask(task),
            (84..=90, Some(_)) => match self.a_message(world, host) {
                Some(message) => Command::MarkRead(message),
                None => Command::Typing(true),
            },
            (91..=92, Some(_)) => {
                let count = self.dice.range(1, 8);
                Command::ImportTasks((0..count).map(|_| self.new_task()).collect())
            }
            (93..=94, Some(_)) => Command::Typing(self.dice.chance(500)),
            (95, Some(_)) => Command::Probe,
            (96, Some(_)) => self.rename(world, host),
            (_, Some(_)) => return self.someone_comes(world),
        };
        world.ask(host, command);
    }

    fn post(&mut self, world: &World, host: usize) -> Command {
        let answered = if self.dice.chance(250) {
            let messages = world.messages(host);
            self.dice.pick(&messages).map(|m| (m.id, m.with))
        } else {
            None
        };
        let to = match answered {
            Some((_, with)) => with,
            None if self.dice.chance(200) => self.somebody_else(world, host),
            None => None,
        };
        Command::Post {
            text: self.text("message").into(),
            reply_to: answered.map(|(id, _)| id),
            to,
            ttl_ms: None,
        }
    }

    /// Somebody in the room, as this host sees it.
    fn somebody_else(&mut self, world: &World, host: usize) -> Option<WriterId> {
        let mut people = world.node(host)?.people();
        people.retain(|p| !p.me && !p.left);
        self.dice.pick(&people).map(|person| person.id)
    }

    fn rename(&mut self, world: &mut World, host: usize) -> Command {
        let name = self.text("name");
        let Some(h) = world.hosts.get_mut(host) else {
            return Command::Typing(false);
        };
        h.profile.name = name.into();
        Command::SetProfile(h.profile.clone())
    }

    fn a_task(&mut self, world: &World, host: usize) -> Option<TaskId> {
        let tasks = world.tasks(host);
        // Few tasks get most of the edits, so that people meet.
        let few = tasks.get(..tasks.len().min(3)).unwrap_or(&tasks);
        let from = if self.dice.chance(700) { few } else { &tasks };
        self.dice.pick(from).map(|task| task.id)
    }

    fn a_message(&mut self, world: &World, host: usize) -> Option<OpId> {
        let messages = world.messages(host);
        self.dice.pick(&messages).map(|message| message.id)
    }

    fn a_move(&mut self, world: &World, host: usize, task: TaskId) -> Command {
        let tasks = world.tasks(host);
        let others: Vec<TaskId> = tasks
            .iter()
            .map(|t| t.id)
            .filter(|id| *id != task)
            .collect();
        let at = self.dice.index(others.len() + 1);
        Command::MoveTask {
            task,
            after: at.checked_sub(1).and_then(|at| others.get(at)).copied(),
            before: others.get(at).copied(),
        }
    }

    fn new_task(&mut self) -> Vec<TaskChange> {
        let mut changes = vec![TaskChange::Title(self.text("task").into())];
        if self.dice.chance(300) {
            changes.extend(
                self.edit()
                    .into_iter()
                    .filter(|c| !matches!(c, TaskChange::Title(_))),
            );
        }
        changes
    }

    fn edit(&mut self) -> Vec<TaskChange> {
        let mut changes = vec![self.change()];
        if self.dice.chance(200) {
            let more = self.change();
            let kind = core::mem::discriminant(&more);
            if changes.iter().all(|c| core::mem::discriminant(c) != kind) {
                changes.push(more);
            }
        }
        changes
    }

    fn change(&mut self) -> TaskChange {
        let (low, high) = (Priority::Low, Priority::Urgent);
        match self.dice.range(0, 9) {
            0..=3 => TaskChange::Title(self.text("title").into()),
            4 => TaskChange::Notes(self.text("notes").into()),
            5 => TaskChange::Place(self.text("chair").into()),
            6 => TaskChange::Status(
                *self
                    .dice
                    .pick(&[TaskStatus::Open, TaskStatus::InProgress, TaskStatus::Done])
                    .unwrap_or(&TaskStatus::Done),
            ),
            7 => TaskChange::Priority(if self.dice.chance(500) { low } else { high }),
            8 => {
                self.words += 1;
                TaskChange::Due(Some(Wall(1_767_600_000_000 + self.words)))
            }
            _ => TaskChange::Assignee(Some(Assignee::Role(self.text("role").into()))),
        }
    }

    /// Somebody who is not there opens the tab.
    fn someone_comes(&mut self, world: &mut World) {
        let away: Vec<usize> = (0..world.hosts.len())
            .filter(|host| {
                let h = world.hosts.get(*host);
                h.is_some_and(|h| h.node.is_none() && !h.left)
            })
            .collect();
        if let Some(host) = self.dice.pick(&away) {
            world.join(*host);
        }
    }

    /// Something goes wrong, or is repaired.
    fn misfortune(&mut self, world: &mut World) {
        let Some(host) = self.someone(world) else {
            return self.someone_comes(world);
        };
        match self.dice.range(0, 99) {
            0..=9 => world.kill(host, self.dice.chance(300)),
            10..=21 => {
                let power = self.dice.chance(200);
                world.crash_after(
                    host,
                    u32::try_from(self.dice.range(0, 6)).unwrap_or(0),
                    power,
                );
                let command = if self.dice.chance(500) {
                    self.post(world, host)
                } else {
                    Command::AddTask(self.new_task())
                };
                world.ask(host, command);
            }
            22..=29 => world.reload(host),
            30..=33 => world.close(host),
            34..=47 => self.cut(world, host),
            48..=63 => world.heal(),
            64..=68 => {
                let power = self.dice.chance(400);
                world.stop_hub(if power { Stop::Power } else { Stop::Process });
            }
            69..=78 => world.start_hub(),
            79..=81 => world.lifecycle(host, Lifecycle::Hidden),
            82 => world.sleep(host),
            83..=87 => self.repair(world),
            88..=90 => self.disk_trouble(world, host),
            91..=95 => self.fault(world, host),
            96 => world.lifecycle(host, Lifecycle::Offline),
            97 => world.lifecycle(host, Lifecycle::Online),
            _ => self.someone_comes(world),
        }
    }

    fn cut(&mut self, world: &mut World, host: usize) {
        let ends = world.ends();
        let other = *self.dice.pick(&ends).unwrap_or(&End::Hub);
        match self.dice.range(0, 9) {
            0..=2 if other != End::Host(host) => world.cut(End::Host(host), other),
            3 if other != End::Host(host) => world.cut_one_way(End::Host(host), other),
            4 => world.cut(End::Host(host), End::Hub),
            5 => world.isolate(host),
            _ => {
                let mut groups = vec![Vec::new(), Vec::new()];
                for end in ends {
                    let side = self.dice.index(2);
                    if let Some(group) = groups.get_mut(side) {
                        group.push(end);
                    }
                }
                world.partition(&groups);
            }
        }
        if self.dice.chance(300) {
            // Long enough for a browser to notice, and sometimes to give up.
            let wait = self.dice.range(5_000, 25_000);
            world.run_for(wait);
        }
    }

    fn repair(&mut self, world: &mut World) {
        for host in 0..world.hosts.len() {
            world.wake(host);
            if world.hosts.get(host).is_some_and(|h| h.hidden) {
                world.lifecycle(host, Lifecycle::Visible);
            }
        }
        for disk in &mut world.disks {
            disk.health = Health::Fine;
        }
    }

    fn disk_trouble(&mut self, world: &mut World, host: usize) {
        let disk = world.hosts.get(host).map(|h| h.disk);
        if let Some(disk) = disk.and_then(|disk| world.disks.get_mut(disk)) {
            disk.health = Health::Full;
        }
    }

    fn fault(&mut self, world: &mut World, host: usize) {
        let other = self.dice.index(world.hosts.len());
        let peer = world.hosts.get(other).map(|h| h.writer);
        let command = match (self.dice.range(0, 6), peer) {
            (0 | 1, Some(peer)) if other != host => Command::Fault(Fault::DropLink(peer)),
            (2, _) => Command::Fault(Fault::RelayOnly(true)),
            (3, _) => Command::Fault(Fault::CutHub(true)),
            (4, Some(peer)) if other != host => Command::RestartIce(Some(peer)),
            (5, Some(peer)) if other != host => Command::Fault(Fault::Avoid(peer, true)),
            _ => Command::RestartIce(None),
        };
        world.ask(host, command);
    }
}
