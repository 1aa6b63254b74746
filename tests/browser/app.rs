//! The whole app in a page without a hub: it opens a room, works, and leaves nothing behind when unmounted.

use super::until;
use corridor::app::App;
use corridor::browser::hooks;
use corridor::browser::storage::Texts;
use js_sys::{Function, JSON, Reflect};
use leptos::mount::mount_to;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

const LINK: &str =
    "#/room/0192f3a4-0000-7000-8000-000000000001/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn corridor() -> JsValue {
    get(&js_sys::global(), "corridor")
}

fn call(object: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    get(object, name)
        .unchecked_into::<Function>()
        .call1(object, argument)
}

fn view() -> JsValue {
    call(&corridor(), "view", &JsValue::UNDEFINED).unwrap()
}

fn rows(name: &str) -> Vec<JsValue> {
    js_sys::Array::from(&get(&view(), name)).to_vec()
}

async fn command(json: &str) -> Result<JsValue, JsValue> {
    let value = JSON::parse(json).unwrap();
    let promise = call(&corridor(), "command", &value).unwrap();
    JsFuture::from(promise.unchecked_into::<js_sys::Promise>()).await
}

fn message_of(error: &JsValue) -> String {
    error.unchecked_ref::<js_sys::Error>().message().into()
}

fn set_hash(hash: &str) {
    web_sys::window()
        .unwrap()
        .location()
        .set_hash(hash)
        .unwrap();
}

fn host() -> web_sys::HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let host = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&host).unwrap();
    host.unchecked_into()
}

fn forget_everything() {
    for texts in [Texts::local().unwrap(), Texts::session().unwrap()] {
        for name in texts.names("corridor/") {
            texts.remove(&name);
        }
    }
}

async fn room_is_open() {
    until("the room is open", || !get(&view(), "room").is_null()).await;
}

#[wasm_bindgen_test]
async fn the_debug_object_shows_and_drives_a_room_and_unmounting_leaves_nothing() {
    forget_everything();
    let before = hooks::live();
    set_hash(LINK);
    let place = host();
    let mounted = mount_to(place.clone(), App);
    room_is_open().await;

    // Commands, their answers, and their errors.
    let error = command(r#"{"type":"fly"}"#).await.unwrap_err();
    assert!(message_of(&error).starts_with("unknown command \"fly\""));
    let error = command(r#"{"type":"post","text":"too early"}"#)
        .await
        .unwrap_err();
    assert_eq!(message_of(&error), "join the room first");
    command(r#"{"type":"setProfile","name":"Ann","role":"nurse"}"#)
        .await
        .unwrap();
    let changes = js_sys::Array::new();
    let push = Reflect::get(&changes, &"push".into())
        .unwrap()
        .unchecked_into::<Function>();
    let end = call(
        &corridor(),
        "subscribe",
        &push.bind1(&changes, &"changed".into()).into(),
    )
    .unwrap();
    let added = command(r#"{"type":"addTask","task":{"title":"Clean chair 2","priority":"high"}}"#)
        .await
        .unwrap();
    let posted = command(r#"{"type":"post","text":"hello"}"#).await.unwrap();
    until("the subscriber has heard of it", || changes.length() > 0).await;
    let unsubscribe = end.unchecked_into::<Function>();
    unsubscribe.call0(&JsValue::UNDEFINED).unwrap();
    unsubscribe.call0(&JsValue::UNDEFINED).unwrap();
    let heard = changes.length();

    let tasks = rows("tasks");
    assert_eq!(tasks.len(), 1);
    assert_eq!(get(&tasks[0], "id"), get(&added, "task"));
    assert_eq!(get(&tasks[0], "title"), "Clean chair 2");
    assert_eq!(get(&tasks[0], "priority"), "high");
    let messages = rows("messages");
    assert_eq!(get(&messages[0], "id"), get(&posted, "message"));
    assert_eq!(get(&messages[0], "text"), "hello");
    assert_eq!(changes.length(), heard, "no more news after unsubscribing");

    // The seed snippet runs as written, with nobody there.
    js_sys::eval(
        "NativeWebRTCDebug.getConnections().forEach(([peerId, conn]) => \
         console.log(peerId, conn.peerConnection.iceConnectionState, conn.dataChannel?.readyState))",
    )
    .unwrap();
    let tested = js_sys::eval("NativeWebRTCDebug.testP2PWithAllPeers()").unwrap();
    let results = JsFuture::from(tested.unchecked_into::<js_sys::Promise>())
        .await
        .unwrap();
    assert_eq!(js_sys::Array::from(&results).length(), 0);

    // Unmounted: no guard, no window object, no room.
    drop(mounted);
    until("all guards are gone", || hooks::live() == before).await;
    assert!(corridor().is_undefined());
    assert!(get(&js_sys::global(), "NativeWebRTCDebug").is_undefined());
    place.remove();

    // Mounted again, everything is there, and the home page knows the room.
    let place = host();
    let mounted = mount_to(place.clone(), App);
    room_is_open().await;
    assert_eq!((rows("tasks").len(), rows("messages").len()), (1, 1));
    assert_eq!(get(&get(&get(&view(), "room"), "profile"), "name"), "Ann");
    let record = Texts::local()
        .unwrap()
        .get(&format!("corridor/1/link/{}", &LINK[7..43]));
    assert!(record.unwrap().contains("\"openTasks\":1"));
    set_hash("");
    until("the room is closed", || get(&view(), "room").is_null()).await;
    let refused = command(r#"{"type":"probe"}"#).await.unwrap_err();
    assert_eq!(message_of(&refused), "no room is open");
    drop(mounted);
    until("all guards are gone", || hooks::live() == before).await;
    place.remove();
    forget_everything();
}

#[wasm_bindgen_test]
async fn the_log_level_is_set_by_name() {
    set_hash("");
    let place = host();
    let mounted = mount_to(place.clone(), App);
    assert_eq!(get(&corridor(), "logLevel"), "info");
    js_sys::eval("corridor.logLevel = 'error'").unwrap();
    assert_eq!(get(&corridor(), "logLevel"), "error");
    assert!(js_sys::eval("corridor.logLevel = 'loud'").is_err());
    assert_eq!(get(&corridor(), "version"), env!("CARGO_PKG_VERSION"));
    assert!(get(&corridor(), "view").is_function());
    drop(mounted);
    until("the object is gone", || corridor().is_undefined()).await;
    place.remove();
}
