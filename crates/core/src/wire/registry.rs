//! The one registry of frame and operation numbers. A number is never used again; retired ones stay
//! here with the reason.

/// Frames between peers.
pub mod peer {
    /// Opens a path and says what its sender has (rule P-HELLO).
    pub const HELLO: u16 = 1;
    /// Runs of operations (rule P-OPS).
    pub const OPS: u16 = 2;
    /// What its sender has: acknowledgement and anti-entropy (rule P-HAVE).
    pub const HAVE: u16 = 3;
    /// Asks for a sign of life (rule P-PING).
    pub const PING: u16 = 4;
    /// Answers a ping on the path it came by (rule P-PONG).
    pub const PONG: u16 = 5;
    /// Presence and typing; unreliable (rule P-PRESENCE).
    pub const PRESENCE: u16 = 6;
    /// A negotiation step carried over a link instead of the hub (rule P-SIGNAL).
    pub const SIGNAL: u16 = 7;
    /// The sender is about to vanish (rule P-BYE).
    pub const BYE: u16 = 8;
    /// Asks for operations that the sender lacks (rule P-WANT).
    pub const WANT: u16 = 9;
    /// Whom its sender reaches (rule P-NEAR).
    pub const NEAR: u16 = 10;
    /// A sealed packet on its way through peers (rule P-FORWARD).
    pub const FORWARD: u16 = 11;
    /// A packet could not go on (rule P-NO-ROUTE).
    pub const NO_ROUTE: u16 = 12;
    /// What its sender knows about its way to the receiver (rule P-FACTS).
    pub const FACTS: u16 = 13;
    /// What the sender makes of the link (rule P-LINK).
    pub const LINK: u16 = 14;
    /// Another peer said goodbye (rule P-GONE).
    pub const GONE: u16 = 15;
    /// A part of a frame that is too long for one message (rule P-PART).
    pub const PART: u16 = 16;
}

/// Frames from a client to the hub.
pub mod to_hub {
    /// Enters a room (rule H-JOIN).
    pub const JOIN: u16 = 32;
    /// A sealed negotiation step for one member (rule H-SIGNAL).
    pub const SIGNAL: u16 = 33;
    /// A sealed packet for one member (rule H-RELAY).
    pub const RELAY: u16 = 34;
    /// Leaves the room (rule H-LEAVE).
    pub const LEAVE: u16 = 35;
    /// Asks for a sign of life (rule H-PING).
    pub const PING: u16 = 36;
    /// How the sender reaches the others, for the operator (rule H-REPORT).
    pub const LINK_REPORT: u16 = 37;
    /// A sealed record for the shelf: `p2p-message-store` (rule H-STORE).
    pub const SHELF_STORE: u16 = 38;
    /// Asks which records there are (rule H-LIST).
    pub const SHELF_LIST: u16 = 39;
    /// Asks for records (rule H-FETCH).
    pub const SHELF_FETCH: u16 = 40;
}

/// Ways in a report of links (rule H-REPORT).
pub mod link_path {
    /// Not reached.
    pub const NONE: u8 = 0;
    /// Over a data channel.
    pub const DIRECT: u8 = 1;
    /// Through the hub.
    pub const HUB: u8 = 2;
    /// Through a third peer.
    pub const PEER: u8 = 3;
}

/// States of a connection in a report of links, as `RTCPeerConnectionState` lists them (rule H-REPORT).
pub mod link_state {
    /// None yet, or nothing has begun.
    pub const NEW: u8 = 0;
    /// Checks run.
    pub const CONNECTING: u8 = 1;
    /// It carries data.
    pub const CONNECTED: u8 = 2;
    /// Checks stopped succeeding.
    pub const DISCONNECTED: u8 = 3;
    /// Given up by the browser.
    pub const FAILED: u8 = 4;
    /// Closed.
    pub const CLOSED: u8 = 5;
}

/// Frames from the hub to a client.
pub mod from_hub {
    /// A nonce to sign; the first frame on every socket (rule H-CHALLENGE).
    pub const CHALLENGE: u16 = 48;
    /// The join succeeded; who else is there (rule H-JOINED).
    pub const JOINED: u16 = 49;
    /// A member arrived, or came back with a new session (rule H-ARRIVED).
    pub const ARRIVED: u16 = 50;
    /// A member's socket ended (rule H-DEPARTED).
    pub const DEPARTED: u16 = 51;
    /// A sealed negotiation step from one member (rule H-SIGNAL).
    pub const SIGNAL: u16 = 52;
    /// A sealed packet from one member (rule H-RELAY).
    pub const RELAYED: u16 = 53;
    /// A request was refused (rule H-REFUSED).
    pub const REFUSED: u16 = 54;
    /// Answers a ping (rule H-PING).
    pub const PONG: u16 = 55;
    /// The member a signal or packet was meant for is not here (rule H-UNDELIVERED).
    pub const UNDELIVERED: u16 = 56;
    /// A record is on disk: `p2p-message-stored` (rule H-STORED).
    pub const SHELF_STORED: u16 = 57;
    /// A record is not kept: `p2p-message-store-error` (rule H-STORE-ERROR).
    pub const SHELF_ERROR: u16 = 58;
    /// Which records there are (rule H-LISTED).
    pub const SHELF_LISTED: u16 = 59;
    /// A record (rule H-RECORD).
    pub const SHELF_RECORD: u16 = 60;
    /// Where members come from (rule H-SEEN).
    pub const SEEN: u16 = 61;
}

/// Frames between hubs that serve the same rooms.
pub mod fanout {
    /// A sign of life (rule F-BEAT).
    pub const BEAT: u16 = 80;
    /// A room, and which of its members are connected to the sender (rule F-ROOM).
    pub const ROOM: u16 = 81;
    /// An entry of a room's phone book (rule F-ENTRY).
    pub const ENTRY: u16 = 82;
    /// An offer or answer that waits (rule F-LETTER).
    pub const LETTER: u16 = 83;
    /// How a member reaches the others (rule F-REPORT).
    pub const REPORT: u16 = 84;
    /// The sender has told everything anew (rule F-TOLD).
    pub const TOLD: u16 = 85;
    /// Asks another hub to tell everything anew (rule F-ASK).
    pub const ASK: u16 = 86;
    /// A sealed negotiation step for a member of another hub (rule F-SIGNAL).
    pub const SIGNAL: u16 = 87;
    /// A sealed packet for a member of another hub (rule F-RELAY).
    pub const RELAY: u16 = 88;
    /// That member is not there any more (rule F-UNDELIVERED).
    pub const UNDELIVERED: u16 = 89;
}

/// Kinds of letters between hubs (rule F-LETTER).
pub mod letter {
    /// An offer.
    pub const OFFER: u8 = 0;
    /// An answer.
    pub const ANSWER: u8 = 1;
}

/// Refusal codes of the hub.
pub mod refusal {
    /// No such room on this hub.
    pub const UNKNOWN_ROOM: u16 = 1;
    /// The room has ended.
    pub const ENDED: u16 = 2;
    /// The room has another tag: the key is not its key.
    pub const WRONG_TAG: u16 = 3;
    /// A newer session of the same peer joined.
    pub const REPLACED: u16 = 4;
    /// A limit is reached.
    pub const FULL: u16 = 5;
    /// The protocol version is not spoken here.
    pub const VERSION: u16 = 6;
    /// The signature over the challenge does not verify, or the peer id is not the key's.
    pub const BAD_PROOF: u16 = 7;
    /// The frame is malformed or too long.
    pub const MALFORMED: u16 = 8;
    /// A frame that needs a join first.
    pub const NOT_JOINED: u16 = 9;
    /// What this needs is switched off on this hub.
    pub const LAYER_OFF: u16 = 10;
    /// The shelf's disk takes nothing.
    pub const STORAGE: u16 = 11;
}

/// How the contents of a stored record reach those who are there (rule H-STORE).
pub mod source {
    /// Between browsers.
    pub const P2P: u8 = 0;
    /// Through the hub's WebSocket.
    pub const WEBSOCKET: u8 = 1;
}

/// Bits of the layers a hub offers, in the answer to a join (rule H-LAYERS).
pub mod layer {
    /// The phone book.
    pub const PHONE_BOOK: u32 = 1;
    /// Negotiation steps.
    pub const HANDSHAKE: u32 = 2;
    /// Relayed packets.
    pub const RELAY: u32 = 4;
    /// Stored sealed frames.
    pub const SHELF: u32 = 8;
    /// Reports of links for the operator.
    pub const ADMIN: u32 = 16;
}

/// Negotiation steps (RFC 8829), sealed under the handshake key.
pub mod signal {
    /// An offer (rule N-OFFER).
    pub const OFFER: u16 = 64;
    /// An answer (rule N-ANSWER).
    pub const ANSWER: u16 = 65;
    /// A trickled candidate (rule N-CANDIDATE).
    pub const CANDIDATE: u16 = 66;
    /// Asks the side that offers for a new offer (rule N-ASK).
    pub const ASK: u16 = 67;
    /// No room for another link (rule N-FULL).
    pub const FULL: u16 = 68;
    /// An offer that a person hands over, to whoever takes it (rule N-INVITE).
    pub const INVITE: u16 = 69;
    /// The answer to one such offer, handed back (rule N-REPLY).
    pub const REPLY: u16 = 70;
}

/// Operation bodies.
pub mod op {
    /// First of every writer: its public key and slot.
    pub const GENESIS: u16 = 1;
    /// The writer's profile.
    pub const PROFILE: u16 = 2;
    /// New values for fields of a task.
    pub const TASK: u16 = 3;
    /// A task's tombstone.
    pub const DELETE_TASK: u16 = 4;
    /// A message to the room.
    pub const POST: u16 = 5;
    /// What the writer has read.
    pub const READ: u16 = 6;
    /// The writer has left the room.
    pub const LEAVE: u16 = 7;
    /// A message to one person, sealed.
    pub const PRIVATE: u16 = 8;
    /// Several tasks deleted.
    pub const DELETE_TASKS: u16 = 9;
}
