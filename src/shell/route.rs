//! Links: `#/room/<room>/<key>`, and behind that perhaps an invite. Pure; the key is read and written here and never printed.

use crate::state::{LinkError, Route};
use corridor_core::id::RoomId;
use corridor_core::key::RoomKey;

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// The home page.
    Home,
    /// A room, with the key to it.
    Room(RoomId, RoomKey),
    /// Nowhere.
    Bad(LinkError),
}

impl Place {
    /// Reads the part of an address behind `#`, with or without it.
    #[must_use]
    pub fn parse(hash: &str) -> Self {
        let path = hash.trim().trim_start_matches('#').trim_start_matches('/');
        let Some(rest) = path.strip_prefix("room/") else {
            return if path.is_empty() {
                Self::Home
            } else {
                Self::Bad(LinkError::NotARoom)
            };
        };
        let (room, key) = rest.split_once('/').unwrap_or((rest, ""));
        let Some(room) = RoomId::parse(room) else {
            return Self::Bad(LinkError::NotARoom);
        };
        let key = key.split('/').next().unwrap_or_default();
        match RoomKey::parse(key) {
            Some(key) => Self::Room(room, key),
            None => Self::Bad(LinkError::KeyMissing),
        }
    }

    /// Reads a link as pasted: a whole address, or what is behind its `#`.
    ///
    /// # Errors
    /// When it does not lead into a room.
    pub fn parse_link(link: &str) -> Result<(RoomId, RoomKey), LinkError> {
        let link = link.trim();
        // Without `#` the key was lost on the way, if the rest looks like ours at all.
        let (_, path) = link
            .split_once('#')
            .or_else(|| link.split_once("/room/").map(|_| ("", link)))
            .ok_or(LinkError::NotARoom)?;
        let path = match path.find("room/") {
            Some(at) => path.get(at..).unwrap_or_default(),
            None => return Err(LinkError::NotARoom),
        };
        match Self::parse(path) {
            Self::Room(room, key) => Ok((room, key)),
            Self::Bad(error) => Err(error),
            Self::Home => Err(LinkError::NotARoom),
        }
    }

    /// The invite in a link into a room, if it carries one (R-LINK-6).
    #[must_use]
    pub fn slip(link: &str) -> Option<&str> {
        let (_, behind) = link.trim().split_once("room/")?;
        let slip = behind.splitn(3, '/').nth(2)?;
        (!slip.is_empty()).then_some(slip)
    }

    /// What the screen may know of it.
    #[must_use]
    pub fn route(&self) -> Route {
        match self {
            Self::Home => Route::Home,
            Self::Room(room, _) => Route::Room(*room),
            Self::Bad(error) => Route::BadLink(*error),
        }
    }
}

/// The part of a room's link from `#` on.
#[must_use]
pub fn room_hash(room: RoomId, key: &RoomKey) -> String {
    format!("#/room/{room}/{}", key.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (RoomId, RoomKey) {
        (RoomId([7; 16]), RoomKey::new([0xa5; 32]))
    }

    #[test]
    fn a_link_reads_what_it_writes_whole_or_in_part() {
        let (room, key) = sample();
        let hash = room_hash(room, &key);
        assert_eq!(Place::parse(&hash), Place::Room(room, key.clone()));
        assert_eq!(
            Place::parse(&format!("{hash}/")),
            Place::Room(room, key.clone())
        );
        for link in [
            format!("http://192.0.2.1:8080/{hash}"),
            format!("  https://clinic.local/?debug{hash}\n"),
            hash.clone(),
            hash.trim_start_matches("#/")
                .to_owned()
                .replace("room/", "/room/"),
        ] {
            assert_eq!(Place::parse_link(&link), Ok((room, key.clone())), "{link}");
        }
    }

    #[test]
    fn a_link_may_carry_an_invite() {
        let (room, key) = sample();
        let hash = room_hash(room, &key);
        let link = format!("http://192.0.2.1:8080/{hash}/I1abc-_d\n");
        assert_eq!(Place::parse_link(&link), Ok((room, key.clone())));
        assert_eq!(
            Place::parse(&format!("{hash}/I1abc")),
            Place::Room(room, key)
        );
        assert_eq!(Place::slip(&link), Some("I1abc-_d"));
        for without in [
            hash.clone(),
            format!("{hash}/"),
            "#/".to_owned(),
            String::new(),
        ] {
            assert_eq!(Place::slip(&without), None, "{without}");
        }
    }

    #[test]
    fn a_damaged_link_says_what_is_wrong() {
        let (room, key) = sample();
        let hash = room_hash(room, &key);
        let cut = &hash[..hash.len() - 1];
        assert_eq!(Place::parse(cut), Place::Bad(LinkError::KeyMissing));
        assert_eq!(
            Place::parse(&format!("#/room/{room}")),
            Place::Bad(LinkError::KeyMissing)
        );
        assert_eq!(Place::parse("#/room/x/y"), Place::Bad(LinkError::NotARoom));
        assert_eq!(Place::parse("#/elsewhere"), Place::Bad(LinkError::NotARoom));
        assert_eq!(
            Place::parse_link(&format!("http://192.0.2.1/room/{room}")),
            Err(LinkError::KeyMissing)
        );
        assert_eq!(
            Place::parse_link("http://192.0.2.1/"),
            Err(LinkError::NotARoom)
        );
        assert_eq!(Place::parse_link("hello"), Err(LinkError::NotARoom));
    }

    #[test]
    fn no_fragment_is_home() {
        for hash in ["", "#", "#/"] {
            assert_eq!(Place::parse(hash), Place::Home);
        }
    }

    #[test]
    fn a_place_never_prints_its_key() {
        let (room, key) = sample();
        let shown = format!("{:?}", Place::Room(room, key.clone()));
        assert!(!shown.contains(&key.to_text()));
    }
}
