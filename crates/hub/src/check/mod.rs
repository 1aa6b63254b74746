//! `corridor-hub check`: says in plain sentences whether a hub can run here, or whether one is reached from here.

mod here;
mod probe;

use crate::args::Args;
use std::fmt;
use std::net::SocketAddr;

/// What one look found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Works, but not as well as it could.
    Poor,
    /// Will not work.
    Bad,
}

/// One line of the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// What was looked at.
    pub what: &'static str,
    /// One sentence, with the remedy where there is one.
    pub sentence: String,
}

impl Finding {
    fn good(what: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Verdict::Good, what, sentence)
    }

    fn poor(what: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Verdict::Poor, what, sentence)
    }

    fn bad(what: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(Verdict::Bad, what, sentence)
    }

    fn new(verdict: Verdict, what: &'static str, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self {
            verdict,
            what,
            sentence,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.verdict {
            Verdict::Good => "ok  ",
            Verdict::Poor => "warn",
            Verdict::Bad => "FAIL",
        };
        write!(f, "{sign} {:<6} {}", self.what, self.sentence)
    }
}

/// Looks at this machine, as a hub started with `args` would find it.
pub async fn this_machine(args: &Args) -> Vec<Finding> {
    let mut findings = vec![here::http(args).await, here::stun(args).await];
    findings.push(here::clock().await);
    findings.extend(here::open_files(args));
    findings.extend(here::disk(args));
    #[cfg(feature = "nats")]
    findings.extend(here::nats(args).await);
    findings
}

/// Looks at a running hub from here: run on another machine, this tells whether a firewall stands between.
pub async fn other_machine(hub: SocketAddr) -> Vec<Finding> {
    match probe::health(hub).await {
        Err(error) => vec![Finding::bad(
            "http",
            format!(
                "no hub answers at {hub} ({error}): let TCP port {} through",
                hub.port()
            ),
        )],
        Ok(health) => {
            let sentence = format!("a hub, version {}, answers at {hub}", health.version);
            let stun = match health.stun_port {
                None => Finding::poor(
                    "stun",
                    "it answers no STUN: direct links may fail where mDNS is blocked",
                ),
                Some(port) => match probe::stun(SocketAddr::new(hub.ip(), port)).await {
                    Ok(seen) => Finding::good(
                        "stun",
                        format!("it answers, and sees this machine as {}", seen.ip()),
                    ),
                    Err(error) => Finding::poor(
                        "stun",
                        format!(
                            "no answer ({error}): let UDP port {port} through, or all goes through the hub"
                        ),
                    ),
                },
            };
            vec![Finding::good("http", sentence), stun]
        }
    }
}
