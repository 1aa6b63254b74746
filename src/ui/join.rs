//! Who are you? The page before a room, and the same fields later on.

use super::ctx::{refusal, ui};
use super::parts::dialog::Dialog;
use super::parts::icon::Icon;
use super::parts::react::{flag, maybe, slot};
use super::room::notices::Notices;
use super::words::{ROLES, w};
use crate::state::RoomState;
use crate::state::select::people::roles;
use corridor_core::model::Profile;
use corridor_core::node::Command;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// How often other tabs of this browser are looked for while this page shows.
const LOOK: Duration = Duration::from_millis(500);

/// The page before a room.
#[component]
pub(crate) fn Join(room: RoomState) -> impl IntoView {
    let ui = ui();
    let words = w();
    let siblings = RwSignal::new(ui.host().sibling_tabs());
    if let Ok(look) = set_interval_with_handle(move || siblings.set(ui.host().sibling_tabs()), LOOK)
    {
        on_cleanup(move || look.clear());
    }
    let known = ui.host().remembered_profile().unwrap_or_default();
    let profile = Profile {
        status: Default::default(),
        ..known
    };
    view! {
        <div class="sheet narrow">
            <div class="brand">
                <button
                    type="button"
                    class="brand-home"
                    aria-label=words.home
                    on:click=move |_| ui.host().go_home()
                >
                    <Icon name="#i-logo" />
                    <span>{words.app}</span>
                </button>
            </div>
            <Notices room />
            <h1>{words.join_title}</h1>
            <p class="lead">{words.join_lead}</p>
            <ProfileForm room profile with_status=false submit=words.join done=|| () />
            <p class="note" role="status" hidden=flag(move || siblings.get() == 0)>
                {maybe(move || (siblings.get() > 0).then_some(words.sibling))}
            </p>
            <p class="hint">{words.no_patients}</p>
            <p class="hint">{words.no_emergency}</p>
        </div>
    }
    .into_any()
}

/// Changes what others see of oneself.
#[component]
pub(crate) fn AboutMe(room: RoomState, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=w().about_you>
            {
                let profile = room
                    .room
                    .with_untracked(|room| room.profile.clone())
                    .unwrap_or_default();
                view! {
                    <ProfileForm
                        room
                        profile
                        with_status=true
                        submit=w().save
                        done=move || open.set(false)
                    />
                }
            }
        </Dialog>
    }
    .into_any()
}

#[component]
fn ProfileForm(
    room: RoomState,
    profile: Profile,
    with_status: bool,
    submit: &'static str,
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let ui = ui();
    let words = w();
    let name = RwSignal::new(String::from(profile.name.expose()));
    let role = RwSignal::new(String::from(profile.role.expose()));
    let status = RwSignal::new(String::from(profile.status.expose()));
    let error = RwSignal::new(None::<&'static str>);
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| {
        let _ = field.focus();
    });
    let save = move || {
        let profile = Profile {
            name: name.get_untracked().trim().into(),
            role: role.get_untracked().trim().into(),
            status: status.get_untracked().trim().into(),
        };
        if profile.name.is_empty() {
            error.set(Some(words.name_missing));
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
            return;
        }
        let remembered = profile.clone();
        ui.send(Command::SetProfile(profile), move |result| match result {
            Ok(_) => {
                ui.host().remember_profile(&remembered);
                done();
            }
            Err(why) => {
                error.try_set(Some(refusal(why)));
            }
        });
    };
    let known_roles = move || {
        let mut people = Vec::new();
        room.people.each(|person| people.push(person.clone()));
        roles(&ROLES, &people)
            .into_iter()
            .map(|role| view! { <option value=role></option> })
            .collect_view()
            .into_any()
    };
    view! {
        <form
            class="stack"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <label class="field">
                <span>{words.your_name}</span>
                <input
                    type="text"
                    autocomplete="name"
                    maxlength="120"
                    required
                    aria-describedby="profile-error"
                    aria-invalid=maybe(move || error.get().map(|_| "true"))
                    node_ref=field
                    bind:value=name
                />
            </label>
            <label class="field">
                <span>{words.your_role}</span>
                <input
                    type="text"
                    autocomplete="organization-title"
                    maxlength="120"
                    list="roles"
                    aria-describedby="role-hint"
                    bind:value=role
                />
            </label>
            <p class="hint under" id="role-hint">
                {words.role_hint}
            </p>
            <datalist id="roles">{slot(known_roles)}</datalist>
            {with_status
                .then(|| {
                    view! {
                        <label class="field">
                            <span>{words.your_status}</span>
                            <input
                                type="text"
                                autocomplete="off"
                                maxlength="120"
                                aria-describedby="status-hint"
                                bind:value=status
                            />
                        </label>
                        <p class="hint under" id="status-hint">
                            {words.status_hint}
                        </p>
                    }
                })}
            <p class="error" role="alert" id="profile-error">
                {error}
            </p>
            <button type="submit" class="button primary large">
                {submit}
            </button>
        </form>
    }
    .into_any()
}
