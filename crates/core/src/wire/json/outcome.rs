//! What comes back from a node: the end of a command, what changed, what it waits for.

use super::{Text, to_text};
use crate::node::{Changes, Done, ProbeResult};
use crate::time::Mono;
use serde_json::{Value, json};

/// What a command achieved: `null`, `{task}`, `{tasks}`, `{message}` or `{peers}`.
#[must_use]
pub fn done_json(done: &Done) -> String {
    let value = match done {
        // Invites are the screen's business: no command here asks for one.
        Done::Ok | Done::Invite(_) | Done::Reply(..) | Done::Linked(_) => Value::Null,
        Done::Task(id) => json!({"task": Text(id)}),
        Done::Tasks(ids) => json!({"tasks": ids.iter().map(Text).collect::<Vec<_>>()}),
        Done::Message(id) => json!({"message": Text(id)}),
        Done::Diagnosed(answer) => return super::inspect::answer(answer),
        Done::Probed(peers) => json!({"peers": peers.iter().map(probe).collect::<Vec<_>>()}),
    };
    value.to_string()
}

fn probe(result: &ProbeResult) -> Value {
    let ways = [
        ("direct", result.direct_ms),
        ("hub", result.relay_ms),
        ("peer", result.via_peer_ms),
    ];
    let answered = ways.into_iter().find(|(_, rtt)| rtt.is_some());
    let (path, rtt) = answered.unwrap_or(("none", None));
    json!({
        "peerId": Text(result.peer),
        "path": path,
        "rttMs": rtt,
        "directMs": result.direct_ms,
        "relayMs": result.relay_ms,
        "viaPeerMs": result.via_peer_ms,
        "bytesSent": result.bytes.0,
        "bytesReceived": result.bytes.1,
    })
}

/// Which parts of the view changed.
#[must_use]
pub fn changes_json(changes: &Changes) -> String {
    json!({
        "room": changes.room,
        "people": changes.people,
        "links": changes.links,
        "lost": changes.lost,
        "tasks": changes.tasks.iter().map(Text).collect::<Vec<_>>(),
        "messages": changes.messages.iter().map(Text).collect::<Vec<_>>(),
    })
    .to_string()
}

/// Deadlines with their reasons, as milliseconds from `now`; overdue ones are negative.
#[must_use]
pub fn timers_json(timers: &[(String, Mono)], now: Mono) -> String {
    let rows: Vec<Value> = timers
        .iter()
        .map(|(reason, at)| {
            let ahead = i64::try_from(at.0).unwrap_or(i64::MAX);
            let now = i64::try_from(now.0).unwrap_or(i64::MAX);
            json!({"reason": reason, "inMs": ahead - now})
        })
        .collect();
    to_text(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{OpId, TaskId, WriterId};

    #[test]
    fn a_probe_names_the_best_path_that_answered() {
        let peer = WriterId([3; 16]);
        let result = |direct_ms, relay_ms| ProbeResult {
            peer,
            direct_ms,
            relay_ms,
            via_peer_ms: None,
            bytes: (1, 2),
        };
        let both = probe(&result(Some(4), Some(9)));
        assert_eq!(
            (&both["path"], &both["rttMs"]),
            (&json!("direct"), &json!(4))
        );
        let hub = probe(&result(None, Some(9)));
        assert_eq!((&hub["path"], &hub["rttMs"]), (&json!("hub"), &json!(9)));
        let lost = probe(&result(None, None));
        assert_eq!(
            (&lost["path"], &lost["rttMs"]),
            (&json!("none"), &Value::Null)
        );
    }

    #[test]
    fn outcomes_carry_the_new_ids() {
        let task = TaskId([1; 16]);
        assert_eq!(done_json(&Done::Ok), "null");
        assert_eq!(
            done_json(&Done::Task(task)),
            format!("{{\"task\":\"{task}\"}}")
        );
        let message = OpId {
            writer: WriterId([2; 16]),
            seq: 5,
        };
        assert!(done_json(&Done::Message(message)).contains(&message.to_string()));
    }

    #[test]
    fn timers_count_from_now() {
        let rows = timers_json(
            &[("ping".into(), Mono(150)), ("late".into(), Mono(50))],
            Mono(100),
        );
        assert_eq!(
            rows,
            r#"[{"inMs":50,"reason":"ping"},{"inMs":-50,"reason":"late"}]"#
        );
    }
}
