//! [`Host`] over `browser/`: what the screen may ask of the browser.

use super::Page;
use crate::browser::storage::{PREFIX, Texts};
use crate::browser::{clipboard, clock, http, intl, location, page, random};
use crate::shell::known;
use crate::shell::route::{Place, room_hash};
use crate::state::{CreateError, Host, KnownRoom, LinkError, Missing, Setting, TimeStyle};
use corridor_core::id::RoomId;
use corridor_core::key::RoomKey;
use corridor_core::model::Profile;
use corridor_core::time::Wall;
use corridor_core::wire::json::{created_room_from_json, profile_from_json, profile_json};
use std::cell::OnceCell;
use std::rc::Weak;

pub(super) struct BrowserHost {
    page: Weak<Page>,
    formats: [OnceCell<intl::Format>; 3],
}

impl BrowserHost {
    pub(super) fn new(page: Weak<Page>) -> Self {
        Self {
            page,
            formats: Default::default(),
        }
    }
}

impl Host for BrowserHost {
    fn create_room(&self, done: Box<dyn FnOnce(Result<String, CreateError>)>) {
        http::post("/rooms", move |answered| {
            let answered = answered.map_err(|_| CreateError::Unreachable);
            done(answered.and_then(|answer| new_link(&answer)));
        });
    }

    fn open_link(&self, link: &str) -> Result<(), LinkError> {
        let (room, key) = Place::parse_link(link)?;
        if let (Some(slip), Some(page)) = (Place::slip(link), self.page.upgrade()) {
            page.carry(slip);
        }
        location::set_hash(&room_hash(room, &key));
        Ok(())
    }

    fn go_home(&self) {
        location::clear_hash();
        if let Some(page) = self.page.upgrade() {
            page.follow_address();
        }
    }

    fn room_link(&self) -> Option<String> {
        self.page.upgrade()?.room_link()
    }

    fn known_rooms(&self) -> Vec<KnownRoom> {
        let Some(texts) = Texts::local() else {
            return Vec::new();
        };
        let known = known::rooms(&texts).into_iter();
        known
            .map(|(room, record)| KnownRoom {
                room,
                link: location::base() + &room_hash(room, &record.key),
                opened: record.opened,
                people: record.people,
                unread: record.unread,
                open_tasks: record.open_tasks,
            })
            .collect()
    }

    fn forget_room(&self, room: RoomId) {
        for texts in [Texts::local(), Texts::session()].into_iter().flatten() {
            known::forget(&texts, room);
        }
    }

    fn wipe_device(&self) {
        // First out of the room, so that nothing is written afterwards.
        self.go_home();
        for texts in [Texts::local(), Texts::session()].into_iter().flatten() {
            known::wipe(&texts);
        }
    }

    fn remembered_profile(&self) -> Option<Profile> {
        profile_from_json(&Texts::local()?.get(&format!("{PREFIX}profile"))?)
    }

    fn remember_profile(&self, profile: &Profile) {
        if let Some(texts) = Texts::local() {
            // A full device asks for the name again: that is all.
            let _ = texts.keep(&format!("{PREFIX}profile"), &profile_json(profile));
        }
    }

    fn sibling_tabs(&self) -> usize {
        let room = self.page.upgrade().and_then(|page| page.handle());
        room.map_or(0, |room| room.siblings())
    }

    fn copy(&self, text: &str) -> bool {
        clipboard::copy(text)
    }

    fn now(&self) -> Wall {
        clock::wall()
    }

    fn format(&self, at: Wall, style: TimeStyle) -> String {
        let [clock, day, full] = &self.formats;
        let (format, options) = match style {
            TimeStyle::Clock => (clock, intl::CLOCK),
            TimeStyle::Day => (day, intl::DAY),
            TimeStyle::Full => (full, intl::FULL),
        };
        format.get_or_init(|| intl::Format::new(options)).write(at)
    }

    fn parse_local(&self, text: &str) -> Option<Wall> {
        intl::parse_local(text)
    }

    fn to_local(&self, at: Wall) -> String {
        intl::to_local(at)
    }

    fn setting(&self, setting: Setting) -> Option<String> {
        let places = self.places(setting);
        places.iter().find_map(|(texts, name)| texts.get(name))
    }

    fn set_setting(&self, setting: Setting, value: Option<&str>) {
        for (texts, name) in self.places(setting) {
            match value {
                // On a full device a setting lasts only until the page is closed.
                Some(value) => drop(texts.keep(&name, value)),
                None => texts.remove(&name),
            }
        }
    }

    fn set_title(&self, title: &str) {
        page::set_title(title);
    }

    fn show_panel(&self) {
        page::show_panel();
    }

    fn reload(&self) {
        page::reload();
    }

    fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !page::has_webrtc() {
            missing.push(Missing::WebRtc);
        }
        if Texts::local().is_none() {
            missing.push(Missing::Storage);
        }
        missing
    }
}

impl BrowserHost {
    /// Where a setting is kept, the first place to look first. A draft follows the tab, whatever its slot,
    /// and outlives it in the slot. Nowhere, for a setting of the open room when none is open.
    fn places(&self, setting: Setting) -> Vec<(Texts, String)> {
        let (local, session) = (Texts::local(), Texts::session());
        let places = match setting {
            Setting::Theme => vec![(local, Some(format!("{PREFIX}theme")))],
            Setting::Keys => vec![(local, Some(format!("{PREFIX}keys")))],
            Setting::Draft(to) => {
                let Some(page) = self.page.upgrade() else {
                    return Vec::new();
                };
                let Place::Room(room, _) = &*page.place.borrow() else {
                    return Vec::new();
                };
                let slot = page.handle().and_then(|room| room.slot());
                let to = to.map(|to| format!("/{to}")).unwrap_or_default();
                vec![
                    (session, Some(format!("{PREFIX}draft/{room}{to}"))),
                    (
                        local,
                        slot.map(|slot| format!("{PREFIX}draft/{room}/{slot}{to}")),
                    ),
                ]
            }
        };
        let places = places.into_iter();
        places.filter_map(|(texts, name)| texts.zip(name)).collect()
    }
}

/// The link to a room the hub has just handed out, with a key the hub will never see.
fn new_link(answer: &http::Answer) -> Result<String, CreateError> {
    match answer.status {
        200 | 201 => {}
        // Too many requests, or no room for another room.
        429 | 503 | 507 => return Err(CreateError::Full),
        _ => return Err(CreateError::Unreachable),
    }
    let room = created_room_from_json(&answer.body).ok_or(CreateError::Unreachable)?;
    let key = random::bytes().ok_or(CreateError::Unreachable)?;
    Ok(location::base() + &room_hash(room, &RoomKey::new(key)))
}
