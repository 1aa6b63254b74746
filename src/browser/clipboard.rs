//! Copying text, on plain http pages too, where `navigator.clipboard` does not exist.

use super::document;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Puts `text` on the clipboard; false when the browser does not let us. Call from a click or a key.
#[must_use]
pub fn copy(text: &str) -> bool {
    try_copy(text).unwrap_or(false)
}

fn try_copy(text: &str) -> Option<bool> {
    let document = document()?;
    let focused = document.active_element();
    // Beside the focused element: while a modal dialog is open, everything outside it is inert.
    let place = focused
        .as_ref()
        .and_then(|element| element.parent_element())
        .or_else(|| document.body().map(Into::into))?;
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    field.set_read_only(true);
    field.set_attribute("aria-hidden", "true").ok()?;
    let style = field.style();
    for (name, value) in [
        ("position", "fixed"),
        ("opacity", "0"),
        ("font-size", "16px"),
    ] {
        style.set_property(name, value).ok()?;
    }
    place.append_child(&field).ok()?;
    field.select();
    let copied = document
        .unchecked_ref::<HtmlDocument>()
        .exec_command("copy")
        .unwrap_or(false);
    field.remove();
    if let Some(focused) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    Some(copied)
}
