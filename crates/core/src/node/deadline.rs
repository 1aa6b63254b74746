//! What a node waits for, each with its reason.

use crate::id::PeerId;
use core::fmt;

/// Why a node wants to be woken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Timer {
    /// Reach for the hub again.
    HubRetry,
    /// Ask the hub's STUN server for a sign of life.
    HubLook,
    /// Ask whether the hub is there.
    HubPing,
    /// Ask whether a peer is there.
    Heartbeat(PeerId),
    /// The next step of a negotiation is due.
    Negotiation(PeerId),
    /// An acknowledgement is overdue.
    Resend(PeerId),
    /// Operations asked for are overdue.
    Asked,
    /// An operation has waited long enough for its causes, or for its time.
    Settle,
    /// Somebody's typing is out of date.
    Typing(PeerId),
    /// A path becomes silent unless a ping is answered.
    Silence(PeerId),
    /// An acknowledgement is late: ask whether the peer is there.
    Doubt(PeerId),
    /// The hub has not answered, and somebody else does not either.
    HubDoubt,
    /// A peer with no path is to be shown offline.
    Gone(PeerId),
    /// A message stops to matter.
    Expiry,
    /// Drafts are to be saved as operations again.
    Drafts,
    /// Others are to be told whom this node reaches.
    Near,
    /// The hub is to be told how each peer is reached.
    Report,
    /// The hub's shelf is to be asked again, or told.
    Shelf,
    /// An invite or a reply is to be handed out, or becomes too old.
    Slips,
    /// The links of a large room are to be looked after.
    Links,
    /// Others are to be told what is held.
    Tell,
    /// Others have not confirmed own operations.
    Unconfirmed,
    /// A probe's time is up.
    Probe,
    /// Look what operations can be dropped.
    Pack,
    /// Credentials of TURN servers are to be renewed.
    Turn,
    /// The other end has had time to tell its facts.
    Facts,
    /// Packets held back on purpose are due.
    Held(PeerId),
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HubRetry => f.write_str("reach for the hub"),
            Self::HubLook => f.write_str("look for the hub"),
            Self::HubPing => f.write_str("hub heartbeat"),
            Self::Heartbeat(peer) => write!(f, "heartbeat {}", peer.short()),
            Self::Negotiation(peer) => write!(f, "negotiation {}", peer.short()),
            Self::Resend(peer) => write!(f, "acknowledgement overdue {}", peer.short()),
            Self::Asked => f.write_str("operations asked for"),
            Self::Settle => f.write_str("waiting operations"),
            Self::Typing(peer) => write!(f, "typing {}", peer.short()),
            Self::Silence(peer) => write!(f, "ping unanswered {}", peer.short()),
            Self::Doubt(peer) => write!(f, "acknowledgement late {}", peer.short()),
            Self::HubDoubt => f.write_str("hub in doubt"),
            Self::Gone(peer) => write!(f, "peer gone {}", peer.short()),
            Self::Expiry => f.write_str("message expires"),
            Self::Drafts => f.write_str("save drafts again"),
            Self::Near => f.write_str("tell whom this node reaches"),
            Self::Report => f.write_str("report links to the hub"),
            Self::Shelf => f.write_str("look after the shelf"),
            Self::Slips => f.write_str("an invite or a reply"),
            Self::Links => f.write_str("look after links"),
            Self::Tell => f.write_str("tell what is held"),
            Self::Unconfirmed => f.write_str("ask for confirmations"),
            Self::Probe => f.write_str("probe"),
            Self::Pack => f.write_str("drop what nobody needs any more"),
            Self::Turn => f.write_str("renew TURN credentials"),
            Self::Facts => f.write_str("facts of the other end"),
            Self::Held(peer) => write!(f, "delayed on purpose {}", peer.short()),
        }
    }
}
