//! One server as a process of its own, and what the system says it costs.

use super::load::Kind;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Of `utime` and `stime` in `/proc/PID/stat`: `USER_HZ` is 100 on every Linux we know.
const TICK: Duration = Duration::from_millis(10);

/// A server, ended when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts one; port 0 takes a free one.
    pub(crate) async fn start(kind: Kind, port: u16) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["serve", kind.name(), &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        let (child, line) = tokio::task::spawn_blocking(move || {
            BufReader::new(out).read_line(&mut line).unwrap();
            (child, line)
        })
        .await
        .unwrap();
        let port: u16 = line.trim().parse().unwrap();
        Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Processor time so far, of user and system.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name before it may hold spaces, and ends with the last parenthesis.
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let ticks: u32 = rest
            .split_ascii_whitespace()
            .skip(11)
            .take(2)
            .map(|word| word.parse::<u32>().unwrap())
            .sum();
        TICK * ticks
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> i64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_ascii_whitespace().nth(1));
        kilobytes.unwrap().parse::<i64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends when whoever started this process is gone.
pub(crate) async fn orphaned() {
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)
    });
    let _ = read.await;
}
