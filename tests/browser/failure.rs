//! The page after a panic: plain, with a way on, and with nothing of ours behind it.

use corridor::browser::panic::show_failure;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Node;

#[wasm_bindgen_test]
fn the_failure_page_says_what_is_saved_and_offers_a_reload() {
    let body = web_sys::window()
        .unwrap()
        .document()
        .unwrap()
        .body()
        .unwrap();
    // The test harness lives in this page too.
    let mut harness: Vec<Node> = Vec::new();
    while let Some(child) = body.first_child() {
        body.remove_child(&child).unwrap();
        harness.push(child);
    }
    show_failure().unwrap();
    let page = body
        .first_child()
        .unwrap()
        .unchecked_into::<web_sys::Element>();
    let text = page.text_content().unwrap();
    let role = page.get_attribute("role");
    let last = page.last_child().unwrap();
    body.set_text_content(None);
    for node in harness {
        body.append_child(&node).unwrap();
    }
    assert!(
        text.contains("Your data is saved on this device."),
        "{text}"
    );
    assert_eq!(role.as_deref(), Some("alert"));
    assert_eq!(
        (last.node_name(), last.text_content().unwrap()),
        ("BUTTON".into(), "Reload".into())
    );
}
