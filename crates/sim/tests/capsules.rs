//! Bug capsules of whole clinic days: each replays to its last output, and holds nothing that people wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use corridor_core::capsule::{Replay, ReplayError};
use corridor_core::limits;
use corridor_core::node::{Command, Done, Input, RtcEvent};
use corridor_core::wire::decode_frames;
use corridor_core::wire::peer::PeerFrame;
use corridor_sim::hub::Stop;
use corridor_sim::net::End;
use corridor_sim::run::world_of;
use corridor_sim::script::{Profile, Script};
use corridor_sim::tap::{MARKER, contains};
use corridor_sim::world::{Setup, World};

/// The capsules of all tabs that are open.
fn capsules(world: &World) -> Vec<Vec<u8>> {
    let hosts = world.hosts.iter();
    hosts
        .filter_map(|h| Some(h.recorder.as_ref()?.capsule(h.node.as_ref()?, "test")))
        .collect()
}

fn recorded(seed: u64) -> World {
    let mut world = World::new(Setup::calm(seed));
    world.recording = true;
    let hosts: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    world
}

/// Replays to the end; answers how many inputs and outputs there were.
fn replay(capsule: &[u8]) -> Result<(u64, u64), ReplayError> {
    let mut replay = Replay::begin(capsule)?;
    while replay.step()?.is_some() {}
    let (_, inputs, outputs) = replay.counts();
    Ok((inputs, outputs))
}

/// Nothing that people wrote, no key, and no room.
fn tells_nothing(world: &World, capsule: &[u8]) {
    let config = world.config(0).unwrap();
    let key = config.key.to_text();
    let mut needles = vec![
        MARKER.as_bytes().to_vec(),
        key.as_bytes().to_vec(),
        world.room.0.to_vec(),
    ];
    needles.extend(world.hosts.iter().map(|h| h.secret.to_vec()));
    let derived = format!("{:?}", config.key.derive(world.room).tag);
    needles.push(derived.into_bytes());
    for needle in needles {
        assert!(!contains(capsule, &needle), "{needle:?}");
    }
    assert!(
        contains(capsule, &world.hosts[0].writer.0),
        "the search works"
    );
}

/// What a node answered when it was asked for an invite or given one.
fn handed_out(world: &mut World, host: usize, command: Command) -> String {
    match world.done_by(host, command) {
        Ok(Done::Invite(text) | Done::Reply(_, text)) => text.expose().to_owned(),
        other => panic!("nothing handed out: {other:?}"),
    }
}

#[test]
fn links_by_invite_replay_with_all_that_was_refused_and_tell_nothing() {
    let mut world = World::new(Setup::calm(402));
    world.recording = true;
    let hosts: Vec<usize> = (0..3).map(|_| world.add_person()).collect();
    for host in &hosts {
        world.cut(End::Host(*host), End::Hub);
    }
    let stranger = world.add_stranger();
    world.join_all(&hosts);
    world.join(stranger);
    let take = |text: &str| Command::TakeSlip(text.into());
    let foreign = handed_out(&mut world, stranger, Command::Invite);
    let earlier = handed_out(&mut world, 0, Command::Invite);
    let to_earlier = handed_out(&mut world, 2, take(&earlier));
    let invite = handed_out(&mut world, 0, Command::Invite);
    let other = handed_out(&mut world, 2, Command::Invite);
    let private = format!("{MARKER} was pasted by mistake");
    let bent = invite.replace('a', "b");
    for text in [private.as_str(), foreign.as_str(), bent.as_str()] {
        assert!(world.done_by(1, take(text)).is_err());
    }
    let unused = handed_out(&mut world, 1, take(&other));
    let reply = handed_out(&mut world, 1, take(&invite));
    assert_eq!(handed_out(&mut world, 1, take(&invite)), reply);
    for text in [&to_earlier, &unused, &invite] {
        assert!(world.done_by(0, take(text)).is_err());
    }
    assert!(world.done_by(0, take(&reply)).is_ok());
    assert!(world.done_by(0, take(&reply)).is_err());
    assert!(world.run_until(5_000, |w| w.linked(0, 1)));
    world.post(0, "good morning").unwrap();
    world.run_for(5_000);
    for capsule in capsules(&world) {
        let (inputs, outputs) = replay(&capsule).unwrap();
        assert!(inputs > 10 && outputs > 10, "{inputs} {outputs}");
    }
    for (capsule, host) in capsules(&world).iter().zip(&hosts) {
        assert!(!contains(capsule, MARKER.as_bytes()), "host {host}");
        assert!(
            !contains(capsule, b"vXAd2dvUSFZDXSCmKnqZMCvH"),
            "ICE password"
        );
    }
}

#[test]
fn a_quiet_morning_replays_to_its_last_output_and_tells_nothing() {
    let mut world = recorded(401);
    let to = world.hosts[1].writer;
    for number in 0..10 {
        world.post(number % 3, &format!("note {number}.")).unwrap();
        world
            .add_task(number % 3, &format!("task {number}."))
            .unwrap();
    }
    let text = format!("{MARKER} only for you");
    let private = |to| Command::Post {
        text: text.as_str().into(),
        reply_to: None,
        to: Some(to),
        ttl_ms: None,
    };
    world.done_by(0, private(to)).unwrap();
    let back = world.hosts[0].writer;
    world.done_by(1, private(back)).unwrap();
    world.run_for(20_000);
    for (host, capsule) in capsules(&world).iter().enumerate() {
        let (inputs, outputs) = replay(capsule).unwrap();
        assert!(
            inputs > 50 && outputs > 100,
            "host {host}: {inputs} {outputs}"
        );
        tells_nothing(&world, capsule);
    }
}

/// What a tab read from its disk goes along, and so does what came through the hub.
#[test]
fn a_reloaded_tab_that_is_reached_through_the_hub_replays() {
    let mut world = recorded(402);
    for number in 0..20 {
        world
            .post(number % 3, &format!("before {number}."))
            .unwrap();
    }
    world.run_for(5_000);
    world.net.refuse_direct(0, 1, true);
    world.reload(0);
    world.run_for(10_000);
    for number in 0..20 {
        world.post(number % 3, &format!("after {number}.")).unwrap();
    }
    world.run_for(30_000);
    assert_eq!(world.messages(0).len(), 40);
    let all = capsules(&world);
    assert_eq!(all.len(), 3);
    for capsule in &all {
        replay(capsule).unwrap();
        tells_nothing(&world, capsule);
    }
    let mut again = Replay::begin(&all[0]).unwrap();
    while again.step().unwrap().is_some() {}
    assert!(again.counts().0 > 20, "records that were stored");
    assert_eq!(again.node().messages().len(), 40);
}

/// Loss, cuts, crashes, wrong clocks and full disks.
#[test]
fn days_full_of_faults_replay() {
    let (mut tabs, mut inputs) = (0, 0);
    for seed in 0..120 {
        let mut world = world_of(seed);
        world.recording = true;
        let mut script = Script::new(seed, Profile::SHORT);
        script.gather(&mut world);
        script.play(&mut world);
        for capsule in capsules(&world) {
            match replay(&capsule) {
                Ok(count) => inputs += count.0,
                Err(error) => panic!("seed {seed}: {error}"),
            }
            assert!(!contains(&capsule, MARKER.as_bytes()));
            tabs += 1;
        }
    }
    assert!(
        tabs > 180 && inputs > 25_000,
        "{tabs} tabs, {inputs} inputs"
    );
}

/// Whoever came to an empty room and read everything from the hub's shelf, and those who put it there.
#[test]
fn what_came_from_the_shelf_replays() {
    let mut world = World::new(Setup {
        shelf: true,
        ..Setup::calm(405)
    });
    world.recording = true;
    let hosts: Vec<usize> = (0..2).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    for number in 0..20 {
        world
            .post(number % 2, &format!("before {number}."))
            .unwrap();
    }
    world.run_for(60_000);
    let before = capsules(&world);
    for host in hosts {
        world.close(host);
    }
    world.run_for(20_000);
    let late = world.add_person();
    world.join(late);
    assert!(world.run_until(20_000, |w| w.messages(late).len() == 20));
    let after = capsules(&world);
    for capsule in before.iter().chain(&after) {
        replay(capsule).unwrap();
        tells_nothing(&world, capsule);
    }
    let mut again = Replay::begin(after.last().unwrap()).unwrap();
    while again.step().unwrap().is_some() {}
    assert_eq!(again.node().messages().len(), 20);
}

/// Frames that came in parts, at a browser that takes only short messages: parts hold texts, too.
#[test]
fn frames_that_came_in_parts_replay_and_tell_nothing() {
    let mut world = World::new(Setup::calm(406));
    world.recording = true;
    let hosts = [world.add_person(), world.add_person()];
    world
        .rtc
        .message_limits
        .insert(1, limits::MIN_MESSAGE_BYTES);
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    world.stop_hub(Stop::Process);
    world.record_packets();
    for number in 0..5 {
        let long = format!("{MARKER} {number} ").repeat(200);
        world.post(0, &long).unwrap();
        world.post(1, &long).unwrap();
    }
    let heard = |w: &World| hosts.iter().all(|host| w.messages(*host).len() == 10);
    assert!(world.run_until(20_000, heard));
    world.run_for(5_000);
    let mut parts = 0;
    for packet in world.packets_of(0) {
        let read = decode_frames(&packet, |number, fields| {
            parts += u32::from(matches!(
                PeerFrame::decode(number, fields)?,
                PeerFrame::Part(_)
            ));
            Ok(())
        });
        assert!(read.is_ok());
    }
    assert!(parts >= 15, "{parts} parts");
    for capsule in capsules(&world) {
        let mut again = Replay::begin(&capsule).unwrap();
        while again.step().unwrap().is_some() {}
        assert_eq!(again.node().messages().len(), 10);
        assert_eq!(again.node().room().rejected, 0);
        tells_nothing(&world, &capsule);
    }
}

/// What the node refused when it was recorded it refuses again, although nothing in the capsule is signed any more.
#[test]
fn forged_and_damaged_packets_replay_as_refused() {
    let mut world = recorded(404);
    world.record_packets();
    for number in 0..10 {
        world.post(1, &format!("note {number}.")).unwrap();
    }
    world.run_for(5_000);
    let (id, _) = world
        .rtc
        .live(0)
        .into_iter()
        .find(|(_, other)| *other == 1)
        .unwrap();
    let honest = world.packets_of(1);
    let mut runs = 0;
    for (at, packet) in honest.iter().enumerate() {
        let mut forged = Vec::new();
        let read = decode_frames(packet, |number, fields| {
            let mut frame = PeerFrame::decode(number, fields)?;
            if let PeerFrame::Ops(run) = &mut frame {
                run.first += 10;
                runs += 1;
            }
            frame.encode_into(&mut forged);
            Ok(())
        });
        assert!(read.is_ok());
        let mut damaged = packet.clone();
        if let Some(byte) = damaged.get_mut(at % packet.len()) {
            *byte ^= 0x55;
        }
        for bytes in [forged, damaged] {
            world.inject(0, Input::Rtc(id.conn, RtcEvent::Packet(bytes)));
        }
    }
    world.run_for(5_000);
    let rejected = world.node(0).unwrap().room().rejected;
    assert!(runs > 2 && rejected > 2, "{runs} runs, {rejected} refused");
    let capsule = capsules(&world).remove(0);
    replay(&capsule).unwrap();
    let mut again = Replay::begin(&capsule).unwrap();
    while again.step().unwrap().is_some() {}
    assert_eq!(again.node().room().rejected, rejected);
    tells_nothing(&world, &capsule);
}

#[test]
fn a_capsule_that_was_altered_is_noticed() {
    let mut world = recorded(403);
    world.post(0, "hello").unwrap();
    world.run_for(5_000);
    let capsule = capsules(&world).remove(0);
    replay(&capsule).unwrap();
    let (mut unread, mut diverged) = (0, 0);
    for at in (0..capsule.len()).step_by(37) {
        let mut bent = capsule.clone();
        bent[at] ^= 1;
        match replay(&bent) {
            Err(ReplayError::Unreadable(_)) => unread += 1,
            Err(ReplayError::Diverged(_)) => diverged += 1,
            // Noise may be other noise.
            Ok(_) => {}
        }
        assert!(replay(&capsule[..at]).is_err(), "cut at {at}");
    }
    assert!(unread > 10 && diverged > 10, "{unread} {diverged}");
}
