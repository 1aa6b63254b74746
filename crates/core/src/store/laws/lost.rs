//! Who loses to a concurrent edit is told (O-LOST, R-TASK-3).

use super::*;

fn title(text: &str) -> Body {
    Body::Task(TaskId([1; 16]), vec![TaskChange::Title(text.into())])
}

fn lost(site: &Site) -> Option<TaskChange> {
    let lost = &site.replica.tasks.lost;
    lost.get(TaskId([1; 16]), Field::Title)
        .map(|lost| lost.mine.clone())
}

#[test]
fn the_author_of_a_lost_concurrent_edit_is_told_and_nobody_else() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    ana.write(at(1), title("chair"));
    meet(&mut ana, &mut ben, at(2));
    ana.write(at(3), title("chair 1"));
    ben.write(at(4), title("chair 2"));
    meet(&mut ana, &mut ben, at(5));
    assert_eq!(lost(&ana), Some(TaskChange::Title("chair 1".into())));
    assert_eq!(lost(&ben), None, "the winner lost nothing");

    ana.write(at(6), title("chair 1"));
    meet(&mut ana, &mut ben, at(7));
    assert_eq!(lost(&ana), None, "put back");
    assert_eq!(lost(&ben), None, "overwritten knowingly");
}

#[test]
fn an_edit_that_was_overwritten_knowingly_is_not_lost_to_a_third() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    cid.write(at(9), title("from cid"));
    ana.write(at(1), title("from ana"));
    // Ana meets Cid before she hears that Ben had seen and changed hers.
    meet(&mut ana, &mut ben, at(2));
    ben.write(at(3), title("from ben"));
    meet(&mut ana, &mut cid, at(10));
    assert_eq!(lost(&ana), Some(TaskChange::Title("from ana".into())));
    meet(&mut ana, &mut ben, at(11));
    assert_eq!(lost(&ana), None);
    assert_eq!(lost(&ben), Some(TaskChange::Title("from ben".into())));
}

#[test]
fn a_task_deleted_under_ones_hands_can_be_added_again() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    let task = TaskId([1; 16]);
    ben.write(at(1), title("chair"));
    meet(&mut ana, &mut ben, at(2));
    ana.write(at(3), title("chair 1"));
    ben.write(at(4), Body::DeleteTask(task));
    meet(&mut ana, &mut ben, at(5));
    for site in [&ana, &ben] {
        assert!(site.replica.tasks.view(task).is_none());
    }
    assert!(ana.replica.tasks.lost.deletion(task).is_some());
    assert!(ben.replica.tasks.lost.deletion(task).is_none());
    let kept = ana.replica.tasks.all_values(task);
    assert!(kept.contains(&TaskChange::Title("chair 1".into())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Between two people, what is lost does not depend on the order in which operations arrived: a replica that loads
    /// its own records tells the same. (With three, who overwrote whom knowingly may be heard too late to matter.)
    #[test]
    fn lost_edits_of_two_are_the_same_whatever_the_order(acts in acts(), seed in any::<u8>()) {
        let acts: Vec<Act> = acts.into_iter().filter(|act| !act.involves(2)).collect();
        let mut sites = perform(&acts);
        sites.truncate(2);
        let mut runs: Vec<Run> = sites.iter_mut().flat_map(Site::all).collect();
        let mut random = Rng::new([seed; 32]);
        for (number, site) in (1u8..).zip(&mut sites) {
            site.take(at(1_000), &runs);
            for at in (1..runs.len()).rev() {
                runs.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap());
            }
            let mut again = Site::blank(number);
            again.take(at(1_000), &runs);
            prop_assert_eq!(&again.replica.tasks.lost, &site.replica.tasks.lost);
        }
    }
}
