//! How often each bound of the broker was reached, for the operator's metrics.

use super::{Broker, Refusal};

/// A bound of the broker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HubLimit {
    /// Connections in all or from one address, requests that wait included.
    Connections,
    /// Rooms.
    Rooms,
    /// Members of one room.
    Members,
    /// Entries of one room's phone book.
    Entries,
    /// Offers and answers that wait, in one room or in all.
    Mail,
    /// Bytes on the shelf, of one room or in all, or records on their way to or from it.
    Shelf,
}

impl HubLimit {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Connections,
        Self::Rooms,
        Self::Members,
        Self::Entries,
        Self::Mail,
        Self::Shelf,
    ];

    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Rooms => "rooms",
            Self::Members => "members",
            Self::Entries => "entries",
            Self::Mail => "mail",
            Self::Shelf => "shelf",
        }
    }
}

impl Broker {
    /// How often `limit` was reached since the start.
    #[must_use]
    pub fn hits(&self, limit: HubLimit) -> u64 {
        self.hits.get(&limit).copied().unwrap_or(0)
    }

    /// Counts `result` if it says that `limit` is reached.
    pub(super) fn count<T>(
        &mut self,
        limit: HubLimit,
        result: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if matches!(result, Err(Refusal::Full)) {
            let hits = self.hits.entry(limit).or_default();
            *hits = hits.saturating_add(1);
        }
        result
    }
}
