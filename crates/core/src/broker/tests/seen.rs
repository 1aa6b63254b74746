use super::world::{Client, World};
use crate::id::RoomId;
use crate::key::DeviceKey;
use crate::wire::hub::{ClientFrame, HubFrame, Sighting};
use core::net::IpAddr;

/// Somebody in `room` whose socket comes from `address`, and what the hub said about addresses meanwhile.
fn arrive(world: &mut World, room: RoomId, address: &str, device: u8) -> (Client, Vec<Sighting>) {
    let client = world.connect_from(address.parse().unwrap(), device);
    let told = join(world, room, &client);
    (client, told)
}

fn join(world: &mut World, room: RoomId, client: &Client) -> Vec<Sighting> {
    world.send(client, ClientFrame::Join(client.join(room)));
    let frames = world.frames(client);
    let joined = |frame: &HubFrame| matches!(frame, HubFrame::Joined(_));
    assert!(frames.iter().any(joined), "{frames:?}");
    seen(&frames)
}

fn seen(frames: &[HubFrame]) -> Vec<Sighting> {
    let mut all = Vec::new();
    for frame in frames {
        if let HubFrame::Seen(members) = frame {
            assert!(!members.is_empty());
            all.extend(members);
        }
    }
    all
}

/// What `client` was told since somebody looked.
fn told(world: &mut World, client: &Client) -> Vec<Sighting> {
    let frames = world.frames(client);
    seen(&frames)
}

fn sighting(client: &Client, at: &str) -> Sighting {
    Sighting {
        peer: client.peer(),
        at: at.parse().unwrap(),
    }
}

#[test]
fn h_seen_tells_members_of_one_network_where_the_others_are() {
    let mut world = World::new();
    let room = world.room();
    let (a, told_a) = arrive(&mut world, room, "192.168.7.2", 1);
    let (b, told_b) = arrive(&mut world, room, "10.1.2.3", 2);
    assert_eq!(told_a, []);
    assert_eq!(told_b, [sighting(&a, "192.168.7.2")]);
    assert_eq!(
        world.frames(&a),
        [
            HubFrame::Arrived(b.member()),
            HubFrame::Seen(vec![sighting(&b, "10.1.2.3")])
        ],
        "first who, then where"
    );

    // Joining again for credentials tells the one who joins, and nobody else.
    assert_eq!(join(&mut world, room, &b), [sighting(&a, "192.168.7.2")]);
    assert_eq!(told(&mut world, &a), []);

    // The same run of a tab comes back with another address.
    let mut moved = world.connect_from("10.1.2.4".parse().unwrap(), 2);
    moved.session = b.session;
    assert_eq!(
        join(&mut world, room, &moved),
        [sighting(&a, "192.168.7.2")]
    );
    assert_eq!(told(&mut world, &a), [sighting(&b, "10.1.2.4")]);
}

#[test]
fn h_seen_tells_local_addresses_only() {
    for (address, local) in [
        ("10.0.0.1", true),
        ("172.16.0.1", true),
        ("172.31.255.254", true),
        ("192.168.0.1", true),
        ("169.254.3.4", true),
        ("fd12:3456::7", true),
        ("::ffff:192.168.0.1", true),
        ("9.255.255.255", false),
        ("172.15.0.1", false),
        ("172.32.0.1", false),
        ("192.167.0.1", false),
        ("192.169.0.1", false),
        ("192.0.2.7", false),
        ("100.64.0.1", false),
        ("169.253.0.1", false),
        ("127.0.0.1", false),
        ("0.0.0.0", false),
        ("::1", false),
        ("fe80::1", false),
        ("2001:db8::1", false),
        ("::ffff:192.0.2.7", false),
    ] {
        let mut world = World::new();
        let room = world.room();
        let (one, _) = arrive(&mut world, room, address, 1);
        let (_, told) = arrive(&mut world, room, "192.168.9.9", 2);
        let plain = address.parse::<IpAddr>().unwrap().to_canonical();
        let expected = local.then(|| sighting(&one, &plain.to_string()));
        assert_eq!(told, Vec::from_iter(expected), "{address}");
    }
}

#[test]
fn h_seen_goes_to_nobody_outside() {
    for outside in ["203.0.113.5", "100.64.0.1", "2001:db8::1"] {
        let mut world = World::new();
        let room = world.room();
        let (inside, _) = arrive(&mut world, room, "192.168.7.2", 1);
        let (remote, told_remote) = arrive(&mut world, room, outside, 2);
        assert_eq!(told_remote, [], "{outside}");
        let (_, told_third) = arrive(&mut world, room, "192.168.7.3", 3);
        assert_eq!(told_third, [sighting(&inside, "192.168.7.2")]);
        assert_eq!(told(&mut world, &remote), [], "{outside}");
    }
    // The hub's own machine is inside, and its loopback address is of use to nobody.
    let mut world = World::new();
    let room = world.room();
    let (own, _) = arrive(&mut world, room, "127.0.0.1", 1);
    let (other, told_other) = arrive(&mut world, room, "192.168.7.2", 2);
    assert_eq!(told_other, []);
    assert_eq!(told(&mut world, &own), [sighting(&other, "192.168.7.2")]);
}

#[test]
fn h_seen_tells_no_address_that_several_devices_share() {
    let mut world = World::new();
    let room = world.room();
    let (one, _) = arrive(&mut world, room, "192.168.7.1", 1);
    let (two, told_two) = arrive(&mut world, room, "192.168.7.1", 2);
    assert_eq!(told_two, []);
    assert_eq!(told(&mut world, &one), []);
    let (apart, told_apart) = arrive(&mut world, room, "192.168.7.9", 3);
    assert_eq!(told_apart, [], "neither of the two behind one address");
    // They can reach out.
    assert_eq!(told(&mut world, &one), [sighting(&apart, "192.168.7.9")]);
    assert_eq!(told(&mut world, &two), [sighting(&apart, "192.168.7.9")]);

    // Once the other is gone, the address is one device's.
    world.drop_socket(&two);
    assert_eq!(
        join(&mut world, room, &apart),
        [sighting(&one, "192.168.7.1")]
    );
}

#[test]
fn h_seen_takes_tabs_of_one_device_for_what_they_are() {
    let mut world = World::new();
    let room = world.room();
    let (one, _) = arrive(&mut world, room, "192.168.7.1", 1);
    let mut tab = world.connect_from("192.168.7.1".parse().unwrap(), 1);
    tab.device = DeviceKey::new([1; 32], 1);
    assert_ne!(tab.peer(), one.peer());
    let told_tab = join(&mut world, room, &tab);
    assert_eq!(told_tab, [sighting(&one, "192.168.7.1")]);
    assert_eq!(told(&mut world, &one), [sighting(&tab, "192.168.7.1")]);
}

#[test]
fn h_seen_belongs_to_the_handshake() {
    for (layers, expected) in [("phonebook,handshake", 1), ("phonebook,relay", 0)] {
        let mut world = World::layered(layers);
        let room = world.room();
        let (one, _) = arrive(&mut world, room, "192.168.7.2", 1);
        let (_, told_two) = arrive(&mut world, room, "192.168.7.3", 2);
        assert_eq!(told_two.len(), expected, "{layers}");
        assert_eq!(told(&mut world, &one).len(), expected, "{layers}");
    }
}
