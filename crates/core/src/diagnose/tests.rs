//! One test per cause, each from facts as two real ends report them.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::wire::facts::{Gathered, fault};

const ALL_LAYERS: u32 = layer::HANDSHAKE | layer::RELAY;

/// An end that has tried for a while and found an address and what STUN says of it.
fn well() -> Facts {
    Facts {
        on_hub: true,
        layers: ALL_LAYERS,
        hub_heard_ms: Some(1_000),
        servers: 1,
        gathered: Gathered {
            mdns: 1,
            reflexive: 1,
            ..Gathered::default()
        },
        state: link_state::NEW,
        attempts: 2,
        since_ms: 6_000,
        ..Facts::default()
    }
}

fn over(path: Path) -> Way {
    Way {
        hub: HubState::Joined,
        path,
        on_hub: true,
        others: true,
        greeted: true,
        ..Way::default()
    }
}

fn nowhere(hub: HubState) -> Way {
    Way {
        hub,
        ..Way::default()
    }
}

fn cause(way: &Way, here: Facts, there: Option<Facts>) -> (Cause, Side) {
    let found = diagnose(way, &here, there.as_ref());
    (found.cause, found.side)
}

#[test]
fn linked_and_in_step_is_fine() {
    let linked = Facts {
        state: link_state::CONNECTED,
        ..well()
    };
    let way = over(Path::Direct);
    assert_eq!(
        cause(&way, linked, Some(linked)),
        (Cause::Fine, Side::Between)
    );
    let behind = Way { behind: 40, ..way };
    assert_eq!(cause(&behind, linked, None).0, Cause::Behind);
    let strangers = Way {
        greeted: false,
        ..way
    };
    assert_eq!(cause(&strangers, linked, None).0, Cause::Meeting);
}

#[test]
fn a_fault_on_purpose_is_named_before_what_follows_from_it() {
    let cut = Facts {
        faults: fault::CUT_HUB,
        ..Facts::default()
    };
    let unreachable = nowhere(HubState::Unreachable);
    assert_eq!(
        cause(&unreachable, cut, None),
        (Cause::OnPurpose, Side::Here)
    );
    let theirs = Facts {
        faults: fault::RELAY_ONLY,
        ..well()
    };
    assert_eq!(
        cause(&over(Path::Hub), well(), Some(theirs)),
        (Cause::OnPurpose, Side::There)
    );
}

#[test]
fn each_refusal_of_the_hub_has_a_sentence_of_its_own() {
    for (why, expected) in [
        (Refusal::WrongKey, Cause::WrongKey),
        (Refusal::Ended, Cause::NoRoom),
        (Refusal::UnknownRoom, Cause::NoRoom),
        (Refusal::Replaced, Cause::Replaced),
        (Refusal::Full, Cause::HubFull),
        (Refusal::Version, Cause::Version),
    ] {
        let way = nowhere(HubState::Refused(why));
        assert_eq!(cause(&way, Facts::default(), None), (expected, Side::Here));
    }
}

#[test]
fn nothing_leads_there() {
    let unreachable = nowhere(HubState::Unreachable);
    let offline = Facts {
        offline: true,
        ..Facts::default()
    };
    assert_eq!(cause(&unreachable, offline, None).0, Cause::Offline);
    assert_eq!(
        cause(&unreachable, Facts::default(), None).0,
        Cause::HubUnreachable
    );
    let others = Way {
        others: true,
        ..unreachable
    };
    assert_eq!(cause(&others, Facts::default(), None).0, Cause::NoWay);
    let joined = nowhere(HubState::Joined);
    assert_eq!(cause(&joined, well(), None), (Cause::Absent, Side::There));
    let frozen = Way {
        on_hub: true,
        ..joined
    };
    assert_eq!(cause(&frozen, well(), None), (Cause::Absent, Side::There));
    let closed = Way {
        closed: true,
        ..joined
    };
    assert_eq!(cause(&closed, well(), None), (Cause::Closed, Side::There));
    let mute = Facts {
        hub_heard_ms: Some(12_000),
        ..well()
    };
    assert_eq!(cause(&joined, mute, None).0, Cause::HubUnreachable);
}

#[test]
fn storage_and_clocks_of_either_end() {
    let way = over(Path::Direct);
    for (storage, expected) in [(1, Cause::StorageFull), (2, Cause::StorageBlocked)] {
        let bad = Facts { storage, ..well() };
        assert_eq!(cause(&way, bad, Some(well())), (expected, Side::Here));
        assert_eq!(cause(&way, well(), Some(bad)), (expected, Side::There));
    }
    let late = Facts {
        clock_ahead_ms: Some(-3_600_000),
        ..well()
    };
    assert_eq!(cause(&way, well(), Some(late)), (Cause::Clock, Side::There));
    let nearly = Facts {
        clock_ahead_ms: Some(45_000),
        ..well()
    };
    assert_eq!(
        cause(&way, nearly, None).0,
        Cause::Fine,
        "that is corrected"
    );
}

#[test]
fn the_way_round_has_a_reason() {
    let way = over(Path::Hub);
    let with = |gathered: Gathered, servers| Facts {
        gathered,
        servers,
        ..well()
    };
    let names = Gathered {
        mdns: 2,
        ..Gathered::default()
    };
    let address = Gathered {
        host: 1,
        ..Gathered::default()
    };
    let no_webrtc = Facts {
        no_webrtc: true,
        ..well()
    };
    let altered = Facts {
        refused: 1,
        ..well()
    };
    let mute = Facts {
        state: link_state::CONNECTED,
        ..well()
    };
    for (here, there, expected) in [
        (no_webrtc, well(), (Cause::NoWebRtc, Side::Here)),
        (well(), no_webrtc, (Cause::NoWebRtc, Side::There)),
        (well(), altered, (Cause::Forged, Side::Between)),
        (
            with(Gathered::default(), 1),
            well(),
            (Cause::NoCandidates, Side::Here),
        ),
        (
            well(),
            with(Gathered::default(), 1),
            (Cause::NoCandidates, Side::There),
        ),
        (well(), with(names, 1), (Cause::StunSilent, Side::There)),
        (with(names, 0), with(names, 0), (Cause::Mdns, Side::Between)),
        (with(address, 0), well(), (Cause::UdpBlocked, Side::Between)),
        (well(), well(), (Cause::UdpBlocked, Side::Between)),
        (mute, well(), (Cause::Silent, Side::Between)),
    ] {
        assert_eq!(cause(&way, here, Some(there)), expected);
    }
}

/// The hub told the address behind the names, so a network that does not resolve them is no excuse.
#[test]
fn names_whose_address_the_hub_told_are_not_what_fails() {
    let names = Facts {
        gathered: Gathered {
            mdns: 2,
            ..Gathered::default()
        },
        ..well()
    };
    let unseen = over(Path::Hub);
    let seen = Way {
        seen: true,
        ..unseen
    };
    for servers in [0, 1] {
        let names = Facts { servers, ..names };
        let found = |way| cause(way, names, Some(names)).0;
        assert_ne!(found(&unseen), Cause::UdpBlocked);
        assert_eq!(found(&seen), Cause::UdpBlocked);
    }
}

#[test]
fn an_attempt_that_has_only_begun_proves_nothing() {
    let young = Facts {
        gathered: Gathered::default(),
        attempts: 1,
        since_ms: 200,
        ..well()
    };
    assert_eq!(cause(&over(Path::Hub), young, None).0, Cause::Connecting);
    let none = Facts {
        attempts: 0,
        ..young
    };
    assert_eq!(
        cause(&over(Path::Hub), none, Some(none)).0,
        Cause::Connecting
    );
}

#[test]
fn a_hub_without_handshakes_is_named() {
    let relay_only = Facts {
        layers: layer::RELAY,
        attempts: 0,
        ..well()
    };
    assert_eq!(
        cause(&over(Path::Hub), relay_only, None).0,
        Cause::NoHandshake
    );
}
