//! What one end tells the other when somebody asks why the two do not reach each other (rule P-FACTS). No names, no
//! addresses: counts, states and times.

use minicbor::{Decode, Encode};

/// ICE candidates by kind (RFC 8445 §5.1.1), since the newest attempt began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct Gathered {
    /// Host candidates with an address.
    #[n(0)]
    pub host: u32,
    /// Host candidates that hide the address behind a `.local` name (mDNS).
    #[n(1)]
    pub mdns: u32,
    /// Server-reflexive ones: a STUN server answered.
    #[n(2)]
    pub reflexive: u32,
    /// Relayed ones: a TURN server answered.
    #[n(3)]
    pub relayed: u32,
}

impl Gathered {
    /// How many there are.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.host
            .saturating_add(self.mdns)
            .saturating_add(self.reflexive)
            .saturating_add(self.relayed)
    }
}

/// Something broken on purpose at this end; bits of [`Facts::faults`].
pub mod fault {
    /// Direct links are switched off.
    pub const RELAY_ONLY: u32 = 1;
    /// The link with the other end is switched off.
    pub const AVOID: u32 = 2;
    /// The hub is cut off.
    pub const CUT_HUB: u32 = 4;
    /// The link with the other end loses or delays packets.
    pub const LINE: u32 = 8;
}

/// One end, as it sees itself and its way to the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct Facts {
    /// It is in the room on the hub.
    #[n(0)]
    pub on_hub: bool,
    /// What the hub offers it: bits of [`super::registry::layer`].
    #[n(1)]
    pub layers: u32,
    /// How long ago the hub was heard, in milliseconds.
    #[n(2)]
    pub hub_heard_ms: Option<u64>,
    /// The browser has no WebRTC, or refuses to use it.
    #[n(3)]
    pub no_webrtc: bool,
    /// The browser says there is no network.
    #[n(4)]
    pub offline: bool,
    /// STUN and TURN servers it was given.
    #[n(5)]
    pub servers: u32,
    /// Its own candidates for the other end.
    #[n(6)]
    pub gathered: Gathered,
    /// State of its connection with the other end: a number of [`super::registry::link_state`].
    #[n(7)]
    pub state: u8,
    /// Attempts at a direct link with the other end's session.
    #[n(8)]
    pub attempts: u32,
    /// How long the newest state has lasted, in milliseconds.
    #[n(9)]
    pub since_ms: u64,
    /// Handshake steps of the other end that were not genuine.
    #[n(10)]
    pub refused: u32,
    /// The device's storage: 0 fine, 1 full, 2 blocked.
    #[n(11)]
    pub storage: u8,
    /// By how many milliseconds its clock is ahead of the others', where that matters.
    #[n(12)]
    pub clock_ahead_ms: Option<i64>,
    /// What was broken on purpose: bits of [`fault`].
    #[n(13)]
    pub faults: u32,
}

/// Facts for a peer, and whether they are wanted from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct FactsFrame {
    /// Please answer with yours.
    #[n(0)]
    pub reply: bool,
    /// The sender's.
    #[n(1)]
    pub facts: Facts,
}
