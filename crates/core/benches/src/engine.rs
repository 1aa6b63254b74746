//! What every engine is asked to do.

use crate::task::{Edit, Task};

/// A task list that two devices share: an author's, where everything is written, and a colleague's.
pub trait Engine {
    /// The name in tables.
    const NAME: &'static str;
    /// What a device keeps between two visits.
    type Kept;
    /// The list on one device.
    type List;
    /// Both devices, with a way between them.
    type Pair;

    /// The author adds these tasks, each in its own transaction.
    fn write(tasks: &[Task]) -> Self::Kept;
    /// The author's device comes back with what it kept.
    fn author(kept: &Self::Kept) -> Self::List;
    /// The colleague's device comes back with the same.
    fn colleague(kept: &Self::Kept) -> Self::List;
    /// The colleague's device has nothing yet. `kept` tells only how tasks are called.
    fn newcomer(kept: &Self::Kept) -> Self::List;
    /// Changes one field in one transaction.
    fn edit(list: &mut Self::List, edit: &Edit);
    /// One task, in the order of writing.
    fn task(list: &Self::List, index: usize) -> Task;
    /// All tasks, in the order of writing.
    fn tasks(list: &Self::List) -> Vec<Task>;
    /// Brings two devices together. Nothing has passed between them yet.
    fn pair(author: Self::List, colleague: Self::List) -> Self::Pair;
    /// The colleague gets all it lacks. Answers the bytes that passed, both ways.
    fn sync(pair: &mut Self::Pair) -> u64;
    /// The author, once synced, changes one field and the colleague gets that. Answers the bytes that passed.
    fn send(pair: &mut Self::Pair, edit: &Edit) -> u64;
    /// The colleague's list.
    fn received(pair: &Self::Pair) -> &Self::List;
    /// The colleague's device alone.
    fn part(pair: Self::Pair) -> Self::List;
}

/// Two devices that hand each other bytes.
#[derive(Debug)]
pub struct Pair<L> {
    /// Where everything is written.
    pub author: L,
    /// Where it arrives.
    pub colleague: L,
}
