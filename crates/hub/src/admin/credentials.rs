//! The operator's user and password, from a file or the environment; there are no default ones.

use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use subtle::ConstantTimeEq as _;

/// Fewest characters of a password: below, ten guesses a minute for a year become worth trying.
const SHORTEST: usize = 10;

/// One user and one password, kept as digests only.
#[derive(Clone)]
pub struct Credentials {
    user: [u8; 32],
    password: [u8; 32],
}

/// Why credentials cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read.
    #[error("cannot read the credentials: {0}")]
    Read(#[from] io::Error),
    /// Everybody on this machine can read the file.
    #[error("others can read the credentials file: `chmod 600` it")]
    Open,
    /// Not `user:password`.
    #[error("credentials are one line, `user:password`")]
    Form,
    /// Too easy to guess.
    #[error("the password needs at least {SHORTEST} characters")]
    Short,
}

impl Credentials {
    /// Reads them from a file that only its owner and group may read, as systemd hands them over.
    ///
    /// # Errors
    /// [`CredentialsError`].
    pub fn from_file(path: &Path) -> Result<Self, CredentialsError> {
        read_secret(path)?.parse()
    }

    /// True when these are they. Takes as long for a near miss as for a far one.
    pub(super) fn are(&self, user: &str, password: &str) -> bool {
        let user = self.user.ct_eq(&digest(user));
        let password = self.password.ct_eq(&digest(password));
        (user & password).into()
    }
}

impl FromStr for Credentials {
    type Err = CredentialsError;

    fn from_str(text: &str) -> Result<Self, CredentialsError> {
        let line = text.trim_end_matches(['\r', '\n']);
        let (user, password) = line.split_once(':').ok_or(CredentialsError::Form)?;
        if user.is_empty() || line.contains('\n') {
            return Err(CredentialsError::Form);
        }
        if password.chars().count() < SHORTEST {
            return Err(CredentialsError::Short);
        }
        Ok(Self {
            user: digest(user),
            password: digest(password),
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// Reads a file that holds a secret.
pub(crate) fn read_secret(path: &Path) -> Result<String, CredentialsError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(path)?.permissions().mode() & 0o007 != 0 {
            return Err(CredentialsError::Open);
        }
    }
    Ok(fs::read_to_string(path)?)
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_line_of_user_and_password() {
        let own: Credentials = "ops:a:long:password\n".parse().unwrap();
        assert!(own.are("ops", "a:long:password"));
        assert!(!own.are("ops", "a:long:passwort"));
        assert!(!own.are("Ops", "a:long:password"));
        assert_eq!(format!("{own:?}"), "Credentials");
        for bad in [
            "",
            "ops",
            ":a long password",
            "ops:short",
            "ops:a long\nsecond line",
        ] {
            assert!(bad.parse::<Credentials>().is_err(), "{bad}");
        }
    }
}
