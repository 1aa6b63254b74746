//! What the fuzz targets share: two or three linked people in a calm virtual clinic.

use corridor_core::node::{Input, RtcEvent, TaskView};
use corridor_sim::world::{Setup, World};

/// A clinic of `people` who are linked and share two messages and two tasks.
pub fn clinic(people: usize) -> World {
    let mut world = World::new(Setup::calm(1));
    let hosts: Vec<usize> = (0..people).map(|_| world.add_person()).collect();
    world.join_all(&hosts);
    assert!(world.run_until(20_000, |w| w.all_linked(&hosts)));
    for host in 0..2 {
        world.post(host, &format!("note {host}.")).expect("a post");
        world
            .add_task(host, &format!("task {host}."))
            .expect("a task");
    }
    assert!(world.run_until(20_000, |w| w.everything_wrong().is_empty()));
    world
}

/// What host `host` shows to its person.
pub fn content(world: &World, host: usize) -> (Vec<TaskView>, Vec<String>) {
    (world.tasks(host), world.texts(host))
}

/// Hands host 0 a packet as if host 1 had sent it directly. False when they are not linked.
pub fn inject(world: &mut World, bytes: &[u8]) -> bool {
    let link = world.rtc.live(0).into_iter().find(|(_, other)| *other == 1);
    let Some((id, _)) = link else {
        return false;
    };
    let packet = Input::Rtc(id.conn, RtcEvent::Packet(bytes.to_vec()));
    world.inject(0, packet);
    true
}
