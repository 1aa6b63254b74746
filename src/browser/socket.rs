//! The WebSocket to the hub: binary frames in and out. The only place that makes one.

use super::hooks::Hook;
use super::js_error::JsError;
use super::listener::Listener;
use corridor_core::node::HubEvent;
use wasm_bindgen::JsCast as _;
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// An open or opening socket; closed when dropped, after which it reports nothing.
#[derive(Debug)]
#[must_use = "the socket is closed when this is dropped"]
pub struct Socket {
    // First, so that the closing below is not reported.
    _listeners: [Listener; 3],
    socket: WebSocket,
    _close: Hook,
}

impl Socket {
    /// Opens a socket to `url`.
    ///
    /// # Errors
    /// When the browser refuses the address.
    pub fn open(url: &str, happened: impl Fn(HubEvent) + Clone + 'static) -> Result<Self, JsError> {
        let socket = WebSocket::new(url)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (opened, closed) = (happened.clone(), happened.clone());
        let listeners = [
            Listener::new(&socket, "open", move |_| opened(HubEvent::Opened)),
            // An error is always followed by a close.
            Listener::new(&socket, "close", move |_| closed(HubEvent::Closed)),
            Listener::new(&socket, "message", move |event| {
                if let Some(bytes) = message_bytes(&event) {
                    happened(HubEvent::Frame(bytes));
                }
            }),
        ];
        let closing = socket.clone();
        Ok(Self {
            _listeners: listeners,
            socket,
            _close: Hook::new(move || {
                let _ = closing.close();
            }),
        })
    }

    /// Sends one binary frame.
    ///
    /// # Errors
    /// When the socket is not open yet. A closed one takes frames and drops them.
    pub fn send(&self, frame: &[u8]) -> Result<(), JsError> {
        Ok(self.socket.send_with_u8_array(frame)?)
    }
}

/// The bytes of a `message` event of a socket or data channel; `None` for text, which no peer of ours sends.
pub(super) fn message_bytes(event: &web_sys::Event) -> Option<Vec<u8>> {
    let data = event.dyn_ref::<MessageEvent>()?.data();
    let buffer = data.dyn_ref::<js_sys::ArrayBuffer>()?;
    Some(js_sys::Uint8Array::new(buffer).to_vec())
}
