//! Brotli (quality 11) and gzip copies beside every file that shrinks. Slow, so kept by content.

use super::assets::{Assets, digest};
use crate::failure::{Outcome, While as _};
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Brotli's best quality; decompression costs the same as for any other.
const BROTLI_QUALITY: u32 = 11;
/// The largest window every browser accepts.
const BROTLI_WINDOW: u32 = 22;

/// Adds `<file>.br` and `<file>.gz` to `assets`, with `cache` remembering earlier work.
pub(super) fn add_all(assets: &mut Assets, cache: &Path) -> Outcome {
    fs::create_dir_all(cache).during(|| format!("could not create {}", cache.display()))?;
    let mut made = Vec::new();
    for (path, bytes) in assets.iter() {
        for (suffix, squeeze) in [("br", brotli as fn(&[u8]) -> _), ("gz", gzip)] {
            let packed = cached(cache, suffix, bytes, squeeze)?;
            if packed.len() < bytes.len() {
                made.push((format!("{path}.{suffix}"), packed));
            }
        }
    }
    for (path, bytes) in made {
        assets.put(path, bytes);
    }
    Ok(())
}

fn cached(
    cache: &Path,
    suffix: &str,
    bytes: &[u8],
    squeeze: fn(&[u8]) -> std::io::Result<Vec<u8>>,
) -> Outcome<Vec<u8>> {
    let file = cache.join(format!("{}.{suffix}", digest([bytes])));
    if let Ok(packed) = fs::read(&file) {
        return Ok(packed);
    }
    let packed = squeeze(bytes).during(|| format!("could not make a .{suffix} file"))?;
    // Written whole or not at all: a half-written file would be served for ever.
    let partial = file.with_extension(format!("{suffix}.partial"));
    fs::write(&partial, &packed)
        .and_then(|()| fs::rename(&partial, &file))
        .during(|| format!("could not write {}", file.display()))?;
    Ok(packed)
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer =
        brotli::CompressorWriter::new(Vec::new(), 64 * 1024, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn both_formats_give_the_file_back() {
        let text = "tasks and messages ".repeat(500).into_bytes();
        let mut plain = Vec::new();
        brotli::Decompressor::new(brotli(&text).unwrap().as_slice(), 4096)
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain, text);
        plain.clear();
        flate2::read::GzDecoder::new(gzip(&text).unwrap().as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain, text);
    }

    #[test]
    fn what_does_not_shrink_gets_no_copy() {
        let cache = std::env::temp_dir().join(format!("corridor-xtask-{}", std::process::id()));
        let mut assets = Assets::new();
        assets.put("tiny.txt", b"x".to_vec());
        assets.put("long.txt", b"corridor ".repeat(100));
        add_all(&mut assets, &cache).unwrap();
        let paths: Vec<&str> = assets.iter().map(|(path, _)| path).collect();
        fs::remove_dir_all(&cache).unwrap();
        assert_eq!(
            paths,
            ["long.txt", "long.txt.br", "long.txt.gz", "tiny.txt"]
        );
    }
}
