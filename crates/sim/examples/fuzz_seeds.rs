//! Writes the fuzz targets' small seed corpora: real packets, frames and records of a linked clinic.
//! Run after the wire has changed: `cargo run -p corridor-sim --example fuzz_seeds`.

use corridor_sim::world::{Setup, World};
use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io;
use std::path::Path;

/// Files per target: one of each shape is enough to start from.
const MOST: usize = 16;

fn main() -> io::Result<()> {
    let mut world = World::new(Setup::calm(1));
    world.record_packets();
    world.hub.tap.kept = Some(VecDeque::new());
    for _ in 0..2 {
        let host = world.add_person();
        world.join(host);
    }
    world.run_for(3_000);
    for host in 0..2 {
        world.post(host, "note").map_err(io::Error::other)?;
        world.add_task(host, "task").map_err(io::Error::other)?;
    }
    world.run_for(3_000);
    let packets = [world.packets_of(0), world.packets_of(1)].concat();
    write("decode_frame", &packets)?;
    let frames: Vec<Vec<u8>> = world.hub.tap.kept.iter().flatten().cloned().collect();
    write("decode_hub", &frames)?;
    let records = world.disks.iter().flat_map(corridor_sim::disk::Disk::read);
    // The first two bytes choose a harm and the record it befalls.
    let harms: Vec<Vec<u8>> = (0_u8..)
        .zip(records)
        .map(|(at, (_, bytes))| [&[at % 6, at], bytes.as_slice()].concat())
        .collect();
    write("load_snapshot", &harms)?;
    let acts: Vec<Vec<u8>> = (0..8_u8)
        .map(|salt| {
            (0..90_u8)
                .map(|at| at.wrapping_mul(37 + 2 * salt) ^ salt)
                .collect()
        })
        .collect();
    write("world_ops", &acts)
}

fn write(target: &str, samples: &[Vec<u8>]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    fs::create_dir_all(&folder)?;
    let mut shapes = BTreeSet::new();
    let fresh = |bytes: &&Vec<u8>| {
        let start = bytes.get(..3).map(<[u8]>::to_vec);
        shapes.insert((start, bytes.len() / 64))
    };
    for (at, bytes) in samples.iter().filter(fresh).take(MOST).enumerate() {
        fs::write(folder.join(format!("seed-{at:02}")), bytes)?;
    }
    Ok(())
}
