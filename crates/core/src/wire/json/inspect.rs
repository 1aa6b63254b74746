//! What the debug panel shows, and the answer to "Why can't A see B?".

use super::view::{LinkJson, path, rtc};
use super::{Text, to_text};
use crate::diagnose::{Cause, Side};
use crate::id::OpId;
use crate::node::{Answer, Change, Difference, LinkInspection, Node};
use crate::time::Mono;
use crate::wire::facts::{Facts, Gathered};
use serde::Serialize;
use serde_json::{Value, json};

/// All that [`Node::inspect`] tells. Times are milliseconds before `now`.
#[must_use]
pub fn inspect_json(node: &Node, now: Mono) -> String {
    let all = node.inspect();
    let links: Vec<LinkRow> = all
        .links
        .iter()
        .map(|link| LinkRow::of(link, now))
        .collect();
    to_text(&Inspected {
        digest: hex(all.digest),
        held: all.held,
        layers: all.layers,
        hub_heard_ms: all.hub_heard.map(|at| ago(now, at)),
        servers: all.servers,
        relay_only: all.relay_only,
        cut_hub: all.cut_hub,
        rejected: all.rejected,
        unknown: all.unknown,
        forwarded: all.forwarded,
        links,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inspected {
    digest: String,
    held: u64,
    layers: u32,
    hub_heard_ms: Option<u64>,
    servers: Vec<String>,
    relay_only: bool,
    cut_hub: bool,
    rejected: u64,
    unknown: u64,
    forwarded: u64,
    links: Vec<LinkRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkRow {
    #[serde(flatten)]
    link: LinkJson,
    offers: bool,
    since_ms: u64,
    heard_ms: Option<u64>,
    clock_offset_ms: Option<i64>,
    loss_permille: u64,
    history: Vec<Value>,
    candidates: Value,
    digest: Option<String>,
    lacks: u64,
    ahead: u64,
    differences: Vec<DifferenceJson>,
    avoided: bool,
    delay_ms: u64,
    loss_percent: u8,
}

#[derive(Serialize)]
struct DifferenceJson {
    op: Text<OpId>,
    here: bool,
    record: Option<String>,
}

impl LinkRow {
    fn of(row: &LinkInspection, now: Mono) -> Self {
        let (avoided, delay_ms, loss_percent) = row.faults;
        let difference = |one: &Difference| DifferenceJson {
            op: Text(one.op),
            here: one.here,
            record: one.record.clone(),
        };
        Self {
            link: LinkJson::of(&row.link),
            offers: row.offers,
            since_ms: ago(now, row.link.since),
            heard_ms: row.heard.map(|at| ago(now, at)),
            clock_offset_ms: row.clock_offset_ms,
            loss_permille: row.loss_permille,
            history: row.history.iter().map(|one| change(one, now)).collect(),
            candidates: json!({
                "here": gathered(&row.candidates.0),
                "there": gathered(&row.candidates.1),
            }),
            digest: row.digest.map(hex),
            lacks: row.lacks,
            ahead: row.ahead,
            differences: row.differences.iter().map(difference).collect(),
            avoided,
            delay_ms,
            loss_percent,
        }
    }
}

fn change(change: &Change, now: Mono) -> Value {
    json!({
        "agoMs": ago(now, change.at),
        "reason": change.reason,
        "path": path(change.path),
        "rtc": change.rtc.map(rtc),
    })
}

fn gathered(count: &Gathered) -> Value {
    json!({
        "host": count.host,
        "mdns": count.mdns,
        "srflx": count.reflexive,
        "relay": count.relayed,
    })
}

/// `{cause, side, sentence, fix, here, there}`.
pub(super) fn answer(answer: &Answer) -> Value {
    let (sentence, fix) = answer.diagnosis.words();
    json!({
        "cause": cause(answer.diagnosis.cause),
        "side": match answer.diagnosis.side {
            Side::Here => "here",
            Side::There => "there",
            Side::Between => "between",
        },
        "sentence": sentence,
        "fix": fix,
        "here": facts(&answer.here),
        "there": answer.there.as_ref().map(facts),
    })
}

fn facts(facts: &Facts) -> Value {
    json!({
        "onHub": facts.on_hub,
        "layers": facts.layers,
        "hubHeardMs": facts.hub_heard_ms,
        "webrtc": !facts.no_webrtc,
        "online": !facts.offline,
        "servers": facts.servers,
        "candidates": gathered(&facts.gathered),
        "state": facts.state,
        "attempts": facts.attempts,
        "sinceMs": facts.since_ms,
        "refused": facts.refused,
        "storage": facts.storage,
        "clockAheadMs": facts.clock_ahead_ms,
        "faults": facts.faults,
    })
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
