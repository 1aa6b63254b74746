//! The hub's frames over plain requests, where a proxy lets no WebSocket through (rule H-POLL).

use super::hooks::Hook;
use super::http::{self, Body};
use super::js_error::JsError;
use corridor_core::limits::HUB_POLL_BODY_BYTES;
use corridor_core::node::HubEvent;
use corridor_core::wire::batch;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal, Response};

/// An open or opening line; ended when dropped, after which it reports nothing.
#[derive(Debug)]
#[must_use = "the line ends when this is dropped"]
pub struct Polling {
    line: Rc<Line>,
    _end: Hook,
}

struct Line {
    /// The address of the socket, once there is one.
    path: RefCell<Option<String>>,
    queue: RefCell<VecDeque<Vec<u8>>>,
    sending: Cell<bool>,
    over: Cell<bool>,
    abort: AbortController,
    happened: Box<dyn Fn(HubEvent)>,
}

impl core::fmt::Debug for Line {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Line")
    }
}

impl Polling {
    /// Opens a line to the hub that the page came from.
    ///
    /// # Errors
    /// When the browser makes no requests that can be broken off.
    pub fn open(happened: impl Fn(HubEvent) + 'static) -> Result<Self, JsError> {
        let line = Rc::new(Line {
            path: RefCell::default(),
            queue: RefCell::default(),
            sending: Cell::new(false),
            over: Cell::new(false),
            abort: AbortController::new()?,
            happened: Box::new(happened),
        });
        let running = line.clone();
        spawn_local(async move {
            let _ = running.listen().await;
            running.tell(HubEvent::Closed);
            running.over.set(true);
        });
        let ending = line.clone();
        let end = Hook::new(move || ending.end());
        Ok(Self { line, _end: end })
    }

    /// Sends one frame, with others that wait.
    pub fn send(&self, frame: Vec<u8>) {
        self.line.queue.borrow_mut().push_back(frame);
        if !self.line.sending.replace(true) {
            let line = self.line.clone();
            spawn_local(async move {
                if line.empty_queue().await.is_err() {
                    // The answer that is waited for ends with an error, and that is told.
                    line.abort.abort();
                }
                line.sending.set(false);
            });
        }
    }
}

impl Line {
    fn tell(&self, event: HubEvent) {
        if !self.over.get() {
            (self.happened)(event);
        }
    }

    /// Opens the socket and hands out frames until something fails.
    async fn listen(&self) -> Result<(), JsError> {
        let signal = self.abort.signal();
        let opened = ask("POST", "/poll", Body::None, Some(&signal)).await?;
        let path = opened.headers().get("location")?.ok_or(JsValue::NULL)?;
        *self.path.borrow_mut() = Some(path.clone());
        self.tell(HubEvent::Opened);
        loop {
            let answer = ask("GET", &path, Body::None, Some(&signal)).await?;
            let body = http::bytes(&answer).await?;
            for frame in batch::split(&body).map_err(|_| JsValue::NULL)? {
                self.tell(HubEvent::Frame(frame.to_vec()));
            }
        }
    }

    async fn empty_queue(&self) -> Result<(), JsError> {
        while let Some(body) = self.next_body() {
            let path = self.path.borrow().clone().ok_or(JsValue::NULL)?;
            ask("POST", &path, Body::Bytes(&body), None).await?;
        }
        Ok(())
    }

    /// What waits, as much as one request takes.
    fn next_body(&self) -> Option<Vec<u8>> {
        let mut queue = self.queue.borrow_mut();
        let mut body = Vec::new();
        while let Some(frame) = queue.pop_front() {
            batch::put(&mut body, &frame);
            if body.len() > HUB_POLL_BODY_BYTES / 2 {
                break;
            }
        }
        (!body.is_empty()).then_some(body)
    }

    /// The last word goes with a request that outlives the page.
    fn end(self: &Rc<Self>) {
        if self.over.replace(true) {
            return;
        }
        self.abort.abort();
        if let Some(path) = self.path.borrow_mut().take() {
            let body = self.next_body().unwrap_or_default();
            spawn_local(async move {
                let path = format!("{path}?last=true");
                let _ = ask("POST", &path, Body::Last(&body), None).await;
            });
        }
    }
}

/// A request that must succeed.
async fn ask(
    method: &str,
    path: &str,
    body: Body<'_>,
    signal: Option<&AbortSignal>,
) -> Result<Response, JsError> {
    let answer = http::request(method, path, body, signal).await?;
    Ok(answer.ok().then_some(answer).ok_or(JsValue::NULL)?)
}
