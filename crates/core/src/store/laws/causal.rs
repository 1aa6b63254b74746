//! Causal delivery (O-CAUSAL, R-MSG-4, R-MSG-5).

use super::*;

#[test]
fn a_reply_waits_for_what_it_answers() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    let question = ana.post(at(1), None);
    ben.take(at(2), &ana.all());
    let answer = ben.post(at(3), Some(question));
    let of_ben: Vec<Run> = ben
        .all()
        .into_iter()
        .filter(|run| run.writer == ben.id())
        .collect();
    cid.take(at(4), &of_ben);
    assert!(
        cid.replica.chat.rank(answer).is_none(),
        "shown before its question"
    );
    cid.take(at(5), &ana.all());
    assert_eq!(cid.state().1, ben.state().1);
    assert!(!cid.replica.chat.get(answer).unwrap().1.gap);
}

#[test]
fn a_gap_that_nobody_fills_is_marked_and_blocks_nothing() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    let question = ana.post(at(1), None);
    ben.take(at(2), &ana.all());
    let answer = ben.post(at(3), Some(question));
    let later = ben.post(at(4), None);
    let of_ben: Vec<Run> = ben
        .all()
        .into_iter()
        .filter(|run| run.writer == ben.id())
        .collect();
    cid.take(at(5), &of_ben);
    let due = cid.replica.next_wake(at(5)).unwrap();
    assert_eq!(due, at(5).mono.plus(limits::GAP_PATIENCE));
    cid.replica.settle(Now {
        mono: due,
        ..at(20)
    });
    assert!(cid.replica.chat.get(answer).unwrap().1.gap);
    assert!(!cid.replica.chat.get(later).unwrap().1.gap);

    cid.take(at(30), &ana.all());
    assert!(!cid.replica.chat.get(answer).unwrap().1.gap, "filled late");
    assert_eq!(cid.state().1, ben.state().1);
}

#[test]
fn a_second_answer_to_what_was_given_up_is_marked_too() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    let question = ana.post(at(1), None);
    ben.take(at(2), &ana.all());
    let first = ben.post(at(3), None);
    let second = ben.post(at(4), Some(question));
    let of_ben: Vec<Run> = ben
        .all()
        .into_iter()
        .filter(|run| run.writer == ben.id())
        .collect();
    cid.take(at(5), &of_ben);
    cid.replica.settle(at(60));
    let gap = |site: &Site, id| site.replica.chat.get(id).unwrap().1.gap;
    assert!(gap(&cid, first) && gap(&cid, second));
    cid.take(at(70), &ana.all());
    assert!(!gap(&cid, first) && !gap(&cid, second));
}

/// Takes what the other has and this one lacks, writer by writer.
pub(super) fn pull(from: &mut Site, to: &mut Site, now: Now) {
    for (writer, last) in from.replica.have().ahead_of(&to.replica.have().clone()) {
        loop {
            let first = to.replica.have().get(writer) + 1;
            if first > last {
                break;
            }
            let run = from.replica.run(writer, first, last, limits::BATCH_BYTES);
            to.replica.receive(&run.unwrap()).unwrap();
        }
    }
    to.replica.settle(now);
}

/// O-CAUSAL, R-MSG-4, R-MSG-5: ten thousand messages of five people who answer each other, one operation per packet,
/// shuffled, a fifth of them lost and a fifth arriving more than once.
#[test]
fn ten_thousand_messages_in_any_order_are_shown_once_and_never_before_what_they_answer() {
    const PEOPLE: usize = 5;
    const MESSAGES: usize = 10_000;
    let mut random = Rng::new([7; 32]);
    let mut below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
    let mut sites: Vec<Site> = (1..=5).map(Site::new).collect();
    let mut said: Vec<Vec<OpId>> = vec![Vec::new(); PEOPLE];
    for number in 0..MESSAGES {
        let now = at(number as u64);
        let by = below(PEOPLE);
        if number % 7 == 0 {
            let other = (by + 1 + below(PEOPLE - 1)) % PEOPLE;
            let (low, high) = sites.split_at_mut(by.max(other));
            let (a, b) = (&mut low[by.min(other)], &mut high[0]);
            if by < other {
                pull(b, a, now);
            } else {
                pull(a, b, now);
            }
        }
        let shown = sites[by].replica.chat.iter().next_back();
        let answers = shown.map(|(rank, _)| rank.op).filter(|_| below(3) == 0);
        let id = sites[by].post(now, answers);
        said[by].push(id);
    }
    let end = at(MESSAGES as u64);
    for by in 1..PEOPLE {
        let (low, high) = sites.split_at_mut(by);
        pull(&mut high[0], &mut low[0], end);
    }
    let author = &mut sites[0];
    let all = author.replica.have().clone();

    let mut reader = Site::blank(9);
    let mut shown = std::collections::BTreeSet::new();
    let mut next = VersionVector::default();
    let mut in_flight: Vec<OpId> = Vec::new();
    let (mut lost, mut doubled, mut ahead) = (0, 0, 0);
    while *reader.replica.have() != all {
        for (writer, last) in all.iter() {
            // At most twenty of each are under way; whoever sends starts again when none is.
            let under_way = in_flight.iter().filter(|id| id.writer == writer).count();
            let held = reader.replica.have().get(writer);
            let from = match under_way {
                0 => held,
                _ => next.get(writer).max(held),
            };
            let upto = last.min(from + 20_u64.saturating_sub(under_way as u64));
            in_flight.extend((from + 1..=upto).map(|seq| OpId { writer, seq }));
            next.set(writer, upto.max(from));
        }
        let at = below(in_flight.len());
        let id = in_flight[at];
        match below(10) {
            0 | 1 => doubled += 1,
            2 | 3 => {
                in_flight.swap_remove(at);
                lost += 1;
                continue;
            }
            _ => {
                in_flight.swap_remove(at);
            }
        }
        if reader.replica.receive(&author.one(id)).unwrap() == Received::Gap {
            ahead += 1;
            next.set(id.writer, reader.replica.have().get(id.writer));
        }
        let applied = reader.replica.settle(end);
        for id in &applied.messages {
            let (_, message) = reader.replica.chat.get(*id).unwrap();
            assert!(!message.gap);
            let answered = message.reply_to.is_none_or(|question| {
                shown.contains(&question) || applied.messages.contains(&question)
            });
            assert!(answered, "{id} came before what it answers");
        }
        for id in applied.messages {
            assert!(shown.insert(id), "{id} was shown twice");
        }
        in_flight.retain(|id| reader.replica.have().get(id.writer) < id.seq || below(2) == 0);
    }
    assert!(
        lost > 1_000 && doubled > 1_000 && ahead > 1_000,
        "{lost} {doubled} {ahead}"
    );
    assert_eq!(shown.len(), MESSAGES);
    assert_eq!(reader.state().1, author.state().1);
    assert!(reader.replica.is_at_rest(), "something is still waiting");
}
