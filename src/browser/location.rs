//! The address bar. The part behind `#` holds the room key: it is read here, never printed, and put
//! nowhere but into the address of the room itself (R-ROOM-3).

use super::listener::Listener;
use super::window;
use wasm_bindgen::JsValue;

/// The part behind `#`, with it; empty when there is none.
#[must_use]
pub fn hash() -> String {
    window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// The address without query and fragment.
#[must_use]
pub fn base() -> String {
    window()
        .map(|window| window.location())
        .and_then(|at| Some(at.origin().ok()? + &at.pathname().ok()?))
        .unwrap_or_default()
}

/// Host name the page was loaded from.
#[must_use]
pub fn host_name() -> String {
    window()
        .and_then(|window| window.location().hostname().ok())
        .unwrap_or_default()
}

/// The hub's WebSocket on the same host: `ws://…/ws`, or `wss://` from an https page.
#[must_use]
pub fn socket_url() -> String {
    let Some(at) = window().map(|window| window.location()) else {
        return String::new();
    };
    let scheme = if at.protocol().is_ok_and(|scheme| scheme == "https:") {
        "wss"
    } else {
        "ws"
    };
    format!("{scheme}://{}/ws", at.host().unwrap_or_default())
}

/// Goes to a fragment: one history entry, and [`watch`] hears of it. The page is not loaded anew.
pub fn set_hash(hash: &str) {
    if let Some(window) = window() {
        let _ = window.location().set_hash(hash);
    }
}

/// Puts a fragment in the place of the one there is: no history entry, and [`watch`] does *not* hear of it.
pub fn replace_hash(hash: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Drops the fragment: one history entry. [`watch`] does *not* hear of it.
pub fn clear_hash() {
    let Some(window) = window() else { return };
    let at = window.location();
    let plain = at.pathname().unwrap_or_default() + &at.search().unwrap_or_default();
    if let Ok(history) = window.history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&plain));
    }
}

/// Calls `changed` when the fragment changed, by a link, the address bar or the back button. It may be
/// called twice for one change.
pub fn watch(changed: impl Fn() + Clone + 'static) -> Option<[Listener; 2]> {
    let window = window()?;
    Some(["hashchange", "popstate"].map(|event| {
        let changed = changed.clone();
        Listener::new(&window, event, move |_| changed())
    }))
}

/// True when the query names `flag`, as in `?debug`.
#[must_use]
pub fn has_flag(flag: &str) -> bool {
    let query = window().and_then(|window| window.location().search().ok());
    query.is_some_and(|query| {
        let mut flags = query.trim_start_matches('?').split('&');
        flags.any(|pair| pair.split('=').next() == Some(flag))
    })
}
