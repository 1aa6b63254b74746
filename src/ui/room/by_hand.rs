//! Connecting without the hub: an invite to hand over, and a reply to hand back, as text or QR code (R-LINK-6).

use super::name_of;
use crate::state::RoomState;
use crate::ui::ctx::{Ui, refusal, ui};
use crate::ui::parts::dialog::Dialog;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::later::Later;
use crate::ui::parts::qr::qr;
use crate::ui::parts::react::{effect, flag, slot, text};
use crate::ui::words::{fill, w};
use corridor_core::id::PeerId;
use corridor_core::node::{Command, Done, Path};
use corridor_core::redact::Private;
use leptos::html;
use leptos::prelude::*;

/// How far it got; kept while the dialog is closed.
#[derive(Clone, Copy)]
struct Hand {
    ui: Ui,
    /// The invite or reply that was made here.
    made: RwSignal<Option<String>>,
    /// Whom the reply is for, or who is connected now.
    peer: RwSignal<Option<PeerId>>,
    busy: RwSignal<bool>,
    pasted: RwSignal<String>,
    error: RwSignal<Option<&'static str>>,
}

impl Hand {
    fn send(self, command: Command) {
        if self.busy.get_untracked() {
            return;
        }
        self.error.set(None);
        self.busy.set(true);
        self.ui.send(command, move |result| {
            // The room may be closed by now.
            self.busy.try_set(false);
            match result {
                Ok(Done::Invite(text)) => self.show(Some(&text), None),
                Ok(Done::Reply(peer, text)) => self.show(Some(&text), Some(peer)),
                Ok(Done::Linked(peer)) => self.show(None, Some(peer)),
                Ok(_) => {}
                Err(why) => {
                    self.error.try_set(Some(refusal(why)));
                }
            }
        });
    }

    fn show(self, made: Option<&Private>, peer: Option<PeerId>) {
        self.peer.try_set(peer);
        self.made
            .try_set(made.map(|text| String::from(text.expose())));
    }

    fn take(self) {
        let text = self.pasted.get_untracked();
        self.pasted.set(String::new());
        self.send(Command::TakeSlip(text.into()));
    }
}

#[component]
pub(crate) fn ByHand(room: RoomState, open: RwSignal<bool>) -> impl IntoView {
    let ui = ui();
    let hand = Hand {
        ui,
        made: RwSignal::new(None),
        peer: RwSignal::new(None),
        busy: RwSignal::new(false),
        pasted: RwSignal::new(String::new()),
        error: RwSignal::new(None),
    };
    effect(move || {
        // An address that carries an invite leads here.
        if let Some(slip) = ui.slip.get() {
            ui.slip.set(None);
            hand.show(None, None);
            hand.pasted.set(slip);
            open.set(true);
        }
    });
    effect(move || {
        // Whoever handed a reply back sees here that it was taken.
        if let (Some(peer), true) = (hand.peer.get(), hand.made.with(Option::is_some))
            && room.people.read(peer, |person| person.path) == Some(Path::Direct)
        {
            hand.made.set(None);
        }
    });
    let said = text(move || {
        match (
            hand.busy.get(),
            hand.peer.get(),
            hand.made.with(Option::is_some),
        ) {
            (true, ..) => String::from(w().one_moment),
            (_, Some(_), true) => String::from(w().hand_waiting),
            (_, Some(peer), false) => fill(w().hand_connected, &[&name_of(room, peer)]),
            _ => String::new(),
        }
    });
    view! {
        <Dialog open title=w().without_hub>
            <p>{w().hand_lead}</p>
            {slot(move || match (hand.made.get(), hand.peer.get()) {
                (None, None) => view! { <Start hand /> }.into_any(),
                (None, Some(_)) => ().into_any(),
                (Some(text), to) => view! { <Carry hand text invites=to.is_none() /> }.into_any(),
            })}
            <p class="lead said" role="status">
                {said}
            </p>
            <p class="error" role="alert">
                {hand.error}
            </p>
            <button
                type="button"
                class="button quiet"
                hidden=flag(move || hand.peer.get().is_none() && hand.made.with(Option::is_none))
                on:click=move |_| {
                    hand.error.set(None);
                    hand.show(None, None);
                }
            >
                {w().begin_again}
            </button>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Start(hand: Hand) -> impl IntoView {
    view! {
        <h3>{w().hand_invite}</h3>
        <p class="hint">{w().hand_invite_hint}</p>
        <button
            type="button"
            class="button primary"
            on:click=move |_| hand.send(Command::Invite)
        >
            <Icon name="#i-invite" />
            {w().make_invite}
        </button>
        <h3>{w().hand_invited}</h3>
        <Paste hand label=w().their_invite button=w().answer_invite />
    }
    .into_any()
}

/// A text to be handed over, selected and ready to be copied, and the same as a code.
#[component]
fn Carry(hand: Hand, text: String, invites: bool) -> impl IntoView {
    let words = w();
    let said = RwSignal::new(None::<&'static str>);
    let field = NodeRef::<html::Textarea>::new();
    let later = Later::new();
    field.on_load(move |field| {
        // Its text is put in after this, which would undo the selection.
        later.next_frame(move || {
            let _ = field.focus();
            field.select();
        });
    });
    let copy = move |_| {
        let text = hand.made.get_untracked().unwrap_or_default();
        let done = hand.ui.host().copy(&text);
        if !done && let Some(field) = field.get_untracked() {
            field.select();
        }
        said.set(Some(if done {
            words.copied
        } else {
            words.copy_by_hand
        }));
    };
    let (head, label, hint) = if invites {
        (words.hand_give, words.your_invite, words.invite_code_hint)
    } else {
        (
            words.hand_give_back,
            words.your_reply,
            words.reply_code_hint,
        )
    };
    // The invite's code leads into the room, too.
    let mut code = String::new();
    if invites {
        code = hand.ui.host().room_link().unwrap_or_default();
        code.push('/');
    }
    code.push_str(&text);
    view! {
        <h3>{head}</h3>
        <label class="field">
            <span>{label}</span>
            <textarea class="slip" rows="4" readonly node_ref=field prop:value=text></textarea>
        </label>
        <div class="carry">
            <button type="button" class="button primary" on:click=copy>
                <Icon name="#i-copy" />
                {words.copy}
            </button>
            <span class="hint said" role="status">
                {said}
            </span>
        </div>
        <details>
            <summary>{words.show_code}</summary>
            <p class="hint">{hint}</p>
            {qr(&code, words.slip_code)}
        </details>
        {invites
            .then(|| {
                view! {
                    <h3>{words.hand_take_reply}</h3>
                    <Paste hand label=words.their_reply button=words.connect />
                }
            })}
    }
    .into_any()
}

/// Where a text that was handed over is pasted.
#[component]
fn Paste(hand: Hand, label: &'static str, button: &'static str) -> impl IntoView {
    view! {
        <form
            class="stack"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                hand.take();
            }
        >
            <label class="field">
                <span>{label}</span>
                <textarea
                    class="slip"
                    rows="4"
                    autocomplete="off"
                    spellcheck="false"
                    bind:value=hand.pasted
                ></textarea>
            </label>
            <button type="submit" class="button">
                {button}
            </button>
        </form>
    }
    .into_any()
}
