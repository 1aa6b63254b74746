//! The same tasks and edits for everyone, made from nothing but their number.

/// What people write about. Lines of it, with times and numbers between, compress about as well as real notes do.
const WORDS: &str = "the to for and of in on is at by with call patient chair room tray tooth crown x-ray \
    autoclave gloves mask lamp suction implant impression bridge scaling polish anaesthetic ampoule syringe needle \
    prepare clean sterilise check order refill print sign bring move open close lock swap repair label count send \
    before after noon today tomorrow morning Thursday Friday lunch late early again twice until still maybe please \
    lab supplier pharmacy insurance form consent letter invoice receipt file drawer shelf cabinet fridge basement \
    dentist hygienist nurse trainee desk mother father child school driver interpreter upper lower left right front \
    molar incisor canine root canal filling temporary cement composite matrix wedge rubber dam bur handpiece scaler \
    pain swelling allergy penicillin latex pregnant diabetic anxious wheelchair deaf recall reminder cancelled moved \
    water filter compressor oil leak noise alarm battery screen printer toner password network window heating light";
const ROLES: [&str; 4] = ["dentist", "hygienist", "nurse", "front desk"];
const PLACES: [&str; 6] = [
    "chair 1",
    "chair 2",
    "chair 3",
    "sterilisation",
    "front desk",
    "store room",
];

/// The fields' names where an engine needs names.
pub const FIELDS: [&str; 6] = ["title", "notes", "assignee", "priority", "place", "status"];

/// A task as every engine must give it back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Task {
    /// What is to be done; never the same for two tasks.
    pub title: String,
    /// Anything more.
    pub notes: String,
    /// The role that should do it.
    pub assignee: String,
    /// 0 low to 3 urgent.
    pub priority: u8,
    /// Chair or room.
    pub place: String,
    /// 0 open, 1 in progress, 2 done.
    pub status: u8,
}

/// A new value of one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// See [`Task::title`].
    Title(String),
    /// See [`Task::notes`].
    Notes(String),
    /// See [`Task::assignee`].
    Assignee(String),
    /// See [`Task::priority`].
    Priority(u8),
    /// See [`Task::place`].
    Place(String),
    /// See [`Task::status`].
    Status(u8),
}

/// One change of one task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// Which task, in the order of writing.
    pub task: usize,
    /// To what.
    pub change: Change,
}

/// A value, for engines that know fields by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A small number.
    Number(u8),
}

impl Task {
    /// All fields with their names.
    pub fn fields(&self) -> [(&'static str, Value<'_>); 6] {
        let [title, notes, assignee, priority, place, status] = FIELDS;
        [
            (title, Value::Text(&self.title)),
            (notes, Value::Text(&self.notes)),
            (assignee, Value::Text(&self.assignee)),
            (priority, Value::Number(self.priority)),
            (place, Value::Text(&self.place)),
            (status, Value::Number(self.status)),
        ]
    }

    /// Takes over a field that an engine knows by name.
    pub fn put(&mut self, field: &str, value: Value<'_>) {
        let [title, notes, assignee, priority, place, status] = FIELDS;
        let change = match value {
            Value::Text(text) if field == title => Change::Title(text.to_owned()),
            Value::Text(text) if field == notes => Change::Notes(text.to_owned()),
            Value::Text(text) if field == assignee => Change::Assignee(text.to_owned()),
            Value::Text(text) if field == place => Change::Place(text.to_owned()),
            Value::Number(number) if field == priority => Change::Priority(number),
            Value::Number(number) if field == status => Change::Status(number),
            other => panic!("{field} is not {other:?}"),
        };
        self.set(change);
    }

    /// Sets one field.
    pub fn set(&mut self, change: Change) {
        match change {
            Change::Title(v) => self.title = v,
            Change::Notes(v) => self.notes = v,
            Change::Assignee(v) => self.assignee = v,
            Change::Priority(v) => self.priority = v,
            Change::Place(v) => self.place = v,
            Change::Status(v) => self.status = v,
        }
    }

    /// The name by which engines without ids of their own know task number `index`: a UUID version 7 in the usual
    /// form, with a counter (RFC 9562 §6.2), so that names sort in the order of writing.
    pub fn key(index: usize) -> String {
        let random = mix(index as u64) >> 4;
        format!(
            "0198c0de-{:04x}-7{:03x}-8{:03x}-{:012x}",
            index >> 12,
            index & 0xfff,
            random >> 48,
            random & 0xffff_ffff_ffff
        )
    }
}

impl Change {
    /// The field's name and its new value.
    pub fn field(&self) -> (&'static str, Value<'_>) {
        let [title, notes, assignee, priority, place, status] = FIELDS;
        match self {
            Self::Title(v) => (title, Value::Text(v)),
            Self::Notes(v) => (notes, Value::Text(v)),
            Self::Assignee(v) => (assignee, Value::Text(v)),
            Self::Priority(v) => (priority, Value::Number(*v)),
            Self::Place(v) => (place, Value::Text(v)),
            Self::Status(v) => (status, Value::Number(*v)),
        }
    }
}

/// The first `count` tasks.
pub fn tasks(count: usize) -> Vec<Task> {
    (0..count)
        .map(|index| {
            let mut dice = Dice(index as u64);
            Task {
                title: dice.line(index, 3, 5),
                notes: dice.notes(index),
                assignee: dice.pick(&ROLES).to_owned(),
                priority: dice.below(4) as u8,
                place: dice.pick(&PLACES).to_owned(),
                status: 0,
            }
        })
        .collect()
}

/// The first `count` edits of `tasks`, which become what they are afterwards. Half tick a task on, the rest change
/// texts and choices; each says something new.
pub fn edits(tasks: &mut [Task], count: usize) -> Vec<Edit> {
    let mut dice = Dice(0x00ed_1750);
    (0..count)
        .map(|number| {
            let at = dice.below(tasks.len());
            let task = &mut tasks[at];
            let change = match dice.below(10) {
                0..5 => Change::Status((task.status + 1) % 3),
                5..7 => Change::Notes(dice.line(number, 4, 16)),
                7 => Change::Title(dice.line(number, 3, 5)),
                8 => Change::Priority((task.priority + 1) % 4),
                _ => Change::Assignee(other(&ROLES, &task.assignee).to_owned()),
            };
            task.set(change.clone());
            Edit { task: at, change }
        })
        .collect()
}

fn other(of: &[&'static str], than: &str) -> &'static str {
    let at = of.iter().position(|one| *one == than).unwrap_or(0);
    of[(at + 1) % of.len()]
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % bound as u64) as usize
    }

    /// Half of all tasks have notes.
    fn notes(&mut self, number: usize) -> String {
        match self.below(2) {
            0 => String::new(),
            _ => self.line(number, 4, 16),
        }
    }

    /// `least` words and up to `more`, and `number`, so that no two lines are the same.
    fn line(&mut self, number: usize, least: usize, more: usize) -> String {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let mut line = number.to_string();
        for _ in 0..least + self.below(more) {
            line.push(' ');
            match self.below(8) {
                0 => line.push_str(&format!("{}:{:02}", 7 + self.below(12), 5 * self.below(12))),
                1 => line.push_str(&self.below(1000).to_string()),
                _ => line.push_str(words[self.below(words.len())]),
            }
        }
        line
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }
}

/// SplitMix64 (Steele et al., 2014).
fn mix(seed: u64) -> u64 {
    let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
