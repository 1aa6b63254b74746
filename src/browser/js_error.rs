//! Exceptions from JavaScript as Rust values.

use wasm_bindgen::{JsCast as _, JsValue};

/// What a browser API threw, or rejected with. Messages of browser APIs name the fault, not the data.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{name}: {message}")]
pub struct JsError {
    /// The error's `name`, such as `QuotaExceededError`.
    pub name: String,
    /// Its `message`.
    pub message: String,
}

impl From<JsValue> for JsError {
    fn from(value: JsValue) -> Self {
        if let Some(error) = value.dyn_ref::<js_sys::Error>() {
            return Self {
                name: error.name().into(),
                message: error.message().into(),
            };
        }
        // A DOMException inherits from Error in every engine, but not through `instanceof` across realms.
        let field = |name: &str| {
            js_sys::Reflect::get(&value, &name.into())
                .ok()
                .and_then(|field| field.as_string())
        };
        Self {
            name: field("name").unwrap_or_else(|| "Error".into()),
            message: field("message")
                .or_else(|| value.as_string())
                .unwrap_or_default(),
        }
    }
}
