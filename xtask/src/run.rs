//! `cargo xtask run`: from a clone to a page that the whole LAN can open.

use crate::args::Args;
use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::{bundle, hub, say, setup};
use std::net::{IpAddr, SocketAddr};
use std::process::Command;

/// Every interface: other machines on the LAN are the point.
const ANY: &str = "0.0.0.0";
/// The hub's own default, which Trunk.toml proxies to.
const PORT: u16 = 7878;

pub(crate) fn run(project: &Project, args: &mut Args) -> Outcome {
    let bind = address(args.option("--bind")?.as_deref(), args.number("--port")?)?;
    args.finish()?;

    say::step(1, 4, "looking for Rust's wasm target");
    setup::wasm_target(project)?;
    say::step(2, 4, &format!("building the app{}", first_time(project, 4)));
    bundle::build(project)?;
    say::step(3, 4, &format!("building the hub{}", first_time(project, 5)));
    hub::build(project)?;
    say::step(4, 4, "starting the hub; Ctrl-C ends it");
    become_hub(
        Command::new(hub::binary(project))
            .arg("--bind")
            .arg(bind.to_string())
            .arg("--app-dir")
            .arg(project.app_dir())
            .current_dir(project.root()),
    )
}

fn first_time(project: &Project, minutes: u32) -> String {
    if bundle::was_compiled(project) && hub::binary(project).exists() {
        String::new()
    } else {
        format!(" (about {minutes} minutes the first time)")
    }
}

/// `--bind` takes an address with or without a port; `--port` decides when both are given.
fn address(bind: Option<&str>, port: Option<u64>) -> Outcome<SocketAddr> {
    let bind = bind.unwrap_or(ANY);
    let given: Option<SocketAddr> = bind.parse().ok();
    let ip = given
        .map(|address| address.ip())
        .or_else(|| bind.parse::<IpAddr>().ok())
        .ok_or_else(|| {
            Failure::new(format!(
                "`--bind` needs an address such as {ANY} or {ANY}:{PORT}, not `{bind}`"
            ))
        })?;
    let port = match port {
        Some(port) => u16::try_from(port)
            .map_err(|_| Failure::new(format!("`--port` ends at 65535, {port} is too much")))?,
        None => given.map_or(PORT, |address| address.port()),
    };
    Ok(SocketAddr::new(ip, port))
}

/// On Unix this process turns into the hub, so that every signal reaches it and nothing is left behind.
#[cfg(unix)]
fn become_hub(command: &mut Command) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(Failure::new(format!("could not start the hub: {error}")))
}

#[cfg(not(unix))]
fn become_hub(command: &mut Command) -> Outcome {
    crate::process::run(command, "the hub")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_together() {
        let shown = |bind, port| address(bind, port).unwrap().to_string();
        assert_eq!(shown(None, None), "0.0.0.0:7878");
        assert_eq!(shown(Some("127.0.0.1"), None), "127.0.0.1:7878");
        assert_eq!(shown(Some("127.0.0.1:81"), None), "127.0.0.1:81");
        assert_eq!(shown(Some("[::1]:81"), Some(82)), "[::1]:82");
        assert!(address(Some("localhost"), None).is_err());
        assert!(address(None, Some(70_000)).is_err());
    }
}
