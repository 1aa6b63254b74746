//! What the operator's page says is what is so (R-HUB-5, R-HUB-6).

use super::clinic;
use corridor_core::node::{Command, Fault, Path};
use corridor_sim::world::World;

/// What the page should count: direct pairs, relayed pairs, people connected.
fn truth(world: &World) -> (usize, usize, usize) {
    let present = world.present();
    let (mut direct, mut hub) = (0, 0);
    for a in &present {
        for b in present.iter().filter(|b| *b > a) {
            match (world.path(*a, *b), world.path(*b, *a)) {
                (Path::Direct, Path::Direct) => direct += 1,
                (Path::Hub, Path::Hub) => hub += 1,
                _ => {}
            }
        }
    }
    (direct, hub, present.len())
}

fn page(world: &World) -> (usize, usize, usize) {
    let status = world.hub.mesh_status(world.now).unwrap();
    let links = status.totals.links;
    (links.direct, links.hub, status.totals.members)
}

fn agrees(world: &World) -> bool {
    page(world) == truth(world)
}

#[test]
fn four_tabs_in_a_full_mesh_are_six_links() {
    let (mut world, _) = clinic(500, 4);
    assert!(world.run_until(3_000, |w| page(w) == (6, 0, 4)));
    assert_eq!(
        world.hub.mesh_status(world.now).unwrap().totals.disagreeing,
        0
    );
}

#[test]
fn the_page_follows_joins_closings_and_cuts_within_three_seconds() {
    let (mut world, hosts) = clinic(501, 4);
    assert!(world.run_until(3_000, agrees));
    world.close(3);
    assert!(world.run_until(3_000, |w| page(w) == (3, 0, 3)));
    let peer = world.hosts[1].writer;
    world
        .done_by(0, Command::Fault(Fault::Avoid(peer, true)))
        .unwrap();
    let relayed = |w: &World| w.path(0, 1) == Path::Hub && w.path(1, 0) == Path::Hub;
    assert!(world.run_until(20_000, relayed));
    assert!(world.run_until(3_000, |w| page(w) == (2, 1, 3)));
    world
        .done_by(0, Command::Fault(Fault::Avoid(peer, false)))
        .unwrap();
    assert!(world.run_until(90_000, |w| w.all_linked(&hosts[..3])));
    assert!(world.run_until(3_000, |w| page(w) == (3, 0, 3)));
    let totals = world.hub.mesh_status(world.now).unwrap().totals;
    assert!(totals.upgraded >= 1 && totals.upgraded <= totals.relayed);
}

#[test]
fn who_loses_only_the_hub_stays_on_the_page_as_linked() {
    let (mut world, _) = clinic(502, 3);
    assert!(world.run_until(3_000, |w| page(w) == (3, 0, 3)));
    world
        .done_by(2, Command::Fault(Fault::CutHub(true)))
        .unwrap();
    let cut = |w: &World| w.hub.mesh_status(w.now).unwrap().totals.members == 2;
    assert!(world.run_until(3_000, cut));
    // Two of the three pairs have one end that the hub still hears.
    assert!(world.run_until(3_000, |w| page(w) == (3, 0, 2)));
    world.run_for(20_000);
    assert_eq!(page(&world), (3, 0, 2));
}
