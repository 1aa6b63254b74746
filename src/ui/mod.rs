//! The screen: components that read [`crate::state`] and ask for things through one dispatch callback.
//!
//! Nothing here holds truth, names a browser API crate, or decides anything worth a unit test; pure
//! decisions live in [`crate::state::select`]. Mounted once, by the app root:
//!
//! ```ignore
//! view! { <ui::Root route room attended dispatch host /> }
//! ```
//!
//! - `route`: where the person is. On [`Route::Room`] with `room` still `None` a calm "opening" page shows.
//! - `room`: the mirror of the open room. Make it inside an owner of its own; when the room closes, set the
//!   signal to `None` first and dispose of that owner in a later turn, so that nothing on screen reads a dead signal.
//! - `attended`: the page is visible and its window has the focus. Only then is a message marked as read.
//! - `dispatch`, `host`: see [`Dispatch`] and [`Host`].

use crate::state::{Dispatch, Host, RoomState, Route};
use leptos::prelude::*;
use std::rc::Rc;

/// The whole screen.
#[component]
pub fn Root(
    /// Where the person is.
    route: Signal<Route>,
    /// The open room's mirror.
    room: Signal<Option<RoomState>>,
    /// The page is visible and its window has the focus.
    attended: Signal<bool>,
    /// The way up: commands to the core.
    dispatch: Dispatch,
    /// The browser.
    host: Rc<dyn Host>,
) -> impl IntoView {
    let _ = (route, room, attended, dispatch, host);
}
