//! Requests to the hub over HTTP.

use super::js_error::JsError;
use super::timer::Timer;
use super::window;
use core::time::Duration;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Request, RequestInit, Response};

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

/// `POST path` without a body, on the page's own origin. `done` gets an error when nobody answers within
/// ten seconds, or not with text.
pub fn post(path: &'static str, done: impl FnOnce(Result<Answer, JsError>) + 'static) {
    spawn_local(async move { done(ask(path).await) });
}

async fn ask(path: &str) -> Result<Answer, JsError> {
    let window = window().ok_or(JsValue::NULL)?;
    let abort = AbortController::new()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_signal(Some(&abort.signal()));
    let request = Request::new_with_str_and_init(path, &init)?;
    let _deadline = Timer::after(PATIENCE, move || abort.abort());
    let response: Response = JsFuture::from(window.fetch_with_request(&request))
        .await?
        .dyn_into()?;
    let body = JsFuture::from(response.text()?).await?;
    Ok(Answer {
        status: response.status(),
        body: body.as_string().unwrap_or_default(),
    })
}
