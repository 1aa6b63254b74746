//! The page itself: its title and what the browser offers it.

use super::{document, window};
use wasm_bindgen::JsValue;

/// Writes the page title.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// True when the browser has WebRTC.
#[must_use]
pub fn has_webrtc() -> bool {
    window().is_some_and(|window| {
        js_sys::Reflect::has(&window, &JsValue::from_str("RTCPeerConnection")).unwrap_or(false)
    })
}

/// Asks for the debug panel, which is loaded then (`boot/boot.js`).
pub fn show_panel() {
    if let (Some(window), Ok(event)) = (window(), web_sys::Event::new("corridor:panel")) {
        let _ = window.dispatch_event(&event);
    }
}

/// Loads the page anew, from its own address.
pub fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Where the app shows itself: the body, emptied of the "loading" note that came with the page.
#[must_use]
pub fn stage() -> Option<web_sys::HtmlElement> {
    let body = super::document()?.body()?;
    body.set_text_content(None);
    Some(body)
}
