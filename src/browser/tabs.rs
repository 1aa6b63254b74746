//! What the tabs of one browser say to each other (`BroadcastChannel`). It reaches hidden tabs at once.

use super::hooks::Hook;
use super::listener::Listener;
use wasm_bindgen::JsCast as _;
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel to the other tabs; left when dropped.
#[derive(Debug)]
#[must_use = "the channel is left when this is dropped"]
pub struct Channel {
    _listener: Listener,
    channel: BroadcastChannel,
    _close: Hook,
}

impl Channel {
    /// Joins the channel `name`: `heard` gets what other tabs say on it, never what this one says.
    /// `None` when the browser has no such channels.
    pub fn open(name: &str, heard: impl Fn(&str) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Listener::new(&channel, "message", move |event| {
            let said = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            if let Some(text) = said.and_then(|data| data.as_string()) {
                heard(&text);
            }
        });
        let closing = channel.clone();
        Some(Self {
            _listener: listener,
            channel,
            _close: Hook::new(move || closing.close()),
        })
    }

    /// Says `text` to all other tabs on the channel.
    pub fn say(&self, text: &str) {
        // Fails only for a closed channel, and text can always be copied.
        let _ = self.channel.post_message(&text.into());
    }
}
