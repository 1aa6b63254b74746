//! Requests to the hub over HTTP.

use super::js_error::JsError;
use super::timer::Timer;
use super::window;
use core::time::Duration;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, Request, RequestInit, Response};

/// How long the hub may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the hub answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

/// What goes with a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Body<'a> {
    None,
    Bytes(&'a [u8]),
    /// Sent even if the page is gone by then.
    Last(&'a [u8]),
}

/// `POST path` without a body, on the page's own origin. `done` gets an error when nobody answers within
/// ten seconds, or not with text.
pub fn post(path: &'static str, done: impl FnOnce(Result<Answer, JsError>) + 'static) {
    spawn_local(async move { done(ask(path).await) });
}

async fn ask(path: &str) -> Result<Answer, JsError> {
    let abort = AbortController::new()?;
    let signal = abort.signal();
    let _deadline = Timer::after(PATIENCE, move || abort.abort());
    let response = request("POST", path, Body::None, Some(&signal)).await?;
    let body = JsFuture::from(response.text()?).await?;
    Ok(Answer {
        status: response.status(),
        body: body.as_string().unwrap_or_default(),
    })
}

/// Makes a request, which `signal` breaks off.
pub(super) async fn request(
    method: &str,
    path: &str,
    body: Body<'_>,
    signal: Option<&AbortSignal>,
) -> Result<Response, JsError> {
    let window = window().ok_or(JsValue::NULL)?;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(signal);
    if let Body::Bytes(bytes) | Body::Last(bytes) = body {
        init.set_body(&js_sys::Uint8Array::from(bytes));
    }
    if matches!(body, Body::Last(_)) {
        js_sys::Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    let response = JsFuture::from(window.fetch_with_request(&request)).await?;
    Ok(response.dyn_into()?)
}

/// The bytes of an answer.
pub(super) async fn bytes(response: &Response) -> Result<Vec<u8>, JsError> {
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}
