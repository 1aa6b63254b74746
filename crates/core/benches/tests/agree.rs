//! Every engine ends with the same tasks, by every way that is measured.

use corridor_bench::{Automerge, Corridor, Engine, Loro, Yrs, edits, tasks};

fn agrees<E: Engine>() {
    let mut all = tasks(300);
    let kept = E::write(&all);
    let mut pair = E::pair(E::author(&kept), E::newcomer(&kept));
    assert!(E::sync(&mut pair) > 0);
    assert_eq!(E::tasks(E::received(&pair)), all, "{}: first sync", E::NAME);

    for edit in edits(&mut all, 200) {
        assert!(E::send(&mut pair, &edit) > 0);
        assert_eq!(E::task(E::received(&pair), edit.task).fields().len(), 6);
    }
    assert_eq!(E::tasks(&E::part(pair)), all, "{}: one by one", E::NAME);

    let before = tasks(300);
    let mut all = before.clone();
    let mut author = E::author(&kept);
    for edit in edits(&mut all, 200) {
        E::edit(&mut author, &edit);
    }
    assert_eq!(E::tasks(&author), all, "{}: alone", E::NAME);
    let mut pair = E::pair(author, E::colleague(&kept));
    assert_eq!(
        E::tasks(E::received(&pair)),
        before,
        "{}: nothing has passed yet",
        E::NAME
    );
    E::sync(&mut pair);
    assert_eq!(
        E::tasks(E::received(&pair)),
        all,
        "{}: second sync",
        E::NAME
    );
}

#[test]
fn corridor() {
    agrees::<Corridor>();
}

#[test]
fn yrs() {
    agrees::<Yrs>();
}

#[test]
fn automerge() {
    agrees::<Automerge>();
}

#[test]
fn loro() {
    agrees::<Loro>();
}
