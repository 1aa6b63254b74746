//! Tasks: filters, search, and due times.

use super::people::same;
use corridor_core::id::{TaskId, WriterId};
use corridor_core::model::{Assignee, Profile, TaskStatus};
use corridor_core::node::TaskView;
use corridor_core::order::sorted;
use corridor_core::time::Wall;

/// Whose tasks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Who {
    /// Anybody's.
    #[default]
    Anyone,
    /// One's own, and those of one's role.
    Mine,
    /// Nobody's yet.
    Nobody,
    /// One person's.
    Person(WriterId),
    /// A role's.
    Role(String),
}

/// Which state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Which {
    /// What is to do, then what was done today.
    #[default]
    Current,
    /// Nobody has begun.
    Open,
    /// Somebody is on it.
    InProgress,
    /// Done since midnight.
    DoneToday,
    /// Done at any time.
    Done,
}

/// What the list shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Whose tasks.
    pub who: Who,
    /// In which state.
    pub which: Which,
    /// At which place.
    pub place: Option<String>,
    /// Words that must all occur in title, notes or place.
    pub text: String,
}

/// What a filter needs to know besides the tasks.
#[derive(Clone, PartialEq, Debug)]
pub struct Around {
    /// Oneself.
    pub me: WriterId,
    /// One's profile; tasks of one's role count as one's own.
    pub profile: Option<Profile>,
    /// The last midnight.
    pub midnight: Wall,
}

/// The tasks a filter lets through.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shown {
    /// Not done, in list order.
    pub to_do: Vec<TaskId>,
    /// Done, the latest first.
    pub done: Vec<TaskId>,
}

impl Filter {
    /// The filter that hides nothing current.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Lets `task` through?
    #[must_use]
    pub fn admits(&self, task: &TaskView, around: &Around) -> bool {
        self.admits_status(task, around)
            && self.admits_person(task, around)
            && self
                .place
                .as_ref()
                .is_none_or(|place| same(place, task.place.expose()))
            && found(task, &self.text)
    }

    fn admits_status(&self, task: &TaskView, around: &Around) -> bool {
        let done = task.status == TaskStatus::Done;
        let today = task.changed >= around.midnight;
        match self.which {
            Which::Current => !done || today,
            Which::Open => task.status == TaskStatus::Open,
            Which::InProgress => task.status == TaskStatus::InProgress,
            Which::DoneToday => done && today,
            Which::Done => done,
        }
    }

    fn admits_person(&self, task: &TaskView, around: &Around) -> bool {
        match (&self.who, &task.assignee) {
            (Who::Anyone, _) => true,
            (Who::Mine, Some(assignee)) => is_mine(assignee, around),
            (Who::Nobody, assignee) => assignee.is_none(),
            (Who::Person(id), Some(Assignee::Person(person))) => id == person,
            (Who::Role(role), Some(Assignee::Role(other))) => same(role, other.expose()),
            _ => false,
        }
    }
}

fn is_mine(assignee: &Assignee, around: &Around) -> bool {
    match assignee {
        Assignee::Person(id) => *id == around.me,
        Assignee::Role(role) => around
            .profile
            .as_ref()
            .is_some_and(|profile| same(profile.role.expose(), role.expose())),
    }
}

fn found(task: &TaskView, text: &str) -> bool {
    if text.trim().is_empty() {
        return true;
    }
    let mut hay = String::new();
    for part in [&task.title, &task.notes, &task.place] {
        hay.extend(part.expose().chars().flat_map(char::to_lowercase));
        hay.push('\n');
    }
    text.to_lowercase()
        .split_whitespace()
        .all(|word| hay.contains(word))
}

/// Tasks that are treated otherwise than the filter says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exceptions {
    /// Shown although the filter would not.
    pub added: Vec<TaskId>,
    /// Kept among those to do although ticked a moment ago, or open in an editor.
    pub in_place: Vec<TaskId>,
}

/// Sorts tasks into the list. Offer them in list order.
#[derive(Debug)]
pub struct Sieve<'a> {
    filter: &'a Filter,
    around: &'a Around,
    exceptions: &'a Exceptions,
    to_do: Vec<TaskId>,
    done: Vec<(Wall, TaskId)>,
}

impl<'a> Sieve<'a> {
    /// An empty sieve.
    #[must_use]
    pub fn new(filter: &'a Filter, around: &'a Around, exceptions: &'a Exceptions) -> Self {
        Self {
            filter,
            around,
            exceptions,
            to_do: Vec::new(),
            done: Vec::new(),
        }
    }

    /// Takes the next task.
    pub fn offer(&mut self, task: &TaskView) {
        let Exceptions { added, in_place } = self.exceptions;
        let stays = in_place.contains(&task.id);
        let shows = stays || added.contains(&task.id) || self.filter.admits(task, self.around);
        if !shows {
            return;
        }
        if task.status == TaskStatus::Done && !stays {
            self.done.push((task.changed, task.id));
        } else {
            self.to_do.push(task.id);
        }
    }

    /// The list.
    #[must_use]
    pub fn finish(self) -> Shown {
        let done = sorted(self.done, |a, b| b.cmp(a));
        Shown {
            to_do: self.to_do,
            done: done.into_iter().map(|(_, id)| id).collect(),
        }
    }
}

/// How a due time stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// Today, and not yet past.
    Today,
    /// Another day, in the future.
    Later,
    /// Past.
    Over,
}

/// Where `due` stands at `now`; `day` names the local day of a moment.
#[must_use]
pub fn due(due: Wall, now: Wall, day: impl Fn(Wall) -> Wall) -> Due {
    if due <= now {
        Due::Over
    } else if day(due) == day(now) {
        Due::Today
    } else {
        Due::Later
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_core::model::Priority;

    const ME: WriterId = WriterId([9; 16]);

    fn id(n: u8) -> TaskId {
        TaskId([n; 16])
    }

    fn task(n: u8, status: TaskStatus) -> TaskView {
        TaskView {
            id: id(n),
            title: "Restock Chair".into(),
            notes: "".into(),
            assignee: None,
            priority: Priority::Normal,
            due: None,
            place: "Room 2".into(),
            status,
            position: vec![n],
            created_by: ME,
            created: Wall(0),
            changed_by: ME,
            changed: Wall(100),
        }
    }

    fn around() -> Around {
        Around {
            me: ME,
            profile: Some(Profile {
                role: "nurse".into(),
                ..Profile::default()
            }),
            midnight: Wall(50),
        }
    }

    fn sift(filter: &Filter, exceptions: &Exceptions, tasks: &[TaskView]) -> Shown {
        let around = around();
        let mut sieve = Sieve::new(filter, &around, exceptions);
        for task in tasks {
            sieve.offer(task);
        }
        sieve.finish()
    }

    #[test]
    fn the_current_list_ends_with_what_was_done_today() {
        let mut yesterday = task(3, TaskStatus::Done);
        yesterday.changed = Wall(10);
        let mut latest = task(4, TaskStatus::Done);
        latest.changed = Wall(200);
        let all = [
            task(1, TaskStatus::Open),
            task(2, TaskStatus::Done),
            yesterday,
            latest,
            task(5, TaskStatus::InProgress),
        ];
        let shown = sift(&Filter::default(), &Exceptions::default(), &all);
        assert_eq!(shown.to_do, [id(1), id(5)]);
        assert_eq!(shown.done, [id(4), id(2)]);
        let shown = sift(
            &Filter::default(),
            &Exceptions {
                in_place: vec![id(2)],
                ..Exceptions::default()
            },
            &all,
        );
        assert_eq!(shown.to_do, [id(1), id(2), id(5)]);
        assert_eq!(shown.done, [id(4)]);
        // A task added here shows under any filter, and goes to the others once it is done.
        let none = Filter {
            place: Some("Nowhere".into()),
            ..Filter::default()
        };
        let added = Exceptions {
            added: vec![id(1), id(2)],
            ..Exceptions::default()
        };
        let shown = sift(&none, &added, &all);
        assert_eq!((shown.to_do, shown.done), (vec![id(1)], vec![id(2)]));
    }

    #[test]
    fn mine_includes_my_role() {
        let filter = Filter {
            who: Who::Mine,
            ..Filter::default()
        };
        let mut role = task(1, TaskStatus::Open);
        role.assignee = Some(Assignee::Role("Nurse".into()));
        let mut me = task(2, TaskStatus::Open);
        me.assignee = Some(Assignee::Person(ME));
        let mut other = task(3, TaskStatus::Open);
        other.assignee = Some(Assignee::Person(WriterId([1; 16])));
        let all = [role, me, other, task(4, TaskStatus::Open)];
        assert_eq!(
            sift(&filter, &Exceptions::default(), &all).to_do,
            [id(1), id(2)]
        );
        let nobody = Filter {
            who: Who::Nobody,
            ..Filter::default()
        };
        assert_eq!(sift(&nobody, &Exceptions::default(), &all).to_do, [id(4)]);
    }

    #[test]
    fn search_wants_every_word_in_any_case() {
        let with = |text: &str, place: Option<&str>| {
            let filter = Filter {
                text: text.into(),
                place: place.map(Into::into),
                ..Filter::default()
            };
            sift(
                &filter,
                &Exceptions::default(),
                &[task(1, TaskStatus::Open)],
            )
            .to_do
            .len()
        };
        assert_eq!(with("chair RESTOCK", None), 1);
        assert_eq!(with("room 2", Some("room 2")), 1);
        assert_eq!(with("chair sink", None), 0);
        assert_eq!(with("", Some("Room 3")), 0);
    }

    #[test]
    fn due_knows_today_from_later() {
        let day = |at: Wall| Wall(at.0 / 10 * 10);
        assert_eq!(due(Wall(12), Wall(12), day), Due::Over);
        assert_eq!(due(Wall(15), Wall(12), day), Due::Today);
        assert_eq!(due(Wall(20), Wall(12), day), Due::Later);
    }
}
