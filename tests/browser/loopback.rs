//! Two connections in one page, joined through real RTCPeerConnections.

use super::until;
use corridor::browser::hooks;
use corridor::browser::rtc::Connection;
use corridor_core::node::{Candidate, IceConfig, RtcEvent, RtcState};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

/// One end, and what it reported.
struct End {
    connection: Option<Connection>,
    events: Rc<RefCell<VecDeque<RtcEvent>>>,
    /// Candidates held until the remote description is set, as the core does.
    held: Vec<Candidate>,
    described: bool,
    gathered: bool,
    open: bool,
    state: RtcState,
    packets: Vec<Vec<u8>>,
    failures: Vec<String>,
    offers: usize,
    drained: usize,
}

impl End {
    fn new() -> Self {
        let events = Rc::<RefCell<VecDeque<RtcEvent>>>::default();
        let reported = events.clone();
        let connection = Connection::create(&IceConfig::default(), move |event| {
            reported.borrow_mut().push_back(event);
        });
        Self {
            connection: Some(connection.unwrap()),
            events,
            held: Vec::new(),
            described: false,
            gathered: false,
            open: false,
            state: RtcState::New,
            packets: Vec::new(),
            failures: Vec::new(),
            offers: 0,
            drained: 0,
        }
    }

    fn at(&self) -> &Connection {
        self.connection.as_ref().unwrap()
    }

    fn take_candidate(&mut self, candidate: Candidate) {
        if self.described {
            self.at().add_candidate(candidate);
        } else {
            self.held.push(candidate);
        }
    }
}

/// Carries what one end reported to the other.
fn carry(from: &mut End, to: &mut End) {
    let events: Vec<_> = from.events.borrow_mut().drain(..).collect();
    for event in events {
        match event {
            RtcEvent::LocalDescription(description) => {
                from.offers += usize::from(description.kind == corridor_core::node::SdpKind::Offer);
                to.at().set_remote(description);
                to.described = true;
                for candidate in std::mem::take(&mut to.held) {
                    to.at().add_candidate(candidate);
                }
            }
            RtcEvent::Candidate(candidate) => to.take_candidate(candidate),
            RtcEvent::Gathered => from.gathered = true,
            RtcEvent::State(state) => from.state = state,
            RtcEvent::ChannelOpen => from.open = true,
            RtcEvent::ChannelClosed => from.open = false,
            RtcEvent::Drained => from.drained += 1,
            RtcEvent::Packet(packet) => from.packets.push(packet),
            RtcEvent::Failed(why) | RtcEvent::CandidateRefused(why) => from.failures.push(why),
        }
    }
}

fn swap(a: &mut End, b: &mut End) {
    carry(a, b);
    carry(b, a);
}

async fn joined() -> (End, End) {
    let (mut a, mut b) = (End::new(), End::new());
    a.at().offer(false);
    until("both channels are open", || {
        swap(&mut a, &mut b);
        a.open && b.open && a.state == RtcState::Connected
    })
    .await;
    (a, b)
}

#[wasm_bindgen_test]
async fn packets_pass_both_ways_in_order_and_whole() {
    let before = hooks::live();
    let (mut a, mut b) = joined().await;
    let large: Vec<u8> = (0..60_000u32).map(|at| at as u8).collect();
    for number in 0..100u8 {
        a.at().send(&[number, 0, 255]).unwrap();
    }
    a.at().send(&large).unwrap();
    b.at().send(b"back").unwrap();
    until("all packets have arrived, and gathering ended", || {
        swap(&mut a, &mut b);
        b.packets.len() == 101 && a.packets.len() == 1 && a.gathered && b.gathered
    })
    .await;
    for (number, packet) in b.packets.iter().take(100).enumerate() {
        assert_eq!(*packet, [number as u8, 0, 255]);
    }
    assert_eq!(
        (&b.packets[100], a.packets[0].as_slice()),
        (&large, &b"back"[..])
    );
    assert_eq!((a.failures, b.failures), (vec![], vec![]));
    drop((a.connection, b.connection));
    assert_eq!(hooks::live(), before);
}

#[wasm_bindgen_test]
async fn a_channel_tells_when_little_is_left_in_it() {
    let (mut a, mut b) = joined().await;
    a.at().tell_drained();
    swap(&mut a, &mut b);
    assert_eq!(a.drained, 1, "nothing is in it");
    for _ in 0..100 {
        a.at().send(&[0; 60_000]).unwrap();
    }
    a.at().tell_drained();
    swap(&mut a, &mut b);
    assert_eq!(a.drained, 1, "much is in it");
    until("it has told", || {
        swap(&mut a, &mut b);
        a.drained == 2
    })
    .await;
    let left = js_sys::Reflect::get(a.at().raw().1, &"bufferedAmount".into());
    let low = corridor_core::limits::CHANNEL_LOW as f64;
    assert!(left.unwrap().as_f64().unwrap() <= low);
    until("everything is there", || {
        swap(&mut a, &mut b);
        b.packets.len() == 100
    })
    .await;
    assert_eq!(a.drained, 2, "it tells when it is asked");
}

#[wasm_bindgen_test]
fn the_channel_is_ordered_and_reliable_and_both_ends_agree_on_it() {
    let end = End::new();
    let read = |name: &str| js_sys::Reflect::get(end.at().raw().1, &name.into()).unwrap();
    assert_eq!((read("label"), read("id")), ("corridor".into(), 0.into()));
    for (name, wanted) in [("ordered", true), ("negotiated", true)] {
        assert_eq!(read(name), wanted, "{name}");
    }
    for name in ["maxRetransmits", "maxPacketLifeTime"] {
        assert!(read(name).is_null(), "{name}");
    }
    assert_eq!(read("binaryType"), "arraybuffer");
}

#[wasm_bindgen_test]
async fn an_ice_restart_keeps_the_channel_and_what_is_sent_meanwhile() {
    let (mut a, mut b) = joined().await;
    let credentials = |end: &End| {
        let description = js_sys::Reflect::get(end.at().raw().0, &"localDescription".into());
        let sdp = js_sys::Reflect::get(&description.unwrap(), &"sdp".into());
        let sdp = sdp.unwrap().as_string().unwrap();
        let line = sdp.lines().find(|line| line.starts_with("a=ice-ufrag"));
        line.unwrap().to_owned()
    };
    let old = credentials(&a);
    b.at().offer(true);
    for number in 0..20u8 {
        a.at().send(&[number]).unwrap();
    }
    until(
        "new credentials are in use and all packets are there",
        || {
            swap(&mut a, &mut b);
            b.packets.len() == 20 && credentials(&a) != old && a.state == RtcState::Connected
        },
    )
    .await;
    let numbers: Vec<u8> = b.packets.iter().map(|packet| packet[0]).collect();
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    assert!(a.open && b.open);
    assert_eq!((a.offers, b.offers), (1, 1));
}

#[wasm_bindgen_test]
async fn a_closed_end_reports_nothing_and_the_other_one_notices() {
    let (mut a, b) = joined().await;
    // Under way while it closes.
    a.at().offer(true);
    a.at().send(b"last").unwrap();
    a.connection.take();
    until("the other end has noticed", || {
        let events: Vec<_> = b.events.borrow_mut().drain(..).collect();
        events
            .iter()
            .any(|event| matches!(event, RtcEvent::ChannelClosed))
    })
    .await;
    assert!(a.events.borrow().is_empty(), "{:?}", a.events.borrow());
}

#[wasm_bindgen_test]
async fn a_step_that_fails_is_named_and_the_next_one_still_runs() {
    let (mut a, mut b) = (End::new(), End::new());
    assert!(a.at().send(b"too early").is_err());
    a.at().add_candidate(Candidate {
        candidate: "nonsense".into(),
        mid: None,
        line: None,
    });
    a.at().offer(false);
    until("both channels are open", || {
        swap(&mut a, &mut b);
        a.open && b.open
    })
    .await;
    assert_eq!(a.failures.len(), 1);
    assert!(
        a.failures[0].starts_with("addIceCandidate: "),
        "{:?}",
        a.failures
    );
}
