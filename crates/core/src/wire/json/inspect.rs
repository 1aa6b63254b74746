//! What the debug panel shows, and the answer to "Why can't A see B?".

use super::to_text;
use super::view::{LinkJson, path, rtc};
use super::write::{Object, array};
use crate::diagnose::{Cause, Side};
use crate::link::half::address;
use crate::node::{Answer, Change, Difference, LinkInspection, Node};
use crate::time::Mono;
use crate::wire::facts::{Facts, Gathered};

/// All that [`Node::inspect`] tells. Times are milliseconds before `now`.
#[must_use]
pub fn inspect_json(node: &Node, now: Mono) -> String {
    let all = node.inspect();
    let mut out = Object::new();
    out.text("digest", &hex(all.digest));
    out.number("held", all.held);
    out.number("layers", all.layers.into());
    out.number_or_null("hubHeardMs", all.hub_heard.map(|at| ago(now, at)));
    out.json("servers", &to_text(&all.servers));
    out.flag("relayOnly", all.relay_only);
    out.flag("cutHub", all.cut_hub);
    out.number("rejected", all.rejected);
    out.number("unknown", all.unknown);
    out.number("forwarded", all.forwarded);
    out.json("links", &array(all.links.iter().map(|row| link(row, now))));
    out.end()
}

fn link(row: &LinkInspection, now: Mono) -> String {
    let (avoided, delay_ms, loss_percent) = row.faults;
    let mut out = Object::extending(to_text(&LinkJson::of(&row.link)));
    out.flag("offers", row.offers);
    out.number("sinceMs", ago(now, row.link.since));
    out.number_or_null("heardMs", row.heard.map(|at| ago(now, at)));
    out.signed_or_null("clockOffsetMs", row.clock_offset_ms);
    out.number("lossPermille", row.loss_permille);
    out.json(
        "history",
        &array(row.history.iter().map(|one| change(one, now))),
    );
    let mut candidates = Object::new();
    candidates.json("here", &gathered(&row.candidates.0));
    candidates.json("there", &gathered(&row.candidates.1));
    out.json("candidates", &candidates.end());
    match row.seen_at {
        Some(at) => out.text("seenAt", &address(at)),
        None => out.json("seenAt", "null"),
    }
    match row.digest {
        Some(digest) => out.text("digest", &hex(digest)),
        None => out.json("digest", "null"),
    }
    out.number("lacks", row.lacks);
    out.number("ahead", row.ahead);
    out.json(
        "differences",
        &array(row.differences.iter().map(difference)),
    );
    out.flag("avoided", avoided);
    out.number("delayMs", delay_ms);
    out.number("lossPercent", loss_percent.into());
    out.end()
}

fn difference(one: &Difference) -> String {
    let mut out = Object::new();
    out.text("op", &one.op.to_string());
    out.flag("here", one.here);
    match &one.record {
        Some(record) => out.text("record", record),
        None => out.json("record", "null"),
    }
    out.end()
}

fn change(change: &Change, now: Mono) -> String {
    let mut out = Object::new();
    out.number("agoMs", ago(now, change.at));
    out.text("reason", change.reason);
    out.text("path", path(change.path));
    match change.rtc {
        Some(state) => out.text("rtc", rtc(state)),
        None => out.json("rtc", "null"),
    }
    out.end()
}

fn gathered(count: &Gathered) -> String {
    let mut out = Object::new();
    out.number("host", count.host.into());
    out.number("mdns", count.mdns.into());
    out.number("srflx", count.reflexive.into());
    out.number("relay", count.relayed.into());
    out.end()
}

/// `{cause, side, path, here, there}`. The sentences stand in `panel/words.js`: the first screen does not need them.
pub(super) fn answer(answer: &Answer) -> String {
    let mut out = Object::new();
    out.text("cause", cause(answer.diagnosis.cause));
    let side = match answer.diagnosis.side {
        Side::Here => "here",
        Side::There => "there",
        Side::Between => "between",
    };
    out.text("side", side);
    out.text("path", path(answer.diagnosis.path));
    out.json("here", &facts(&answer.here));
    match &answer.there {
        Some(there) => out.json("there", &facts(there)),
        None => out.json("there", "null"),
    }
    out.end()
}

fn facts(facts: &Facts) -> String {
    let mut out = Object::new();
    out.flag("onHub", facts.on_hub);
    out.number("layers", facts.layers.into());
    out.number_or_null("hubHeardMs", facts.hub_heard_ms);
    out.flag("webrtc", !facts.no_webrtc);
    out.flag("online", !facts.offline);
    out.number("servers", facts.servers.into());
    out.json("candidates", &gathered(&facts.gathered));
    out.number("state", facts.state.into());
    out.number("attempts", facts.attempts.into());
    out.number("sinceMs", facts.since_ms);
    out.number("refused", facts.refused.into());
    out.number("storage", facts.storage.into());
    out.signed_or_null("clockAheadMs", facts.clock_ahead_ms);
    out.number("faults", facts.faults.into());
    out.end()
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Fine => "fine",
        Cause::OnPurpose => "onPurpose",
        Cause::Offline => "offline",
        Cause::WrongKey => "wrongKey",
        Cause::NoRoom => "noRoom",
        Cause::Replaced => "replaced",
        Cause::HubFull => "hubFull",
        Cause::Version => "version",
        Cause::HubUnreachable => "hubUnreachable",
        Cause::NoWay => "noWay",
        Cause::Closed => "closed",
        Cause::Absent => "absent",
        Cause::Meeting => "meeting",
        Cause::StorageFull => "storageFull",
        Cause::StorageBlocked => "storageBlocked",
        Cause::Clock => "clock",
        Cause::NoWebRtc => "noWebRtc",
        Cause::Forged => "forged",
        Cause::NoHandshake => "noHandshake",
        Cause::NoCandidates => "noCandidates",
        Cause::Mdns => "mdns",
        Cause::StunSilent => "stunSilent",
        Cause::UdpBlocked => "udpBlocked",
        Cause::Connecting => "connecting",
        Cause::Silent => "silent",
        Cause::Behind => "behind",
    }
}

fn hex(number: u64) -> String {
    format!("{number:016x}")
}

fn ago(now: Mono, at: Mono) -> u64 {
    u64::try_from(now.since(at).as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::diagnose::Diagnosis;
    use crate::node::Path;
    use serde_json::Value;

    const WORDS: &str = include_str!("../../../../../panel/words.js");

    /// Every cause, from the first to the last of the enum.
    const ALL: [Cause; 26] = [
        Cause::Fine,
        Cause::OnPurpose,
        Cause::Offline,
        Cause::WrongKey,
        Cause::NoRoom,
        Cause::Replaced,
        Cause::HubFull,
        Cause::Version,
        Cause::HubUnreachable,
        Cause::NoWay,
        Cause::Closed,
        Cause::Absent,
        Cause::Meeting,
        Cause::StorageFull,
        Cause::StorageBlocked,
        Cause::Clock,
        Cause::NoWebRtc,
        Cause::Forged,
        Cause::NoHandshake,
        Cause::NoCandidates,
        Cause::Mdns,
        Cause::StunSilent,
        Cause::UdpBlocked,
        Cause::Connecting,
        Cause::Silent,
        Cause::Behind,
    ];

    #[test]
    fn every_cause_has_a_sentence_and_a_fix_in_the_panel() {
        for (at, one) in ALL.into_iter().enumerate() {
            assert_eq!(one as usize, at, "all are listed, in order");
            let (_, texts) = WORDS
                .split_once(&format!("\n  {}: [\n", cause(one)))
                .unwrap_or_else(|| panic!("panel/words.js has no {}", cause(one)));
            let (texts, _) = texts.split_once("  ],").unwrap();
            let texts: Vec<&str> = texts.lines().collect();
            assert_eq!(texts.len(), 2, "{texts:?}");
            assert!(texts.iter().all(|text| text.ends_with(".\",")), "{texts:?}");
        }
        assert_eq!(WORDS.matches(": [\n").count(), ALL.len());
    }

    #[test]
    fn a_diagnosis_is_json_with_both_ends() {
        let facts = Facts {
            clock_ahead_ms: Some(-5),
            ..Facts::default()
        };
        let diagnosis = Diagnosis {
            cause: Cause::Mdns,
            side: Side::There,
            path: Path::Hub,
        };
        let text = answer(&Answer {
            diagnosis,
            here: facts,
            there: None,
        });
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["cause"], "mdns");
        assert_eq!(json["side"], "there");
        assert_eq!(json["path"], "hub");
        assert_eq!(json["here"]["clockAheadMs"], -5);
        assert_eq!(json["here"]["candidates"]["mdns"], 0);
        assert!(json["there"].is_null());
    }
}
