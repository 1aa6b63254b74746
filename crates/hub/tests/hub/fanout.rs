//! What every fanout owes the hubs it joins, asked of each.

use super::soon;
use bytes::Bytes;
use corridor_core::broker::Subject;
use corridor_core::id::RoomId;
use corridor_core::limits::{HUB_FANOUT_QUEUE, MAX_FANOUT_BYTES};
use corridor_hub::fanout::{Exchange, Heard, Line};
use std::time::{Duration, Instant};

const ROOM: RoomId = RoomId([1; 16]);
const OTHER: RoomId = RoomId([2; 16]);

async fn next(line: &mut Line) -> Heard {
    soon("another hub's words", line.heard.recv())
        .await
        .unwrap()
}

fn say(line: &Line, subject: Subject, text: &'static str) {
    let said = line
        .fanout
        .publish(subject, Bytes::from_static(text.as_bytes()));
    assert_eq!(said, Ok(()));
}

fn heard(subject: Subject, text: &'static str) -> Heard {
    (subject, Bytes::from_static(text.as_bytes()))
}

/// Something of what is said is lost.
async fn repeat_until_heard(from: &Line, to: &mut Line, text: &'static str) {
    soon(text, async {
        loop {
            let bytes = Bytes::from_static(text.as_bytes());
            let _ = from.fanout.publish(Subject::Hubs, bytes);
            while let Ok(said) = to.heard.try_recv() {
                if said == heard(Subject::Hubs, text) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// What was said is with those who hear, or on its way to them.
async fn settled(line: &Line) {
    soon("what was said to be handed on", line.fanout.settle()).await;
}

/// The contract, for three lines that nobody has used.
pub(super) async fn contract([mut a, mut b, mut c]: [Line; 3]) {
    assert!(a.fanout.is_up());
    // All others hear, each once and in order; the sender does not.
    for number in 0..200_u32 {
        let bytes = Bytes::copy_from_slice(&number.to_be_bytes());
        assert_eq!(a.fanout.publish(Subject::Hubs, bytes), Ok(()));
    }
    for number in 0..200_u32 {
        for line in [&mut b, &mut c] {
            let (subject, bytes) = next(line).await;
            assert_eq!(
                (subject, &bytes[..]),
                (Subject::Hubs, &number.to_be_bytes()[..])
            );
        }
    }

    // Whoever waits for it knows when the speaker is needed no more.
    say(&a, Subject::Hubs, "last words");
    settled(&a).await;
    settled(&a).await;
    for line in [&mut b, &mut c] {
        assert_eq!(next(line).await, heard(Subject::Hubs, "last words"));
    }

    // A room is heard by those who listen to it, by whoever knows that they do.
    b.fanout.listen(ROOM, true);
    say(&b, Subject::Hubs, "listening");
    assert_eq!(next(&mut a).await, heard(Subject::Hubs, "listening"));
    assert_eq!(next(&mut c).await, heard(Subject::Hubs, "listening"));
    say(&a, Subject::Room(OTHER), "elsewhere");
    say(&a, Subject::Room(ROOM), "in the room");
    assert_eq!(
        next(&mut b).await,
        heard(Subject::Room(ROOM), "in the room")
    );
    say(&a, Subject::Hubs, "to all");
    assert_eq!(next(&mut b).await, heard(Subject::Hubs, "to all"));
    assert_eq!(next(&mut c).await, heard(Subject::Hubs, "to all"));

    // The longest frame there is.
    let longest = Bytes::from(vec![7; MAX_FANOUT_BYTES]);
    let said = a.fanout.publish(Subject::Room(ROOM), longest.clone());
    assert_eq!(said, Ok(()));
    assert_eq!(next(&mut b).await, (Subject::Room(ROOM), longest));

    // No more, and then again.
    b.fanout.listen(ROOM, false);
    say(&b, Subject::Hubs, "not listening");
    assert_eq!(next(&mut a).await, heard(Subject::Hubs, "not listening"));
    say(&a, Subject::Room(ROOM), "into the void");
    say(&a, Subject::Hubs, "end");
    assert_eq!(next(&mut b).await, heard(Subject::Hubs, "end"));
    b.fanout.listen(ROOM, true);
    say(&b, Subject::Hubs, "again");
    assert_eq!(next(&mut a).await, heard(Subject::Hubs, "again"));
    say(&a, Subject::Room(ROOM), "back");
    assert_eq!(next(&mut b).await, heard(Subject::Room(ROOM), "back"));

    // Too much is lost rather than waited for, and later words are heard again.
    let start = Instant::now();
    for _ in 0..4 * HUB_FANOUT_QUEUE {
        let _ = a.fanout.publish(Subject::Hubs, Bytes::from(vec![9; 4096]));
    }
    assert!(start.elapsed() < Duration::from_secs(10), "it waited");
    repeat_until_heard(&a, &mut b, "after").await;

    // Whoever is gone disturbs nobody.
    drop(b);
    repeat_until_heard(&a, &mut c, "left").await;
}

#[tokio::test]
async fn in_one_process() {
    let exchange = Exchange::default();
    contract([exchange.join(), exchange.join(), exchange.join()]).await;
}
