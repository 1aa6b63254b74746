//! Looks whether the shipped binary works by itself: its version, its health, the app at `/`, and nothing that only
//! tests have.

use crate::failure::{Failure, Outcome, While as _};
use crate::process;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What no answer takes longer than.
const PATIENCE: Duration = Duration::from_secs(20);
const UPGRADE: &str = "upgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A request, what its answer must begin with, and what it must hold.
const ANSWERS: &[(&str, &str, &str, &str)] = &[
    ("/health", "", "HTTP/1.1 200", "\"status\":\"ok\""),
    // The page of the app; without one, another page says how to get it.
    ("/", "", "HTTP/1.1 200", "assets/"),
    ("/ws", UPGRADE, "HTTP/1.1 101", ""),
    ("/echo", UPGRADE, "HTTP/1.1 404", ""),
];

/// The hub, ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// Starts `binary` where there is nothing else, and asks it.
pub(crate) fn works(binary: &Path) -> Outcome {
    let doing = || format!("could not start {}", binary.display());
    let binary = &binary.canonicalize().during(doing)?;
    let version = process::stdout_of(Command::new(binary).arg("--version"))?;
    if version.trim() != format!("corridor-hub {}", env!("CARGO_PKG_VERSION")) {
        return Err(Failure::new(format!("its version is `{}`", version.trim())));
    }
    let child = Command::new(binary)
        .args(["--bind", "127.0.0.1:0", "--no-stun"])
        .current_dir(std::env::temp_dir())
        .env_remove("CORRIDOR_APP_DIR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .during(doing)?;
    let mut running = Running(child);
    let mut line = String::new();
    if let Some(out) = running.0.stdout.take() {
        BufReader::new(out).read_line(&mut line).during(doing)?;
    }
    let at = line
        .trim()
        .strip_prefix("listening on http://")
        .ok_or_else(|| Failure::new(format!("it said `{}`", line.trim())))?;
    for (path, headers, begins, holds) in ANSWERS {
        let answer = ask(at, path, headers).during(|| format!("could not ask for {path}"))?;
        if !answer.starts_with(begins) || !answer.contains(holds) {
            let first = answer.lines().next().unwrap_or_default();
            return Err(Failure::new(format!("{path} is answered by `{first}`")));
        }
    }
    Ok(())
}

/// The head of the answer and what comes with it at once, or all of it when the connection ends.
fn ask(at: &str, path: &str, headers: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect(at)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let close = if headers.is_empty() {
        "connection: close\r\n"
    } else {
        ""
    };
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nhost: {at}\r\n{close}{headers}\r\n"
    )?;
    let mut answer = Vec::new();
    let mut some = [0; 4096];
    loop {
        let count = socket.read(&mut some)?;
        answer.extend_from_slice(some.get(..count).unwrap_or_default());
        let whole = !headers.is_empty() && answer.windows(4).any(|four| four == b"\r\n\r\n");
        if count == 0 || whole {
            return Ok(String::from_utf8_lossy(&answer).into_owned());
        }
    }
}
