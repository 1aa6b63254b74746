//! The wire is written down: golden bytes, round trips, and bytes that no honest peer sends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod samples;

use corridor_core::id::SessionId;
use corridor_core::limits;
use corridor_core::time::Wall;
use corridor_core::wire::fanout::FanoutFrame;
use corridor_core::wire::hub::{ClientFrame, HubFrame};
use corridor_core::wire::peer::PeerFrame;
use corridor_core::wire::signal::Signal;
use corridor_core::wire::slip::{Half, Place, Setup, Slip, Spot, SpotKind};
use corridor_core::wire::{WireError, decode_frames, op};
use proptest::prelude::*;
use std::fmt::Write as _;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn peer_bytes(frame: &PeerFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode_into(&mut bytes);
    bytes
}

fn read_peer(packet: &[u8]) -> Result<Vec<PeerFrame>, WireError> {
    let mut frames = Vec::new();
    decode_frames(packet, |number, fields| {
        frames.push(PeerFrame::decode(number, fields)?);
        Ok(())
    })?;
    Ok(frames)
}

/// Every sample with its name, its bytes and a reader that must answer the same sample.
fn all() -> Vec<(&'static str, Vec<u8>)> {
    let peer = samples::peer_frames()
        .into_iter()
        .map(|(name, frame)| (name, peer_bytes(&frame)));
    let client = samples::client_frames()
        .into_iter()
        .map(|(name, frame)| (name, frame.encode()));
    let hub = samples::hub_frames()
        .into_iter()
        .map(|(name, frame)| (name, frame.encode()));
    let fanout = samples::fanout_frames()
        .into_iter()
        .map(|(name, frame)| (name, frame.encode()));
    let signals = samples::signals()
        .into_iter()
        .map(|(name, signal)| (name, signal.encode()));
    let slips = samples::slips()
        .into_iter()
        .map(|(name, slip)| (name, slip.encode()));
    let ops = samples::ops()
        .into_iter()
        .map(|(name, op)| (name, op::encode(&op).unwrap()));
    peer.chain(client)
        .chain(hub)
        .chain(fanout)
        .chain(signals)
        .chain(slips)
        .chain(ops)
        .collect()
}

/// A reader of old bytes is out there: bytes may only change together with a new number or version.
/// After a deliberate change, `UPDATE_GOLDEN=1 cargo test -p corridor-core --test wire` writes the file anew.
#[test]
fn golden_bytes_stay_as_they_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/wire.txt");
    let now: String = all()
        .iter()
        .map(|(name, bytes)| format!("{name} {}\n", hex(bytes)))
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap();
    assert_eq!(golden, now);
}

#[test]
fn every_sample_reads_back_as_itself() {
    for (name, frame) in samples::peer_frames() {
        assert_eq!(read_peer(&peer_bytes(&frame)), Ok(vec![frame]), "{name}");
    }
    for (name, frame) in samples::client_frames() {
        assert_eq!(ClientFrame::decode(&frame.encode()), Ok(frame), "{name}");
    }
    for (name, frame) in samples::hub_frames() {
        assert_eq!(HubFrame::decode(&frame.encode()), Ok(frame), "{name}");
    }
    for (name, frame) in samples::fanout_frames() {
        assert_eq!(FanoutFrame::decode(&frame.encode()), Ok(frame), "{name}");
    }
    for (name, signal) in samples::signals() {
        assert_eq!(Signal::decode(&signal.encode()), Ok(signal), "{name}");
    }
    for (name, slip) in samples::slips() {
        assert_eq!(Slip::decode(&slip.encode()), Ok(slip), "{name}");
    }
    for (name, sample) in samples::ops() {
        assert_eq!(
            op::decode(&op::encode(&sample).unwrap()),
            Ok(sample),
            "{name}"
        );
    }
}

/// A packet is a concatenation: coalesced frames come out one by one and in order.
#[test]
fn coalesced_frames_come_out_in_order() {
    let frames: Vec<_> = samples::peer_frames()
        .into_iter()
        .map(|(_, frame)| frame)
        .collect();
    let packet: Vec<u8> = frames.iter().flat_map(peer_bytes).collect();
    assert_eq!(read_peer(&packet), Ok(frames));
}

/// Every single-byte change and every cut of every sample is read without a panic, by every reader.
#[test]
fn mutated_bytes_never_panic() {
    for (name, bytes) in all() {
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            for bit in 0..8 {
                bent[at] = bytes[at] ^ (1 << bit);
                read_everything(&bent);
            }
            read_everything(&bytes[..at]);
            let cut = peer_is_whole(&bytes[..at]);
            assert!(
                !cut || at == 0,
                "{name} cut at {at} still reads as a whole packet"
            );
        }
    }
}

fn peer_is_whole(bytes: &[u8]) -> bool {
    decode_frames(bytes, |_, _| Ok(())).is_ok()
}

fn read_everything(bytes: &[u8]) {
    let _ = read_peer(bytes);
    let _ = ClientFrame::decode(bytes);
    let _ = HubFrame::decode(bytes);
    let _ = FanoutFrame::decode(bytes);
    let _ = Signal::decode(bytes);
    let _ = Slip::decode(bytes);
    let _ = op::decode(bytes);
    let _ = op::decode_signed(bytes);
}

/// Unknown is not fatal: a newer version's frame is named, and fields it appends are skipped.
#[test]
fn newer_versions_are_read_as_far_as_possible() {
    // [99, []]
    assert_eq!(
        read_peer(&[0x82, 0x18, 99, 0x80]),
        Err(WireError::Unknown(99))
    );
    // [4, [nonce, digest, away, wall, "more"]]
    let ping = [
        0x82, 0x04, 0x85, 0x01, 0x02, 0xf4, 0x07, 0x64, b'm', b'o', b'r', b'e',
    ];
    assert!(matches!(read_peer(&ping).as_deref(), Ok([PeerFrame::Ping(beat)]) if beat.nonce == 1));
}

fn spots() -> impl Strategy<Value = Vec<Spot>> {
    let kind = prop_oneof![
        Just(SpotKind::Host),
        Just(SpotKind::Reflexive),
        Just(SpotKind::Relayed)
    ];
    let at = prop_oneof![
        any::<[u8; 4]>().prop_map(Place::V4),
        any::<[u8; 16]>().prop_map(Place::V6),
        any::<[u8; 16]>().prop_map(Place::Hidden)
    ];
    let spot = (kind, at, any::<u16>()).prop_map(|(kind, at, port)| Spot { kind, at, port });
    proptest::collection::vec(spot, 0..=limits::MAX_SLIP_CANDIDATES)
}

/// What must not get into a session description that is written from a slip.
#[test]
fn a_slip_with_more_than_letters_in_its_words_is_refused() {
    for (_, slip) in samples::slips() {
        for word in ["", "a b", "a\r\na=candidate:1", "ü", &"a".repeat(41)] {
            for which in 0..2 {
                let mut bent = slip.clone();
                let (Slip::Invite { half, .. } | Slip::Reply { half, .. }) = &mut bent;
                let words = [&mut half.ufrag, &mut half.password];
                word.clone_into(words[which]);
                assert!(Slip::decode(&bent.encode()).is_err(), "{word:?}");
            }
        }
        let mut long = slip.clone();
        let (Slip::Invite { half, .. } | Slip::Reply { half, .. }) = &mut long;
        half.spots = vec![half.spots[0]; limits::MAX_SLIP_CANDIDATES + 1];
        assert_eq!(Slip::decode(&long.encode()), Err(WireError::TooLarge));
    }
}

proptest! {
    #[test]
    fn slips_read_what_they_write(
        about in any::<u64>(),
        session in any::<u64>(),
        ufrag in "[a-zA-Z0-9+/]{1,40}",
        password in "[a-zA-Z0-9+/]{1,40}",
        fingerprint in any::<[u8; 32]>(),
        setup in 0..3,
        max_message in any::<u32>(),
        spots in spots(),
        reply in any::<bool>(),
    ) {
        let setup = [Setup::Actpass, Setup::Active, Setup::Passive][setup as usize];
        let half = Half { ufrag, password, fingerprint, setup, max_message, spots };
        let session = SessionId(session);
        let slip = if reply {
            Slip::Reply { invite: about, session, half }
        } else {
            Slip::Invite { made: Wall(about), session, half }
        };
        prop_assert_eq!(Slip::decode(&slip.encode()), Ok(slip));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_everything(&bytes);
    }

    /// Claimed lengths far beyond the input must not make a reader allocate or loop.
    #[test]
    fn huge_length_claims_are_refused(kind in 0u8..100, major in 0u8..8, claim in any::<u32>()) {
        let mut bytes = vec![0x82, 0x18, kind, (major << 5) | 26];
        bytes.extend_from_slice(&claim.to_be_bytes());
        read_everything(&bytes);
    }
}
