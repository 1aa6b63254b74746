//! What the screen may ask of the browser, as one object-safe trait. The app implements it over
//! `browser/`; the screen never sees web-sys.

use corridor_core::id::{RoomId, WriterId};
use corridor_core::model::Profile;
use corridor_core::time::Wall;

/// Where the person is.
#[derive(Clone, PartialEq, Debug)]
pub enum Route {
    /// The home page.
    Home,
    /// A room; its key stays with the shell.
    Room(RoomId),
    /// A link that leads nowhere.
    BadLink(LinkError),
}

/// Why a link leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// The part behind `#` is missing or cut off: most likely it was not copied whole.
    KeyMissing,
    /// The room in the link is not a room id.
    NotARoom,
}

/// A room this device has been in.
#[derive(Clone, PartialEq, Debug)]
pub struct KnownRoom {
    /// The room.
    pub room: RoomId,
    /// Its whole link, key included.
    pub link: String,
    /// When this device last had it open.
    pub opened: Wall,
    /// Names of people seen in it, to tell rooms apart.
    pub people: Vec<String>,
    /// Messages not yet read here, private ones included.
    pub unread: usize,
    /// Tasks not yet done.
    pub open_tasks: usize,
}

/// Why the hub did not hand out a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CreateError {
    /// No answer.
    Unreachable,
    /// The hub has no room for another one.
    Full,
}

/// How a moment is written. All follow the person's locale (Intl).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeStyle {
    /// `14:30`
    Clock,
    /// `Monday, 4 May`
    Day,
    /// `4 May, 14:30`
    Full,
}

/// Settings kept per device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    /// `light`, `dark`; absent: as the system says.
    Theme,
    /// What is being written in the open room: to one person, or (`None`) to all.
    Draft(Option<WriterId>),
    /// `off` when single-key shortcuts are switched off (WCAG 2.1.4).
    Keys,
}

/// What the app cannot run without, when the browser lacks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// No RTCPeerConnection: the hub relay still works.
    WebRtc,
    /// localStorage is blocked: nothing survives closing the page.
    Storage,
}

/// The browser, as the screen sees it.
pub trait Host {
    /// Asks the hub for a room, makes a key, and answers with the link.
    fn create_room(&self, done: Box<dyn FnOnce(Result<String, CreateError>)>);
    /// Goes to a link that was pasted or clicked. `Err` leaves the page as it is.
    fn open_link(&self, link: &str) -> Result<(), LinkError>;
    /// Goes to the home page.
    fn go_home(&self);
    /// The open room's link, key included.
    fn room_link(&self) -> Option<String>;
    /// Rooms this device has been in, the newest first.
    fn known_rooms(&self) -> Vec<KnownRoom>;
    /// Forgets one room on this device.
    fn forget_room(&self, room: RoomId);
    /// Forgets everything on this device and goes home.
    fn wipe_device(&self);
    /// The profile used last on this device.
    fn remembered_profile(&self) -> Option<Profile>;
    /// Remembers it.
    fn remember_profile(&self, profile: &Profile);
    /// Other tabs of this browser that are open in the same room.
    fn sibling_tabs(&self) -> usize;
    /// Puts text on the clipboard; false when the browser does not let us.
    fn copy(&self, text: &str) -> bool;
    /// The wall clock.
    fn now(&self) -> Wall;
    /// Writes a moment in the person's locale.
    fn format(&self, at: Wall, style: TimeStyle) -> String;
    /// Reads a date and time field (`2026-05-04T14:30`, local time).
    fn parse_local(&self, text: &str) -> Option<Wall>;
    /// Fills a date and time field.
    fn to_local(&self, at: Wall) -> String;
    /// Reads a setting.
    fn setting(&self, setting: Setting) -> Option<String>;
    /// Writes a setting; `None` forgets it. Writing [`Setting::Theme`] also applies it: `data-theme` on
    /// `<html>`, absent when the system decides. Applied once at start, too.
    fn set_setting(&self, setting: Setting, value: Option<&str>);
    /// Sets the page title (unread count included).
    fn set_title(&self, title: &str);
    /// What this browser lacks.
    fn missing(&self) -> Vec<Missing>;
    /// Opens the debug panel.
    fn show_panel(&self);
    /// Loads the page again, for instance to get a newer app.
    fn reload(&self);
}
