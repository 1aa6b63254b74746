//! Turns the app's sources into a folder that a hub can serve: `target/app`.
//!
//! Compile with cargo, bind with wasm-bindgen as a library, name every file after its content, rewrite
//! `index.html`, compress. The same `index.html` works under `trunk serve`; see [`page`].

mod assets;
mod compress;
mod glue;
mod page;

use crate::args::Args;
use crate::failure::{Outcome, While as _};
use crate::project::Project;
use crate::{process, say, setup};
use assets::Assets;
use std::fs;
use std::path::PathBuf;

/// Raised when the bundle changes for the same sources, so that older ones are made again.
const FORMAT: &str = "1";
const PROFILE: &str = "wasm-release";

/// `cargo xtask build`.
pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    args.finish()?;
    setup::wasm_target(project)?;
    build(project)?;
    say::line(&format!("The app is in {}", project.app_dir().display()));
    Ok(())
}

/// Compiles and bundles.
pub(crate) fn build(project: &Project) -> Outcome {
    compile(project)?;
    bundle(project)
}

/// True when an app was compiled here before, so that the next build is a short one.
pub(crate) fn was_compiled(project: &Project) -> bool {
    wasm_file(project).exists()
}

fn wasm_file(project: &Project) -> PathBuf {
    project.target(&format!("{}/{PROFILE}/corridor.wasm", setup::WASM_TARGET))
}

fn compile(project: &Project) -> Outcome {
    process::run(
        &mut project.cargo(&[
            "build",
            "--profile",
            PROFILE,
            "--target",
            setup::WASM_TARGET,
            "--package",
            "corridor",
            "--bin",
            "corridor",
        ]),
        "building the app",
    )
}

fn bundle(project: &Project) -> Outcome {
    let index = project.at("index.html");
    let html =
        fs::read_to_string(&index).during(|| format!("could not read {}", index.display()))?;
    let page = page::Page::parse(&html)?;
    page.check_styles(&page::style_files(project)?)?;
    let wasm_file = wasm_file(project);
    let wasm = fs::read(&wasm_file).during(|| format!("could not read {}", wasm_file.display()))?;

    let mut inputs = vec![FORMAT.as_bytes().to_vec(), html.into_bytes(), wasm];
    for path in page.files(project)? {
        let path = project.at(&path);
        inputs.push(fs::read(&path).during(|| {
            format!(
                "index.html names {}, which could not be read",
                path.display()
            )
        })?);
    }
    let fingerprint = assets::digest(inputs.iter().map(Vec::as_slice));
    let stamp = project.target("app.stamp");
    if project.app_dir().join("index.html").exists()
        && fs::read_to_string(&stamp).is_ok_and(|old| old == fingerprint)
    {
        return Ok(());
    }

    say::note("bundling the app");
    let mut assets = Assets::new();
    let app = glue::bind(&wasm_file, &mut assets)?;
    let html = page.render(project, &mut assets, &app)?;
    assets.put("index.html", html.into_bytes());
    compress::add_all(&mut assets, &project.target("app.cache"))?;
    assets.write(&project.app_dir())?;
    fs::write(&stamp, fingerprint).during(|| format!("could not write {}", stamp.display()))
}
