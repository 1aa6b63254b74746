//! R-HUB-2 over HTTP: rule H-MAIL under virtual time.

use super::world::{TAG, World};
use crate::broker::sealed::tests::sealed;
use crate::broker::{
    BrokerInput, BrokerLimits, HubLimit, Mail, MailKind, MailQuery, PollId, Posted, Posting,
    Refusal,
};
use crate::id::{PeerId, RoomId, RoomTag, WriterId};
use crate::limits::{
    HUB_MAIL_ROOM_BYTES, HUB_MAIL_TTL, HUB_MAIL_WAIT, HUB_SWEEP, MAX_SEALED_SIGNAL_BYTES, ROOM_TTL,
};
use core::net::IpAddr;
use core::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const A: PeerId = WriterId([0xa; 16]);
const B: PeerId = WriterId([0xb; 16]);

fn offer(room: RoomId, from: PeerId, bytes: Vec<u8>) -> Posting {
    Posting {
        room,
        tag: TAG,
        kind: MailKind::Offer,
        from,
        to: B,
        sealed: bytes,
    }
}

fn post(world: &mut World, posting: Posting) -> Result<Posted, Refusal> {
    let posted = world.broker.post_mail(world.now, posting);
    world.carry_out();
    posted
}

fn query(room: RoomId) -> MailQuery {
    MailQuery {
        room,
        tag: TAG,
        kind: MailKind::Offer,
        to: B,
        after: 0,
    }
}

fn ask(world: &mut World, number: u64, query: MailQuery, wait: Duration) {
    world.handle(BrokerInput::Poll {
        poll: PollId(number),
        address: IpAddr::from([192, 0, 2, 1]),
        query,
        wait,
    });
}

/// The answer to a request that does not wait.
fn read(world: &mut World, query: MailQuery) -> Result<Vec<Mail>, Refusal> {
    ask(world, 1_000, query, Duration::ZERO);
    world.answers.pop().unwrap().1
}

#[test]
fn r_hub_2_a_letter_reaches_its_recipient_alone_and_stays_for_a_second_look() {
    let mut world = World::new();
    let room = world.room();
    let posted = post(&mut world, offer(room, A, sealed(1, 200))).unwrap();
    assert_eq!(posted.expires_in, HUB_MAIL_TTL);
    world.pass(SECOND);
    for _ in 0..2 {
        let mail = read(&mut world, query(room)).unwrap();
        let expected = Mail {
            number: posted.number,
            from: A,
            sealed: sealed(1, 200).into(),
            expires_in: HUB_MAIL_TTL - SECOND,
        };
        assert_eq!(mail, [expected]);
    }
    for other in [
        MailQuery {
            to: A,
            ..query(room)
        },
        MailQuery {
            kind: MailKind::Answer,
            ..query(room)
        },
        MailQuery {
            after: posted.number,
            ..query(room)
        },
        MailQuery {
            room: world.room(),
            ..query(room)
        },
    ] {
        assert_eq!(read(&mut world, other), Ok(vec![]), "{other:?}");
    }
}

#[test]
fn r_hub_2_a_newer_offer_takes_the_place_of_the_older_and_others_stay() {
    let mut world = World::new();
    let room = world.room();
    let older = post(&mut world, offer(room, A, sealed(1, 100))).unwrap();
    post(&mut world, offer(room, WriterId([0xc; 16]), sealed(2, 100))).unwrap();
    let newer = post(&mut world, offer(room, A, sealed(3, 100))).unwrap();
    assert!(newer.number > older.number);
    let mail = read(&mut world, query(room)).unwrap();
    let first_bytes: Vec<u8> = mail.iter().map(|mail| mail.sealed[0]).collect();
    assert_eq!(first_bytes, [sealed(2, 1)[0], sealed(3, 1)[0]]);
}

#[test]
fn r_hub_2_mail_is_kept_thirty_minutes_and_no_longer_than_its_room() {
    let mut world = World::new();
    let room = world.room();
    post(&mut world, offer(room, A, sealed(1, 100))).unwrap();
    world.pass(HUB_MAIL_TTL - SECOND);
    assert_eq!(read(&mut world, query(room)).unwrap().len(), 1);
    world.pass(SECOND);
    assert_eq!(read(&mut world, query(room)), Ok(vec![]));
    world.pass(HUB_SWEEP);
    assert_eq!(world.broker.health(world.now).letters, 0);

    let mut world = World::with(BrokerLimits {
        room_ttl: SECOND * 60,
        ..BrokerLimits::default()
    });
    let room = world.room();
    post(&mut world, offer(room, A, sealed(1, 100))).unwrap();
    world.pass(SECOND * 60 + HUB_SWEEP);
    assert_eq!(world.broker.health(world.now).letters, 0);
    assert_eq!(read(&mut world, query(room)), Err(Refusal::Ended));
}

#[test]
fn r_hub_2_whoever_waits_is_answered_when_mail_comes_or_the_time_is_over() {
    let mut world = World::new();
    let room = world.room();
    ask(&mut world, 1, query(room), SECOND * 20);
    let other = MailQuery {
        to: A,
        ..query(room)
    };
    ask(&mut world, 2, other, Duration::from_secs(u64::MAX));
    world.pass(SECOND * 5);
    assert_eq!(world.answers, []);

    let posted = post(&mut world, offer(room, A, sealed(1, 100))).unwrap();
    let (poll, mail) = world.answers.pop().unwrap();
    assert_eq!(poll, PollId(1));
    assert_eq!(mail.unwrap()[0].number, posted.number);

    world.pass(HUB_MAIL_WAIT - SECOND * 6);
    assert_eq!(world.answers, []);
    world.pass(SECOND);
    assert_eq!(
        world.answers,
        [(PollId(2), Ok(vec![]))],
        "the wait is bounded"
    );

    ask(&mut world, 3, other, SECOND);
    world.handle(BrokerInput::Abandoned { poll: PollId(3) });
    world.answers.clear();
    world.pass(SECOND * 2);
    assert_eq!(world.answers, []);
}

#[test]
fn mail_is_for_holders_of_the_tag_and_sealed_or_refused() {
    let mut world = World::new();
    let room = world.room();
    post(&mut world, offer(room, A, sealed(1, 100))).unwrap();
    let stranger = RoomTag([1; 16]);
    let asked = read(
        &mut world,
        MailQuery {
            tag: stranger,
            ..query(room)
        },
    );
    assert_eq!(asked, Err(Refusal::WrongTag));
    let nowhere = read(&mut world, query(RoomId([5; 16])));
    assert_eq!(nowhere, Err(Refusal::UnknownRoom));
    let mut posting = offer(room, A, sealed(2, 100));
    posting.tag = stranger;
    assert_eq!(post(&mut world, posting), Err(Refusal::WrongTag));
    for bytes in [
        vec![],
        b"v=0\r\n".repeat(20),
        sealed(1, MAX_SEALED_SIGNAL_BYTES + 1),
    ] {
        let refused = post(&mut world, offer(room, A, bytes));
        assert_eq!(refused, Err(Refusal::Malformed));
    }
    assert_eq!(world.broker.health(world.now).letters, 1);
}

#[test]
fn mail_and_those_who_wait_are_bounded() {
    let mut world = World::with(BrokerLimits {
        per_address: 2,
        ..BrokerLimits::default()
    });
    let room = world.room();
    let fit = HUB_MAIL_ROOM_BYTES / (MAX_SEALED_SIGNAL_BYTES + 192);
    let from = |at: usize| WriterId([u8::try_from(at % 256).unwrap(); 16]);
    let longest = sealed(1, MAX_SEALED_SIGNAL_BYTES);
    for at in 0..fit {
        post(&mut world, offer(room, from(at), longest.clone())).unwrap();
    }
    let full = post(&mut world, offer(room, from(fit), longest.clone()));
    assert_eq!(full, Err(Refusal::Full));
    assert_eq!(world.broker.hits(HubLimit::Mail), 1);
    assert!(post(&mut world, offer(room, from(0), longest.clone())).is_ok());
    let elsewhere = world.room();
    assert!(post(&mut world, offer(elsewhere, A, longest.clone())).is_ok());
    world.pass(HUB_MAIL_TTL);
    assert!(post(&mut world, offer(room, from(fit), longest)).is_ok());

    for number in 1..=3 {
        let nobody = MailQuery {
            to: A,
            ..query(room)
        };
        ask(&mut world, number, nobody, SECOND);
    }
    assert_eq!(world.answers, [(PollId(3), Err(Refusal::Full))]);
}

#[test]
fn without_the_handshake_there_is_no_mail() {
    let mut world = World::layered("phonebook,relay");
    let room = world.room();
    let posted = post(&mut world, offer(room, A, sealed(1, 100)));
    assert_eq!(posted, Err(Refusal::LayerOff));
    assert_eq!(read(&mut world, query(room)), Err(Refusal::LayerOff));
    assert_eq!(world.broker.health(world.now).letters, 0);
}

#[test]
fn no_timer_is_left_when_mail_and_room_are_gone() {
    let mut world = World::layered("phonebook,handshake");
    let room = world.room();
    post(&mut world, offer(room, A, sealed(1, 100))).unwrap();
    ask(
        &mut world,
        1,
        MailQuery {
            to: A,
            ..query(room)
        },
        SECOND,
    );
    world.pass(ROOM_TTL * 5);
    assert_eq!(world.broker.next_wake(), None);
}
