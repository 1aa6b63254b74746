use super::world::{Got, World};
use crate::broker::{BrokerInput, CloseReason};
use crate::limits::{HUB_PING, HUB_SILENCE};
use crate::wire::hub::{ClientFrame, HubFrame};
use core::time::Duration;

#[test]
fn a_silent_connection_is_asked_and_then_closed_after_hub_silence() {
    let mut world = World::new();
    let room = world.room();
    let witness = world.member(room, 1);
    let silent = world.member(room, 2);
    world.frames(&witness);

    let step = Duration::from_millis(500);
    let mut waited = Duration::ZERO;
    while world.broker.health(world.now).connections == 2 {
        world.pass(step);
        waited += step;
        world.send(&witness, ClientFrame::Ping(0));
        assert!(waited <= HUB_SILENCE, "still there");
    }
    assert_eq!(waited, HUB_SILENCE);
    assert_eq!(
        world.got(&silent),
        [Got::Asked, Got::Asked, Got::Closed(CloseReason::Silent)]
    );
    assert!(
        world
            .frames(&witness)
            .contains(&HubFrame::Departed(silent.member()))
    );
}

#[test]
fn a_hidden_tab_that_only_answers_pings_below_the_protocol_stays() {
    let mut world = World::new();
    let room = world.room();
    let hidden = world.member(room, 1);
    let mut asked = 0;
    for _ in 0..120 {
        world.pass(HUB_PING);
        for got in world.got(&hidden) {
            assert_eq!(got, Got::Asked);
            asked += 1;
            world.handle(BrokerInput::Alive { conn: hidden.conn });
        }
    }
    assert!(asked > 50, "asked only {asked} times in ten minutes");
    assert_eq!(world.broker.health(world.now).members, 1);
}

#[test]
fn a_hub_that_slept_asks_before_it_closes_anyone() {
    let mut world = World::new();
    let room = world.room();
    let client = world.member(room, 1);
    world.jump(Duration::from_secs(3600));
    world.handle(BrokerInput::Wake);
    assert_eq!(world.got(&client), [Got::Asked]);
    world.send(&client, ClientFrame::Ping(7));
    world.pass(HUB_PING - Duration::from_millis(1));
    assert!(matches!(
        world.frames(&client).as_slice(),
        [HubFrame::Pong { number: 7, .. }]
    ));
    assert_eq!(world.broker.health(world.now).members, 1);
}

#[test]
fn no_timer_is_left_without_a_reason() {
    let mut world = World::new();
    assert_eq!(world.broker.next_wake(), None);
    let client = world.connect(1);
    assert!(world.broker.next_wake().is_some());
    world.drop_socket(&client);
    world.pass(HUB_SILENCE);
    assert_eq!(world.broker.next_wake(), None);
}
