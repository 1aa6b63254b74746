//! Who may see the operator's page: credentials, sessions, and how often somebody may try.

mod credentials;
mod sessions;

#[cfg(feature = "nats")]
pub(crate) use credentials::read_secret;
pub use credentials::{Credentials, CredentialsError};
pub(crate) use sessions::Token;

use crate::rate::{Rate, Sources};
use corridor_core::limits::{HUB_LOGIN_RATE, HUB_MAX_SOURCES};
use sessions::Sessions;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The admin layer's door. There is none without credentials.
#[derive(Debug)]
pub struct Admin {
    credentials: Credentials,
    sessions: Mutex<Sessions>,
    tries: Mutex<Sources>,
}

/// Why a login failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// Wrong user or password.
    #[error("wrong user or password")]
    Wrong,
    /// This address has tried too often.
    #[error("too many tries from this address")]
    TooMany,
    /// The operating system has no randomness to give.
    #[error("the system gives no randomness")]
    Random,
}

impl Admin {
    /// A door that opens to `credentials`.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            sessions: Mutex::default(),
            tries: Mutex::new(Sources::new(
                Rate::per_minute(HUB_LOGIN_RATE),
                HUB_MAX_SOURCES,
            )),
        }
    }

    /// Checks a user and password from `address`. Only failures use up its tries.
    pub(crate) fn check(
        &self,
        address: IpAddr,
        user: &str,
        password: &str,
        now: Instant,
    ) -> Result<(), LoginError> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if !tries.allow(address, now) {
            return Err(LoginError::TooMany);
        }
        if !self.credentials.are(user, password) {
            return Err(LoginError::Wrong);
        }
        tries.forgive(address);
        Ok(())
    }

    /// Opens a session for whoever was checked.
    pub(crate) fn open(&self, now: Instant) -> Result<Token, LoginError> {
        self.sessions().open(now).map_err(|_| LoginError::Random)
    }

    /// True when `token` is of a session that lasts.
    pub(crate) fn knows(&self, token: &str, now: Instant) -> bool {
        self.sessions().knows(token, now)
    }

    /// Ends the session of `token`.
    pub(crate) fn close(&self, token: &str) {
        self.sessions().close(token);
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    #[test]
    fn tries_are_few_and_success_gives_them_back() {
        let admin = Admin::new("ops:correct horse".parse().unwrap());
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(
                admin.check(here, "ops", "guess", now),
                Err(LoginError::Wrong)
            );
        }
        for _ in 0..100 {
            assert_eq!(admin.check(here, "ops", "correct horse", now), Ok(()));
        }
        let mut wrong = 0;
        while admin.check(here, "ops", "guess", now) == Err(LoginError::Wrong) {
            wrong += 1;
            assert!(wrong < 100, "never throttled");
        }
        assert_eq!(wrong, HUB_LOGIN_RATE.1);
        let blocked = admin.check(here, "ops", "correct horse", now);
        assert_eq!(blocked, Err(LoginError::TooMany), "even a right one waits");
        assert_eq!(admin.check(there, "ops", "correct horse", now), Ok(()));
        let later = now + Duration::from_secs(60);
        assert_eq!(admin.check(here, "ops", "correct horse", later), Ok(()));
    }
}
