//! Private messages are read at their two ends only (O-SEALED, R-MSG-1).

use super::*;

#[test]
fn a_private_message_is_read_at_its_two_ends_only_and_travels_through_a_third() {
    let (mut ana, mut ben, mut cid) = (Site::new(1), Site::new(2), Site::new(3));
    meet(&mut ana, &mut ben, at(1));
    let post = Post {
        text: "between us".into(),
        ..Post::default()
    };
    let ben_id = ben.id();
    let sealed = ana.replica.seal(ben_id, &mut Rng::new([1; 32]), &post);
    let id = ana.write(at(2), sealed.unwrap());
    let bytes = &ana.replica.entry(id).unwrap().bytes;
    let shows = |bytes: &[u8]| bytes.windows(7).any(|part| part == b"between");
    assert!(!shows(bytes));

    cid.take(at(3), &ana.all());
    assert!(cid.replica.chat.get(id).is_none());
    ben.take(at(4), &cid.all());
    for (site, other) in [(&ana, ben.id()), (&ben, ana.id())] {
        let (_, message) = site.replica.chat.get(id).unwrap();
        assert_eq!(message.text.expose(), "between us");
        assert_eq!(message.with, Some(other));
    }

    let mut again = Site::blank(1);
    again.take(at(5), &ana.all());
    assert!(
        again.replica.chat.get(id).is_some(),
        "one's own after a reload"
    );
}

#[test]
fn a_private_message_that_does_not_open_is_counted_and_blocks_nothing() {
    let (mut ana, mut ben) = (Site::new(1), Site::new(2));
    meet(&mut ana, &mut ben, at(1));
    let to = ben.id();
    let id = ana.write(
        at(2),
        Body::Private {
            to,
            sealed: vec![7; 120],
        },
    );
    let later = ana.post(at(3), None);
    for run in ana.all() {
        let _ = ben.replica.receive(&run);
    }
    assert_eq!(ben.replica.settle(at(4)).refused, 1);
    assert!(ben.replica.chat.get(id).is_none());
    assert!(ben.replica.chat.get(later).is_some());
}
