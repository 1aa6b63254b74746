//! `window.corridor`: view, commands, changes, frames, timers, log.

use super::connections;
use super::js::{self, Method, Outcome};
use super::log::{Log, level_name, level_named};
use crate::browser::clock;
use crate::browser::hooks::Hook;
use crate::shell::Handle;
use crate::state::{CreateError, Host};
use core::time::Duration;
use corridor_core::node::{Changes, Node};
use corridor_core::wire::json::{
    changes_json, command_from_json, done_json, frame_log_json, frames_json, inspect_json,
    timers_json, view_json,
};
use js_sys::{Array, Function, JSON, Object, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// Finds the open room.
pub type Current = Rc<dyn Fn() -> Option<Handle>>;

/// Longest time a room can be frozen on purpose, in milliseconds.
const LONGEST_FREEZE: f64 = 600_000.0;

/// The view while no room is open.
const NO_VIEW: &str = r#"{"room":null,"people":[],"links":[],"tasks":[],"messages":[]}"#;

/// Both window objects; removed from the window when dropped.
#[derive(Debug)]
#[must_use = "the objects are removed from the window when this is dropped"]
pub struct DebugObject {
    _removal: Hook,
    _methods: Vec<Method>,
    subscribers: Rc<Subscribers>,
}

/// Who wants to hear of changes.
#[derive(Debug, Default)]
struct Subscribers {
    next: RefCell<u32>,
    all: RefCell<BTreeMap<u32, Function>>,
    // Kept beyond the subscription, so that ending it twice is harmless.
    ends: RefCell<Vec<Closure<dyn Fn()>>>,
}

impl DebugObject {
    /// Puts both objects on the window.
    pub fn install(current: &Current, host: &Rc<dyn Host>, log: Rc<Log>) -> Self {
        let subscribers = Rc::<Subscribers>::default();
        let corridor = Object::new();
        js::set(&corridor, "version", &env!("CARGO_PKG_VERSION").into());
        let mut methods = put_all(&corridor, methods(current, host, &log, &subscribers));
        let (read, write) = (log.clone(), log);
        let read = js::method(move |_| Ok(level_name(read.threshold()).into()));
        let write = js::method(move |value| set_level(&write, &value));
        js::accessor(&corridor, "logLevel", &read, &write);
        methods.extend([read, write]);

        let native = Object::new();
        methods.extend(put_all(&native, connections::methods(current)));

        let window: Object = js_sys::global();
        js::set(&window, "corridor", &corridor);
        js::set(&window, "NativeWebRTCDebug", &native);
        Self {
            _removal: Hook::new(move || {
                for name in ["corridor", "NativeWebRTCDebug"] {
                    let _ = Reflect::delete_property(&window, &name.into());
                }
            }),
            _methods: methods,
            subscribers,
        }
    }

    /// Tells the subscribers what changed.
    pub fn changed(&self, changes: &Changes) {
        let functions = self.subscribers.functions();
        if functions.is_empty() {
            return;
        }
        let Ok(changes) = js::parse(&changes_json(changes)) else {
            return;
        };
        for function in functions {
            // A subscriber that throws is its author's business, and must not stop the others.
            if let Err(error) = function.call1(&JsValue::UNDEFINED, &changes) {
                web_sys::console::error_1(&error);
            }
        }
    }
}

fn put_all(
    object: &Object,
    methods: impl IntoIterator<Item = (&'static str, Method)>,
) -> Vec<Method> {
    let put = methods.into_iter().map(|(name, method)| {
        js::set(object, name, js::function(&method));
        method
    });
    put.collect()
}

fn methods(
    current: &Current,
    host: &Rc<dyn Host>,
    log: &Rc<Log>,
    subscribers: &Rc<Subscribers>,
) -> [(&'static str, Method); 12] {
    let (view, command, frames, timers) = (
        current.clone(),
        current.clone(),
        current.clone(),
        current.clone(),
    );
    let (inspect, freeze, frame_log, capsule) = (
        current.clone(),
        current.clone(),
        current.clone(),
        current.clone(),
    );
    let (creating, opening) = (host.clone(), host.clone());
    let (log, subscribers) = (log.clone(), subscribers.clone());
    [
        (
            "view",
            js::method(move |_| {
                let json = view().and_then(|room| room.look(view_json));
                js::parse(json.as_deref().unwrap_or(NO_VIEW))
            }),
        ),
        (
            "command",
            js::method(move |value| {
                let text = match value.as_string() {
                    Some(text) => text,
                    None => JSON::stringify(&value)?.as_string().unwrap_or_default(),
                };
                Ok(match command_from_json(&text) {
                    Ok(wanted) => {
                        js::command(command(), wanted, |done| js::parse(&done_json(&done)))
                    }
                    Err(error) => js::promise(move |settle| settle(Err(js::error(error)))),
                })
            }),
        ),
        (
            "subscribe",
            js::method(move |value| match value.dyn_into::<Function>() {
                Ok(function) => Ok(subscribers.add(function)),
                Err(_) => Err(js::error("subscribe takes a function")),
            }),
        ),
        (
            "frames",
            js::method(move |_| {
                let json = frames().and_then(|room| room.look(|node| frames_json(&node.frames())));
                js::parse(json.as_deref().unwrap_or("[]"))
            }),
        ),
        (
            "frameLog",
            js::method(move |after| {
                let after = whole(&after);
                let look = |node: &Node| frame_log_json(&node.frames_after(after));
                let json = frame_log().and_then(|room| room.look(look));
                js::parse(json.as_deref().unwrap_or("[]"))
            }),
        ),
        (
            "timers",
            js::method(move |_| {
                let now = clock::now().mono;
                let look = |room: Handle| room.look(|node| timers_json(&node.timers(), now));
                js::parse(timers().and_then(look).as_deref().unwrap_or("[]"))
            }),
        ),
        (
            "inspect",
            js::method(move |_| {
                let now = clock::now().mono;
                let look = |room: Handle| room.look(|node| inspect_json(node, now));
                js::parse(inspect().and_then(look).as_deref().unwrap_or("null"))
            }),
        ),
        (
            "freeze",
            js::method(move |millis| {
                let millis = millis
                    .as_f64()
                    .filter(|ms| (1.0..=LONGEST_FREEZE).contains(ms));
                let millis = millis
                    .ok_or_else(|| js::error("freeze takes milliseconds, up to ten minutes"))?;
                let room = freeze().ok_or_else(js::no_room)?;
                room.freeze(Duration::from_secs_f64(millis / 1000.0));
                Ok(JsValue::UNDEFINED)
            }),
        ),
        (
            "capsule",
            js::method(move |_| {
                let bytes = capsule().and_then(|room| room.capsule());
                let bytes = bytes.ok_or_else(js::no_room)?;
                Ok(Uint8Array::from(bytes.as_slice()).into())
            }),
        ),
        ("log", js::method(move |_| Ok(lines(&log).into()))),
        (
            "createRoom",
            js::method(move |_| {
                let host = creating.clone();
                Ok(js::promise(move |settle| {
                    host.create_room(Box::new(move |made| {
                        settle(made.map(JsValue::from).map_err(|error| {
                            js::error(match error {
                                CreateError::Unreachable => "the hub cannot be reached",
                                CreateError::Full => "the hub has no room for another room",
                            })
                        }));
                    }));
                }))
            }),
        ),
        (
            "open",
            js::method(move |link| {
                let link = link.as_string().unwrap_or_default();
                let opened = opening.open_link(&link);
                opened
                    .map(|()| JsValue::UNDEFINED)
                    .map_err(|_| js::error("this is not a whole link to a room"))
            }),
        ),
    ]
}

/// `["2026-05-04T12:30:00.000Z info [corridor link 1a2b3c4d] connected", …]`.
fn lines(log: &Log) -> Array {
    let lines = log.lines().into_iter();
    lines
        .map(|(at, level, text)| {
            #[expect(clippy::cast_precision_loss, reason = "a date of this era")]
            let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
            let at = String::from(date.to_iso_string());
            JsValue::from(format!("{at} {} {text}", level_name(level)))
        })
        .collect()
}

/// A whole number; 0 for anything else.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is what is wanted"
)]
fn whole(value: &JsValue) -> u64 {
    value.as_f64().unwrap_or_default() as u64
}

fn set_level(log: &Log, value: &JsValue) -> Outcome {
    let level = value.as_string().and_then(|name| level_named(&name));
    let level = level.ok_or_else(|| js::error("a log level is error, warn, info or debug"))?;
    log.set_threshold(level);
    Ok(JsValue::UNDEFINED)
}

impl Subscribers {
    /// Answers with the function that ends the subscription.
    fn add(self: &Rc<Self>, function: Function) -> JsValue {
        let id = self.next.replace_with(|id| *id + 1);
        let here = Rc::downgrade(self);
        let end = Closure::<dyn Fn()>::new(move || {
            if let Some(subscribers) = here.upgrade() {
                subscribers.all.borrow_mut().remove(&id);
            }
        });
        let unsubscribe = end.as_ref().clone();
        self.all.borrow_mut().insert(id, function);
        self.ends.borrow_mut().push(end);
        unsubscribe
    }

    fn functions(&self) -> Vec<Function> {
        self.all.borrow().values().cloned().collect()
    }
}
