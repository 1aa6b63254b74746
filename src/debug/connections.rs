//! `window.NativeWebRTCDebug` (R-DBG-1): the live connections, and what one does with them.

use super::js::{self, Method, Outcome};
use super::object::Current;
use crate::browser::rtc::Connection;
use crate::shell::Handle;
use corridor_core::id::PeerId;
use corridor_core::node::{Command, Done};
use corridor_core::order::gathered;
use corridor_core::wire::json::{done_json, view_json};
use js_sys::{Array, Object, Reflect};
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast as _, JsValue};

pub(super) fn methods(current: &Current) -> [(&'static str, Method); 3] {
    let (connections, restart, test) = (current.clone(), current.clone(), current.clone());
    [
        (
            "getConnections",
            js::method(move |_| Ok(get_connections(connections().as_ref()).into())),
        ),
        (
            "forceICERestart",
            js::method(move |peer| {
                let peer = peer_of(&peer)?;
                let command = Command::RestartIce(peer);
                Ok(js::command(restart(), command, |_| Ok(JsValue::UNDEFINED)))
            }),
        ),
        (
            "testP2PWithAllPeers",
            js::method(move |_| Ok(js::command(test(), Command::Probe, |done| results(&done)))),
        ),
    ]
}

/// `[[peerId, {connectionState, …, peerConnection, dataChannel}], …]`, the newest connection of each peer.
fn get_connections(room: Option<&Handle>) -> Array {
    let mut newest = BTreeMap::new();
    if let Some(room) = room {
        let links = links(room);
        room.each_connection(|peer, connection| {
            newest.insert(peer, describe(connection, links.get(&peer)));
        });
    }
    let pairs = newest.into_iter();
    pairs
        .map(|(peer, object)| Array::of2(&peer.to_string().into(), &object))
        .collect()
}

fn describe(connection: &Connection, link: Option<&JsValue>) -> Object {
    let (pc, channel) = connection.raw();
    let object = Object::new();
    if let Some(link) = link {
        Object::assign(&object, link.unchecked_ref());
    }
    for name in [
        "connectionState",
        "iceConnectionState",
        "iceGatheringState",
        "signalingState",
    ] {
        js::set(&object, name, &read(pc, name));
    }
    js::set(&object, "channelState", &read(channel, "readyState"));
    js::set(&object, "bufferedAmount", &read(channel, "bufferedAmount"));
    js::set(&object, "peerConnection", pc);
    js::set(&object, "dataChannel", channel);
    object
}

fn read(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// What the core says of each link: path, round trip, bytes.
fn links(room: &Handle) -> BTreeMap<PeerId, JsValue> {
    let view = room.look(view_json).and_then(|json| js::parse(&json).ok());
    let links = view.map(|view| Array::from(&read(&view, "links")));
    let rows = links.iter().flat_map(Array::iter);
    gathered(rows.filter_map(|row| Some((PeerId::parse(&read(&row, "peer").as_string()?)?, row))))
}

fn results(done: &Done) -> Outcome {
    Ok(read(&js::parse(&done_json(done))?, "peers"))
}

/// `undefined` means every peer.
fn peer_of(value: &JsValue) -> Result<Option<PeerId>, JsValue> {
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    let peer = value.as_string().and_then(|text| PeerId::parse(&text));
    peer.map(Some).ok_or_else(|| {
        js::error("a peer id is 32 hexadecimal digits, as getConnections() shows it")
    })
}
