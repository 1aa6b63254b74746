//! Lost edits: which are new, and what each one is about.

use corridor_core::id::TaskId;
use corridor_core::model::{Field, TaskChange};
use corridor_core::node::LostView;

/// Names a lost edit; no field: the task was deleted.
pub type LostKey = (TaskId, Option<Field>);

/// The name of `lost`.
#[must_use]
pub fn key(lost: &LostView) -> LostKey {
    (lost.task, lost.mine.as_ref().map(TaskChange::field))
}

/// Those of `now` that were not there `before`.
#[must_use]
pub fn news<'a>(before: &[LostKey], now: &'a [LostView]) -> Vec<&'a LostView> {
    now.iter()
        .filter(|lost| !before.contains(&key(lost)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_core::id::WriterId;
    use corridor_core::time::Wall;

    #[test]
    fn only_what_was_not_told_before_is_news() {
        let lost = |task: u8, mine| LostView {
            task: TaskId([task; 16]),
            title: "Call the lab".into(),
            mine,
            theirs: None,
            by: WriterId([9; 16]),
            at: Wall(5),
        };
        let title = || Some(TaskChange::Title("Call".into()));
        let all = [lost(1, title()), lost(1, None), lost(2, title())];
        assert_eq!(key(&all[1]), (TaskId([1; 16]), None));
        let told = [key(&all[0]), key(&all[1])];
        assert_eq!(news(&told, &all), [&all[2]]);
        assert_eq!(news(&[], &all).len(), 3);
        assert!(news(&told, &all[..1]).is_empty());
    }
}
