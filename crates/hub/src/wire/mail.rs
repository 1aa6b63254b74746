//! JSON forms of offers and answers: sealed bytes as base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::broker::{Mail, MailKind, MailQuery, Posted, Posting, Refusal};
use corridor_core::id::{PeerId, RoomId, RoomTag};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// The last part of `/webrtc/offer` and `/webrtc/answer`.
#[derive(Clone, Copy, Deserialize, ToSchema, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A session description that asks for an answer.
    Offer,
    /// The answer to one.
    Answer,
}

/// Body of `POST /webrtc/…`.
#[derive(Deserialize, ToSchema, Debug)]
pub struct Letter {
    /// The room's UUID.
    room: String,
    /// The tag of the room's key: 32 hexadecimal digits.
    tag: String,
    /// The sender: 32 hexadecimal digits.
    from: String,
    /// The recipient: 32 hexadecimal digits.
    to: String,
    /// The sealed negotiation step, in base64.
    sealed: String,
}

/// Answer to `POST /webrtc/…`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct LetterKept {
    /// Its number.
    number: u64,
    /// Seconds that it is kept, unless a newer one of the same sender takes its place.
    expires_in: u64,
}

/// Query of `GET /webrtc/…`.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct LetterQuery {
    /// The room's UUID.
    room: String,
    /// The tag of the room's key: 32 hexadecimal digits.
    tag: String,
    /// The recipient: 32 hexadecimal digits.
    to: String,
    /// Only letters numbered above this.
    #[serde(default)]
    after: u64,
    /// Seconds to wait when there is none yet, 25 at most.
    #[serde(default)]
    wait: u64,
}

/// Answer to `GET /webrtc/…`, oldest first.
#[derive(Serialize, ToSchema, Debug)]
pub struct Letters {
    letters: Vec<LetterOut>,
}

#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
struct LetterOut {
    /// Ask `after` this next time.
    number: u64,
    /// The sender as it named itself; the seal proves it.
    from: String,
    /// In base64.
    sealed: String,
    /// Seconds.
    expires_in: u64,
}

impl From<Kind> for MailKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Offer => Self::Offer,
            Kind::Answer => Self::Answer,
        }
    }
}

impl Letter {
    /// Reads the ids and the bytes.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn read(self, kind: Kind) -> Result<Posting, Refusal> {
        Ok(Posting {
            room: RoomId::parse(&self.room).ok_or(Refusal::Malformed)?,
            tag: RoomTag::parse(&self.tag).ok_or(Refusal::Malformed)?,
            kind: kind.into(),
            from: PeerId::parse(&self.from).ok_or(Refusal::Malformed)?,
            to: PeerId::parse(&self.to).ok_or(Refusal::Malformed)?,
            sealed: STANDARD
                .decode(self.sealed)
                .map_err(|_| Refusal::Malformed)?,
        })
    }
}

impl LetterQuery {
    /// Reads the ids, and how long to wait.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn read(&self, kind: Kind) -> Result<(MailQuery, Duration), Refusal> {
        let query = MailQuery {
            room: RoomId::parse(&self.room).ok_or(Refusal::Malformed)?,
            tag: RoomTag::parse(&self.tag).ok_or(Refusal::Malformed)?,
            kind: kind.into(),
            to: PeerId::parse(&self.to).ok_or(Refusal::Malformed)?,
            after: self.after,
        };
        Ok((query, Duration::from_secs(self.wait)))
    }
}

impl From<Posted> for LetterKept {
    fn from(posted: Posted) -> Self {
        Self {
            number: posted.number,
            expires_in: posted.expires_in.as_secs(),
        }
    }
}

impl From<Vec<Mail>> for Letters {
    fn from(mail: Vec<Mail>) -> Self {
        let letter = |mail: Mail| LetterOut {
            number: mail.number,
            from: mail.from.to_string(),
            sealed: STANDARD.encode(mail.sealed),
            expires_in: mail.expires_in.as_secs(),
        };
        Self {
            letters: mail.into_iter().map(letter).collect(),
        }
    }
}
