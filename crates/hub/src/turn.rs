//! Short-lived credentials of a TURN server, by coturn's `use-auth-secret` scheme
//! (draft-uberti-behave-turn-rest-00): the user name is the time at which they end, the password its HMAC-SHA1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::broker::TurnGrants;
use corridor_core::limits;
use corridor_core::time::Wall;
use corridor_core::wire::hub::Turn;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What follows the time in a user name, for the TURN server's log.
const USER: &str = "corridor";

/// TURN servers, and the secret they share with this hub.
#[derive(Clone)]
pub struct TurnSecret {
    urls: Vec<String>,
    key: Hmac<Sha1>,
}

/// Why TURN servers cannot be told of.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// URLs without a secret, or the other way round.
    #[error("--turn-url and --turn-secret-file belong together")]
    Half,
    /// Not a TURN server's URL.
    #[error("`{0}` is not a TURN server: write turn:HOST:PORT or turns:HOST:PORT")]
    Url(String),
    /// The file cannot be read.
    #[error("cannot read the TURN secret: {0}")]
    Read(#[from] io::Error),
    /// Nothing in the file.
    #[error("the file with the TURN secret is empty")]
    Empty,
}

impl TurnSecret {
    /// These servers, which share this secret.
    ///
    /// # Errors
    /// [`TurnError::Url`] and [`TurnError::Empty`].
    pub fn new(urls: Vec<String>, secret: &str) -> Result<Self, TurnError> {
        let turn = |url: &String| url.starts_with("turn:") || url.starts_with("turns:");
        if let Some(other) = urls.iter().find(|url| !turn(url)) {
            return Err(TurnError::Url(other.clone()));
        }
        if secret.is_empty() {
            return Err(TurnError::Empty);
        }
        let key = Hmac::new_from_slice(secret.as_bytes()).map_err(|_| TurnError::Empty)?;
        Ok(Self { urls, key })
    }

    /// What the flags say: none of them, or both.
    ///
    /// # Errors
    /// [`TurnError`].
    pub fn from_flags(urls: &[String], secret: Option<&Path>) -> Result<Option<Self>, TurnError> {
        match secret {
            None if urls.is_empty() => Ok(None),
            Some(file) if !urls.is_empty() => {
                let secret = std::fs::read_to_string(file)?;
                Self::new(urls.to_vec(), secret.trim()).map(Some)
            }
            _ => Err(TurnError::Half),
        }
    }

    /// For the broker.
    #[must_use]
    pub fn grants(self) -> TurnGrants {
        Arc::new(move |now| self.grant(now))
    }

    fn grant(&self, now: Wall) -> Turn {
        let ends = now.plus(limits::HUB_TURN_TTL).0 / 1000;
        let user = format!("{ends}:{USER}");
        let mac = self.key.clone().chain_update(user.as_bytes()).finalize();
        Turn {
            urls: self.urls.clone(),
            credential: STANDARD.encode(mac.into_bytes()),
            user,
            lasts_s: u32::try_from(limits::HUB_TURN_TTL.as_secs()).unwrap_or(u32::MAX),
        }
    }
}

impl fmt::Debug for TurnSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TurnSecret")
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn url() -> Vec<String> {
        vec!["turn:192.0.2.1:3478".to_owned()]
    }

    /// By `printf %s 1800043200:corridor | openssl dgst -sha1 -hmac north -binary | base64`.
    #[test]
    fn credentials_are_those_that_coturn_computes() {
        let secret = TurnSecret::new(url(), "north").unwrap();
        let grant = secret.grant(Wall(1_800_000_000_000));
        assert_eq!(grant.user, "1800043200:corridor");
        assert_eq!(grant.credential, "upNEqZyvSAFrpD5UiTuf3NziX7M=");
        assert_eq!(grant.urls, url());
    }

    #[test]
    fn a_secret_needs_servers_and_servers_a_secret() {
        assert!(TurnSecret::from_flags(&[], None).unwrap().is_none());
        assert!(matches!(
            TurnSecret::from_flags(&url(), None),
            Err(TurnError::Half)
        ));
        assert!(matches!(
            TurnSecret::new(vec!["stun:192.0.2.1".to_owned()], "north"),
            Err(TurnError::Url(_))
        ));
        assert!(matches!(TurnSecret::new(url(), ""), Err(TurnError::Empty)));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let secret = TurnSecret::new(url(), "north").unwrap();
        assert!(!format!("{secret:?}").contains("north"));
    }
}
