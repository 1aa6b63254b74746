//! With the feature `embed-app`: lists the files of `target/app` for the binary to include.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_EMBED_APP").is_none() {
        return Ok(());
    }
    let folder = app_folder()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut list = String::from("&[\n");
    add(&folder, &folder, &mut list)?;
    list.push(']');
    fs::write(variable("OUT_DIR")?.join("embedded.rs"), list)
}

fn app_folder() -> io::Result<PathBuf> {
    let folder = variable("CARGO_MANIFEST_DIR")?.join("../../target/app");
    folder.canonicalize().map_err(|_| {
        io::Error::other("embed-app needs a built app in target/app: run `cargo xtask build` first")
    })
}

fn variable(name: &str) -> io::Result<PathBuf> {
    env::var_os(name)
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::other(format!("cargo did not set {name}")))
}

fn add(root: &Path, folder: &Path, list: &mut String) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        if is_hidden(&path) {
            continue;
        }
        if path.is_dir() {
            add(root, &path, list)?;
        } else if let Ok(inside) = path.strip_prefix(root) {
            let name = inside.to_string_lossy().replace('\\', "/");
            list.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
        }
    }
    Ok(())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
