//! Building plain JavaScript objects, methods and promises.

use crate::shell::Handle;
use corridor_core::node::{Command, CommandError, Done};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// What a method of a debug object answers: a value, or an `Error` to throw.
pub(super) type Outcome = Result<JsValue, JsValue>;

/// A method; JavaScript can call it while this lives.
pub(super) type Method = Closure<dyn Fn(JsValue) -> Outcome>;

/// Makes a method of one optional argument.
pub(super) fn method(call: impl Fn(JsValue) -> Outcome + 'static) -> Method {
    Closure::new(call)
}

pub(super) fn function(method: &Method) -> &Function {
    method.as_ref().unchecked_ref()
}

/// Sets a property. Setting one of a plain object of our own cannot fail.
pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// Defines a property that reads and writes through two methods.
pub(super) fn accessor(object: &Object, name: &str, read: &Method, write: &Method) {
    let descriptor = Object::new();
    set(&descriptor, "get", function(read));
    set(&descriptor, "set", function(write));
    set(&descriptor, "enumerable", &JsValue::TRUE);
    Object::define_property(object, &name.into(), &descriptor);
}

/// Our JSON as a plain value.
pub(super) fn parse(json: &str) -> Outcome {
    JSON::parse(json)
}

/// An `Error` to throw or reject with.
pub(super) fn error(message: impl core::fmt::Display) -> JsValue {
    js_sys::Error::new(&message.to_string()).into()
}

/// An `Error` for a room that is not open.
pub(super) fn no_room() -> JsValue {
    error("no room is open")
}

/// A promise that `begin` settles through what it is given.
pub(super) fn promise(begin: impl FnOnce(Box<dyn FnOnce(Outcome)>)) -> JsValue {
    let mut begin = Some(begin);
    Promise::new(&mut |resolve, reject| {
        if let Some(begin) = begin.take() {
            begin(Box::new(move |outcome| {
                let (settle, value) = match outcome {
                    Ok(value) => (resolve, value),
                    Err(error) => (reject, error),
                };
                // The settling functions of a promise never throw.
                let _ = settle.call1(&JsValue::UNDEFINED, &value);
            }));
        }
    })
    .into()
}

/// A promise of how `command` ends, read by `answer`.
pub(super) fn command(
    room: Option<Handle>,
    command: Command,
    answer: impl FnOnce(Done) -> Outcome + 'static,
) -> JsValue {
    promise(move |settle| match room {
        None => settle(Err(no_room())),
        Some(room) => room.command(
            command,
            Box::new(move |ended: Result<Done, CommandError>| {
                settle(ended.map_err(error).and_then(answer));
            }),
        ),
    })
}
