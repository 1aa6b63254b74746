//! Makes sure the tools are there: installs what it may, or says in one line what is missing.

use crate::failure::{Failure, Outcome, While as _};
use crate::project::Project;
use crate::{process, say};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The standard library for browsers.
pub(crate) fn wasm_target(project: &Project) -> Outcome {
    if has_wasm_target(project) {
        return Ok(());
    }
    let by_hand = format!("missing: Rust's {WASM_TARGET} target");
    if !process::works(Command::new("rustup").arg("--version")) {
        return Err(Failure::new(format!(
            "{by_hand}; there is no rustup to add it, so install that package of your Rust"
        )));
    }
    say::note(&format!("adding Rust's {WASM_TARGET} target"));
    process::run(
        project
            .command("rustup")
            .args(["target", "add", WASM_TARGET]),
        &by_hand,
    )
}

fn has_wasm_target(project: &Project) -> bool {
    process::stdout_of(project.command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM_TARGET,
    ]))
    .is_ok_and(|folder| {
        fs::read_dir(folder.trim()).is_ok_and(|mut files| {
            files.any(|file| {
                file.is_ok_and(|f| f.file_name().to_string_lossy().starts_with("libstd-"))
            })
        })
    })
}

/// Debian puts servers where not everybody's path leads.
pub(crate) fn nats_server() -> Option<PathBuf> {
    let name = "nats-server";
    let elsewhere = Path::new("/usr/sbin").join(name);
    on_path(name).or_else(|| elsewhere.is_file().then_some(elsewhere))
}

/// A Chromium to test in.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    named_or_found(
        "CORRIDOR_CHROMIUM",
        &["chromium", "chromium-browser", "google-chrome"],
    )
    .ok_or_else(|| Failure::new("missing: Chromium (Debian: apt-get install chromium)"))
}

/// The WebDriver of that Chromium, which wasm-bindgen's test runner talks to.
pub(crate) fn chromedriver() -> Outcome<PathBuf> {
    named_or_found("CHROMEDRIVER", &["chromedriver"]).ok_or_else(|| {
        Failure::new("missing: chromedriver (Debian: apt-get install chromium-driver)")
    })
}

/// Node, which drives the end-to-end tests.
pub(crate) fn node() -> Outcome<PathBuf> {
    on_path("node").ok_or_else(|| {
        Failure::new("missing: node 18.19 or newer (Debian: apt-get install nodejs npm)")
    })
}

/// Installs what the browser tests need on Debian; elsewhere the tests themselves say what is missing.
pub(crate) fn debian_packages() -> Outcome {
    let wanted: Vec<&str> = [
        ("chromium", chromium().is_ok()),
        ("chromium-driver", chromedriver().is_ok()),
        ("nodejs", node().is_ok()),
        ("npm", on_path("npm").is_some()),
    ]
    .into_iter()
    .filter_map(|(package, there)| (!there).then_some(package))
    .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let missing = format!("missing: {}", wanted.join(", "));
    if on_path("apt-get").is_none() {
        return Err(Failure::new(format!("{missing}; install them by hand")));
    }
    say::note(&format!("installing {} (apt-get)", wanted.join(", ")));
    process::run(as_root()?.args(["apt-get", "update", "-qq"]), &missing)?;
    process::run(
        as_root()?
            .args(["apt-get", "install", "-y", "-qq", "--no-install-recommends"])
            .args(&wanted),
        &missing,
    )
}

/// Installs what the lab needs, where that is possible without asking; the lab itself says what is missing.
pub(crate) fn lab_packages() {
    if ["ip", "nft"].iter().all(|tool| on_path(tool).is_some()) || on_path("apt-get").is_none() {
        return;
    }
    if let Ok(mut command) = as_root() {
        command
            .args(["apt-get", "install", "-y", "-qq", "--no-install-recommends"])
            .args(["iproute2", "nftables"]);
        process::works(&mut command);
    }
}

/// `env …` as root: directly, or through sudo without asking for a password.
fn as_root() -> Outcome<Command> {
    let root = process::stdout_of(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = if root {
        Command::new("env")
    } else if process::works(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    } else {
        return Err(Failure::new(
            "missing packages, and neither root nor a password-free sudo to install them with",
        ));
    };
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Ok(command)
}

/// wasm-bindgen's test runner in the version of the lock file, built from source into `target/tools`.
pub(crate) fn wasm_test_runner(project: &Project) -> Outcome<PathBuf> {
    let version = locked_version(project, "wasm-bindgen")?;
    let runner = project.target("tools/bin/wasm-bindgen-test-runner");
    let current = process::stdout_of(Command::new(&runner).arg("--version"))
        .is_ok_and(|text| text.trim().ends_with(&version));
    if !current {
        say::note(&format!(
            "building wasm-bindgen-cli {version} into target/tools (about 6 minutes, once)"
        ));
        // Without --locked: the published lock file can name versions a mirror does not have yet.
        process::run(
            project
                .cargo(&[
                    "install",
                    "wasm-bindgen-cli",
                    "--version",
                    &version,
                    "--root",
                ])
                .arg(project.target("tools")),
            "building wasm-bindgen's test runner",
        )?;
    }
    Ok(runner)
}

fn locked_version(project: &Project, package: &str) -> Outcome<String> {
    let lock = project.at("Cargo.lock");
    let text = fs::read_to_string(&lock).during(|| format!("could not read {}", lock.display()))?;
    version_in(&text, package).ok_or_else(|| Failure::new(format!("Cargo.lock holds no {package}")))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    let (version, _) = rest.split_once('"')?;
    Some(version.to_owned())
}

/// The npm packages of the end-to-end tests, exactly as locked.
pub(crate) fn npm_packages(project: &Project) -> Outcome {
    let folder = project.at("tests/e2e");
    let installed = folder.join("node_modules/.package-lock.json");
    if newer(&installed, &folder.join("package-lock.json")) {
        return Ok(());
    }
    if on_path("npm").is_none() {
        return Err(Failure::new("missing: npm (Debian: apt-get install npm)"));
    }
    say::note("fetching the browser tests' npm packages");
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .env("PUPPETEER_SKIP_DOWNLOAD", "1")
            .current_dir(&folder),
        "fetching the npm packages of tests/e2e",
    )
}

fn newer(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified());
    matches!((time(file), time(than)), (Ok(a), Ok(b)) if a >= b)
}

fn named_or_found(variable: &str, names: &[&str]) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.exists())
        .or_else(|| names.iter().find_map(|name| on_path(name)))
}

/// The first program of this name on the search path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_read() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "leptos"), None);
    }

    #[test]
    fn programs_are_found_on_the_path_only() {
        assert!(on_path("sh").is_some());
        assert!(on_path("corridor-no-such-tool").is_none());
    }
}
