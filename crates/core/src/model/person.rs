//! The people in a room.

use crate::redact::Private;

/// What a person says about themselves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    /// Their name as colleagues know it.
    pub name: Private,
    /// Their role; tasks can be given to a role.
    pub role: Private,
    /// A line such as "in surgery until 12:00"; empty for none.
    pub status: Private,
}

/// Whether a person can be reached now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Presence {
    /// Reachable and looking.
    Online,
    /// Reachable; the page is in the background.
    Away,
    /// The path broke moments ago and is being repaired.
    Reconnecting,
    /// Not reachable.
    #[default]
    Offline,
}
