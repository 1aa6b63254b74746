//! People find each other.

use super::{clinic, settled, settled_as_is, shown};
use corridor_core::node::{HubState, Path, Refusal};
use corridor_sim::world::{Setup, World};

#[test]
fn two_people_link_and_share_tasks_and_messages() {
    let (mut world, hosts) = clinic(1, 2);
    world.post(hosts[0], "good morning").unwrap();
    let task = world.add_task(hosts[1], "order gloves").unwrap();
    let shared = world.run_until(2_000, |w| {
        shown(w, &hosts, "good morning") == [1, 1]
            && hosts
                .iter()
                .all(|h| w.node(*h).unwrap().task(task).is_some())
    });
    assert!(shared);
    assert!(world.rtc.count.bytes > 0);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_late_joiner_gets_all_history() {
    let (mut world, hosts) = clinic(2, 2);
    for number in 0..60 {
        world
            .post(hosts[number % 2], &format!("note {number}."))
            .unwrap();
        world
            .add_task(hosts[number % 2], &format!("task {number}."))
            .unwrap();
    }
    let late = world.add_person();
    world.join(late);
    let caught_up = world.run_until(10_000, |w| {
        w.messages(late).len() == 60 && w.tasks(late).len() == 60
    });
    assert!(caught_up);
    settled_as_is(&mut world, 20_000);
    assert_eq!(world.texts(late), world.texts(hosts[0]));
}

#[test]
fn a_joiner_gets_history_from_whoever_is_there_when_the_author_is_gone() {
    let (mut world, hosts) = clinic(3, 2);
    world.post(hosts[0], "left behind").unwrap();
    assert!(world.run_until(5_000, |w| shown(w, &hosts, "left behind") == [1, 1]));
    world.kill(hosts[0], true);
    let late = world.add_person();
    world.join(late);
    assert!(world.run_until(20_000, |w| shown(w, &[late], "left behind") == [1]));
    settled(&mut world);
}

#[test]
fn simultaneous_joins_never_make_two_links_or_none() {
    for seed in 0..25 {
        let mut world = World::new(Setup::calm(100 + seed));
        world.net.weather.delay = (1, 5 + seed * 8);
        let hosts: Vec<usize> = (0..5).map(|_| world.add_person()).collect();
        world.join_all(&hosts);
        let linked = world.run_until(30_000, |w| w.all_linked(&hosts));
        assert!(linked, "seed {seed}: {:?}", world.everything_wrong());
        world.run_for(30_000);
        for host in &hosts {
            let mut others: Vec<usize> = world.rtc.live(*host).iter().map(|(_, o)| *o).collect();
            others.sort_unstable();
            let expected: Vec<usize> = hosts.iter().copied().filter(|h| h != host).collect();
            assert_eq!(others, expected, "seed {seed}, host {host}");
        }
        settled_as_is(&mut world, 10_000);
    }
}

#[test]
fn blocked_mdns_is_cured_by_the_hubs_stun() {
    let mut world = World::new(Setup {
        stun: true,
        ..Setup::calm(4)
    });
    let hosts = [world.add_person(), world.add_person()];
    world.net.block_mdns(0, 1, true);
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
}

#[test]
fn without_a_direct_way_everything_goes_through_the_hub() {
    let mut world = World::new(Setup::calm(5));
    let hosts = [world.add_person(), world.add_person()];
    world.net.refuse_direct(0, 1, true);
    world.join_all(&hosts);
    world.run_for(2_000);
    world.post(0, "through the hub").unwrap();
    world.add_task(1, "relayed").unwrap();
    let both = |w: &World| shown(w, &hosts, "through the hub") == [1, 1] && w.tasks(0).len() == 1;
    assert!(world.run_until(3_000, both));
    world.run_for(120_000);
    assert_eq!(world.path(0, 1), Path::Hub);
    assert_eq!(world.rtc.count.bytes, 0);
    assert!(world.hub.tap.relayed > 10);
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_wrong_key_is_refused_and_changes_nothing() {
    let (mut world, hosts) = clinic(6, 2);
    let stranger = world.add_stranger();
    world.join(stranger);
    let refused = HubState::Refused(Refusal::WrongKey);
    assert!(world.run_until(5_000, |w| w.hub_state(stranger) == Some(refused)));
    world.run_for(30_000);
    assert!(hosts.iter().all(|h| world.presence(*h, stranger).is_none()));
    assert!(world.rtc.live(stranger).is_empty());
    world.kill(stranger, false);
    world.hosts[stranger].left = true;
    settled_as_is(&mut world, 10_000);
}

#[test]
fn a_reload_is_the_same_person_and_loses_nothing() {
    let (mut world, hosts) = clinic(7, 3);
    for round in 0..4 {
        world.post(hosts[0], &format!("before {round}")).unwrap();
        world.reload(hosts[0]);
        world.post(hosts[0], &format!("after {round}")).unwrap();
        assert!(world.run_until(30_000, |w| w.all_linked(&hosts)));
    }
    settled_as_is(&mut world, 10_000);
    assert_eq!(world.messages(hosts[1]).len(), 8);
    assert_eq!(world.node(hosts[1]).unwrap().people().len(), 3);
}

#[test]
fn two_tabs_of_one_browser_are_two_people() {
    let mut world = World::new(Setup::calm(8));
    let one = world.add_person();
    let two = world.add_tab(one).unwrap();
    let hosts = [one, two, world.add_person()];
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    for number in 0..10 {
        world.post(one, &format!("one {number}.")).unwrap();
        world.post(two, &format!("two {number}.")).unwrap();
    }
    settled_as_is(&mut world, 10_000);
    world.kill(one, false);
    world.kill(two, false);
    settled(&mut world);
    assert_eq!(world.messages(two).len(), 20);
}
