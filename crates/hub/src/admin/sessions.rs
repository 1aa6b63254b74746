//! Sessions of the operator's page: random tokens, of which only digests are kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use corridor_core::limits::{HUB_ADMIN_SESSION, HUB_ADMIN_SESSIONS};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::time::Instant;

/// What a browser proves its session with.
pub(crate) struct Token(pub(crate) String);

#[derive(Default)]
pub(super) struct Sessions {
    /// Until when each lasts, by the digest of its token: looking one up tells nothing about others.
    open: BTreeMap<[u8; 32], Instant>,
}

impl Sessions {
    /// Opens a session. With too many open, the oldest gives way.
    pub(super) fn open(&mut self, now: Instant) -> Result<Token, getrandom::Error> {
        self.open.retain(|_, until| *until > now);
        if self.open.len() >= HUB_ADMIN_SESSIONS {
            let oldest = self.open.iter().min_by_key(|(_, until)| **until);
            if let Some(oldest) = oldest.map(|(digest, _)| *digest) {
                self.open.remove(&oldest);
            }
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let token = URL_SAFE_NO_PAD.encode(secret);
        self.open.insert(digest(&token), now + HUB_ADMIN_SESSION);
        Ok(Token(token))
    }

    pub(super) fn knows(&self, token: &str, now: Instant) -> bool {
        self.open
            .get(&digest(token))
            .is_some_and(|until| *until > now)
    }

    pub(super) fn close(&mut self, token: &str) {
        self.open.remove(&digest(token));
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sessions({})", self.open.len())
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    #[test]
    fn sessions_last_so_long_and_are_so_many() {
        let start = Instant::now();
        let mut sessions = Sessions::default();
        let first = sessions.open(start).unwrap().0;
        assert!(sessions.knows(&first, start));
        assert!(!sessions.knows("", start));
        assert!(!sessions.knows(&first, start + HUB_ADMIN_SESSION));
        let later = start + Duration::from_secs(1);
        let tokens: Vec<String> = (0..HUB_ADMIN_SESSIONS)
            .map(|_| sessions.open(later).unwrap().0)
            .collect();
        assert!(!sessions.knows(&first, later), "the oldest gave way");
        assert!(tokens.iter().all(|token| sessions.knows(token, later)));
        sessions.close(&tokens[0]);
        assert!(!sessions.knows(&tokens[0], later));
    }
}
