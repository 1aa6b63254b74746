//! The screen: components that read [`crate::state`] and ask for things through one dispatch callback.
//!
//! Nothing here holds truth, names a browser API crate, or decides anything worth a unit test; pure
//! decisions live in [`crate::state::select`]. Mounted once, by the app root:
//!
//! ```ignore
//! view! { <ui::Root route room attended slip dispatch host /> }
//! ```
//!
//! - `route`: where the person is. On [`Route::Room`] with `room` still `None` a calm "opening" page shows.
//! - `room`: the mirror of the open room. Make it inside an owner of its own; when the room closes, set the
//!   signal to `None` first and dispose of that owner in a later turn, so that nothing on screen reads a dead signal.
//! - `attended`: the page is visible and its window has the focus. Only then is a message marked as read.
//! - `slip`: an invite that came with the address.
//! - `dispatch`, `host`: see [`Dispatch`] and [`Host`].
//!
//! `home`, `join`, `bad_link` and `room` are the pages; `tasks` and `chat` the two halves of a room; `parts` small
//! pieces that know nothing of rooms; `words` holds every sentence.

#![expect(
    unreachable_pub,
    reason = "the component macro makes public items for crate-private components"
)]

mod bad_link;
mod chat;
mod ctx;
mod help;
mod home;
mod join;
mod keys;
mod parts;
mod room;
mod tasks;
mod words;

use crate::state::select::chat::all_unread;
use crate::state::{Dispatch, Host, RoomState, Route};
use crate::ui::parts::react::memo;
use leptos::html;
use leptos::prelude::*;
use std::rc::Rc;
use words::w;

/// The whole screen.
#[component]
pub fn Root(
    /// Where the person is.
    route: Signal<Route>,
    /// The open room's mirror.
    room: Signal<Option<RoomState>>,
    /// The page is visible and its window has the focus.
    attended: Signal<bool>,
    /// An invite that the address carried; taken from here.
    slip: RwSignal<Option<String>>,
    /// The way up: commands to the core.
    dispatch: Dispatch,
    /// The browser.
    host: Rc<dyn Host>,
) -> impl IntoView {
    let ui = ctx::Ui::new(attended, slip, dispatch, host);
    provide_context(ui);
    keys::help_key(ui);

    parts::react::effect(move || {
        let unread = room.get().map_or(0, |room| room.room.with(all_unread));
        let mut title = String::new();
        if unread > 0 {
            title.push('(');
            title.push_str(&unread.to_string());
            title.push_str(") ");
        }
        title.push_str(w().app);
        ui.host().set_title(&title);
    });

    let main = NodeRef::<html::Main>::new();
    let here = memo(move || route.get());
    view! {
        <parts::icon::Sprite />
        <button
            type="button"
            class="skip"
            on:click=move |_| {
                if let Some(main) = main.get_untracked() {
                    let _ = main.focus();
                }
            }
        >
            {w().skip}
        </button>
        <main class="page" node_ref=main tabindex="-1">
            {parts::react::slot(move || match here.get() {
                Route::Home => view! { <home::Home /> }.into_any(),
                Route::BadLink(why) => view! { <bad_link::BadLink why /> }.into_any(),
                Route::Room(_) => view! { <room::RoomPage room /> }.into_any(),
            })}
        </main>
        <help::Help />
        <parts::toast::ToastList toasts=ui.toasts />
    }
}
