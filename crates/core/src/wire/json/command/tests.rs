#![allow(clippy::unwrap_used)]
use super::*;

fn error(text: &str) -> String {
    command_from_json(text).unwrap_err().to_string()
}

#[test]
fn every_command_has_a_json_form() {
    let task = TaskId([1; 16]);
    let peer = PeerId::parse(&"ab".repeat(16)).unwrap();
    let message = OpId {
        writer: peer,
        seq: 4,
    };
    let forms = [
        (
            r#"{"type":"setProfile","name":"Ann","role":"nurse"}"#.to_owned(),
            Command::SetProfile(Profile {
                name: "Ann".into(),
                role: "nurse".into(),
                status: "".into(),
            }),
        ),
        (
            r#"{"type":"addTask","task":{"title":"x","priority":"high","due":5,"status":"done"}}"#
                .into(),
            Command::AddTask(vec![
                TaskChange::Title("x".into()),
                TaskChange::Due(Some(Wall(5))),
                TaskChange::Priority(Priority::High),
                TaskChange::Status(TaskStatus::Done),
            ]),
        ),
        (
            r#"{"type":"importTasks","tasks":[{"title":"a"},{"notes":"b","place":"c"}]}"#.into(),
            Command::ImportTasks(vec![
                vec![TaskChange::Title("a".into())],
                vec![TaskChange::Notes("b".into()), TaskChange::Place("c".into())],
            ]),
        ),
        (
            format!(r#"{{"type":"editTask","id":"{task}","task":{{"assignee":null,"due":null}}}}"#),
            Command::EditTask(
                task,
                vec![TaskChange::Assignee(None), TaskChange::Due(None)],
            ),
        ),
        (
            format!(
                r#"{{"type":"editTask","id":"{task}","task":{{"assignee":{{"person":"{peer}"}}}}}}"#
            ),
            Command::EditTask(
                task,
                vec![TaskChange::Assignee(Some(Assignee::Person(peer)))],
            ),
        ),
        (
            format!(r#"{{"type":"moveTask","id":"{task}","after":null,"before":"{task}"}}"#),
            Command::MoveTask {
                task,
                after: None,
                before: Some(task),
            },
        ),
        (
            format!(r#"{{"type":"deleteTask","id":"{task}"}}"#),
            Command::DeleteTask(task),
        ),
        (
            format!(r#"{{"type":"post","text":"hi","replyTo":"{message}"}}"#),
            Command::Post {
                text: "hi".into(),
                reply_to: Some(message),
                to: None,
                ttl_ms: None,
            },
        ),
        (
            format!(r#"{{"type":"post","text":"hi","to":"{peer}","ttlMs":60000}}"#),
            Command::Post {
                text: "hi".into(),
                reply_to: None,
                to: Some(peer),
                ttl_ms: Some(60_000),
            },
        ),
        (
            format!(r#"{{"type":"takeBack","id":"{task}","field":"title"}}"#),
            Command::TakeBack(task, Some(Field::Title)),
        ),
        (
            format!(r#"{{"type":"dismiss","id":"{task}"}}"#),
            Command::Dismiss(task, None),
        ),
        (r#"{"type":"undo"}"#.into(), Command::Undo),
        (
            format!(r#"{{"type":"markRead","id":"{message}"}}"#),
            Command::MarkRead(message),
        ),
        (
            r#"{"type":"typing","on":true}"#.into(),
            Command::Typing(true),
        ),
        (r#"{"type":"restartIce"}"#.into(), Command::RestartIce(None)),
        (
            format!(r#"{{"type":"restartIce","peer":"{peer}"}}"#),
            Command::RestartIce(Some(peer)),
        ),
        (r#"{"type":"probe"}"#.into(), Command::Probe),
        (
            format!(r#"{{"type":"fault","dropLink":"{peer}"}}"#),
            Command::Fault(Fault::DropLink(peer)),
        ),
        (
            format!(r#"{{"type":"diagnose","peer":"{peer}"}}"#),
            Command::Diagnose(peer),
        ),
        (
            format!(r#"{{"type":"fault","delay":"{peer}","ms":250}}"#),
            Command::Fault(Fault::Delay(peer, 250)),
        ),
        (
            format!(r#"{{"type":"fault","loss":"{peer}","percent":20}}"#),
            Command::Fault(Fault::Loss(peer, 20)),
        ),
        (
            format!(r#"{{"type":"fault","avoid":"{peer}","on":false}}"#),
            Command::Fault(Fault::Avoid(peer, false)),
        ),
        (
            r#"{"type":"fault","relayOnly":true}"#.into(),
            Command::Fault(Fault::RelayOnly(true)),
        ),
        (
            r#"{"type":"fault","cutHub":false}"#.into(),
            Command::Fault(Fault::CutHub(false)),
        ),
        (r#"{"type":"leave"}"#.into(), Command::Leave),
    ];
    for (text, command) in &forms {
        assert_eq!(command_from_json(text).as_ref(), Ok(command), "{text}");
    }
    for name in COMMANDS {
        let quoted = format!("\"{name}\"");
        assert!(
            forms.iter().any(|(text, _)| text.contains(&quoted)),
            "{name} is not tested"
        );
    }
}

#[test]
fn a_wrong_command_is_told_what_is_wrong() {
    assert!(error("[]").contains("JSON object"));
    assert!(
        error(r#"{"type":"fly"}"#).starts_with("unknown command \"fly\"; known are setProfile")
    );
    assert!(error("{}").contains("unknown command"));
    assert_eq!(error(r#"{"type":"post"}"#), "\"text\" is missing");
    assert_eq!(
        error(r#"{"type":"post","text":1}"#),
        "\"text\" must be a string"
    );
    assert_eq!(
        error(r#"{"type":"post","text":"a","reply":"x"}"#),
        "unknown field \"reply\""
    );
    assert_eq!(
        error(r#"{"type":"addTask","task":{"priority":"soon"}}"#),
        "\"priority\" must be low, normal, high or urgent"
    );
    assert_eq!(
        error(r#"{"type":"deleteTask","id":"x"}"#),
        "\"id\" must be a task id: a UUID"
    );
    assert!(error(r#"{"type":"fault"}"#).contains("dropLink"));
    let loss = format!(
        r#"{{"type":"fault","loss":"{}","percent":101}}"#,
        "22".repeat(16)
    );
    assert!(error(&loss).contains("percent"));
    assert!(error(r#"{"type":"addTask","task":{"assignee":{"person":"x"}}}"#).contains("assignee"));
}
