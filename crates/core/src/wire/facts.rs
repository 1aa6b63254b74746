//! What one end tells the other when somebody asks why the two do not reach each other (rule P-FACTS). No names, no
//! addresses: counts, states and times.

use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// ICE candidates by kind (RFC 8445 §5.1.1), since the newest attempt began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gathered {
    /// Host candidates with an address.
    pub host: u32,
    /// Host candidates that hide the address behind a `.local` name (mDNS).
    pub mdns: u32,
    /// Server-reflexive ones: a STUN server answered.
    pub reflexive: u32,
    /// Relayed ones: a TURN server answered.
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

/// One end, as it sees itself and its way to the other. On the wire a list of plain numbers, so that a later version
/// can add to its end and an earlier one need not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// It is in the room on the hub.
    pub on_hub: bool,
    /// What the hub offers it: bits of [`super::registry::layer`].
    pub layers: u32,
    /// How long ago the hub was heard, in milliseconds.
    pub hub_heard_ms: Option<u64>,
    /// The browser has no WebRTC, or refuses to use it.
    pub no_webrtc: bool,
    /// The browser says there is no network.
    pub offline: bool,
    /// STUN and TURN servers it was given.
    pub servers: u32,
    /// Its own candidates for the other end.
    pub gathered: Gathered,
    /// State of its connection with the other end: a number of [`super::registry::link_state`].
    pub state: u8,
    /// Attempts at a direct link with the other end's session.
    pub attempts: u32,
    /// How long the newest state has lasted, in milliseconds.
    pub since_ms: u64,
    /// Handshake steps of the other end that were not genuine.
    pub refused: u32,
    /// The device's storage: 0 fine, 1 full, 2 blocked.
    pub storage: u8,
    /// By how many milliseconds its clock is ahead of the others', where that matters.
    pub clock_ahead_ms: Option<i64>,
    /// What was broken on purpose: bits of [`fault`].
    pub faults: u32,
}

/// How many numbers [`Facts`] are.
const NUMBERS: usize = 17;

impl Facts {
    /// What may be absent is one more than it says, or 0.
    fn numbers(&self) -> [u64; NUMBERS] {
        let or_zero = |number: Option<u64>| number.map_or(0, |number| number.saturating_add(1));
        let clock = self.clock_ahead_ms;
        [
            u64::from(self.on_hub),
            self.layers.into(),
            or_zero(self.hub_heard_ms),
            u64::from(self.no_webrtc),
            u64::from(self.offline),
            self.servers.into(),
            self.gathered.host.into(),
            self.gathered.mdns.into(),
            self.gathered.reflexive.into(),
            self.gathered.relayed.into(),
            self.state.into(),
            self.attempts.into(),
            self.since_ms,
            self.refused.into(),
            self.storage.into(),
            // Even: ahead; odd: behind.
            or_zero(clock.map(|ms| ms.unsigned_abs().saturating_mul(2) | u64::from(ms < 0))),
            self.faults.into(),
        ]
    }

    fn of(numbers: [u64; NUMBERS]) -> Self {
        let [
            on_hub,
            layers,
            hub_heard,
            no_webrtc,
            offline,
            servers,
            host,
            mdns,
            reflexive,
            relayed,
            state,
            attempts,
            since_ms,
            refused,
            storage,
            clock,
            faults,
        ] = numbers;
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let tiny = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        Self {
            on_hub: on_hub != 0,
            layers: small(layers),
            hub_heard_ms: hub_heard.checked_sub(1),
            no_webrtc: no_webrtc != 0,
            offline: offline != 0,
            servers: small(servers),
            gathered: Gathered {
                host: small(host),
                mdns: small(mdns),
                reflexive: small(reflexive),
                relayed: small(relayed),
            },
            state: tiny(state),
            attempts: small(attempts),
            since_ms,
            refused: small(refused),
            storage: tiny(storage),
            clock_ahead_ms: clock.checked_sub(1).map(|clock| {
                let ms = i64::try_from(clock / 2).unwrap_or(i64::MAX);
                if clock % 2 == 0 { ms } else { -ms }
            }),
            faults: small(faults),
        }
    }
}

impl<C> Encode<C> for Facts {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(NUMBERS as u64)?;
        for number in self.numbers() {
            e.u64(number)?;
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Facts {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        let len = d.array()?.ok_or(DecodeError::message("no length"))?;
        let mut numbers = [0; NUMBERS];
        let mut slots = numbers.iter_mut();
        for _ in 0..len {
            match slots.next() {
                Some(slot) => *slot = d.u64()?,
                // Of a newer version.
                None => d.skip()?,
            }
        }
        Ok(Self::of(numbers))
    }
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
