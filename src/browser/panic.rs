//! A panic is a bug of ours. The page then lets go of the browser and says so plainly, with a way on.

use super::{console, document, hooks, window};
use corridor_core::node::Level;
use wasm_bindgen::{JsCast as _, JsValue};

/// Makes every later panic unhook all guards and show the failure page.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        // Personal text prints redacted, so the message holds none.
        console::print(Level::Error, &format!("[corridor] {info}"));
        hooks::undo_all();
        // Nothing can be done about a page that cannot even show this.
        let _ = show_failure();
    }));
}

/// Replaces the page by the failure page.
///
/// # Errors
/// When the page has no body to write to.
pub fn show_failure() -> Result<(), JsValue> {
    let document = document().ok_or(JsValue::NULL)?;
    let body = document.body().ok_or(JsValue::NULL)?;
    body.set_text_content(None);
    let page = document.create_element("main")?;
    page.set_class_name("failure");
    page.set_attribute("role", "alert")?;
    for (tag, text) in [
        ("h1", "Something went wrong"),
        (
            "p",
            "Corridor has stopped because of a fault of its own. Your data is saved on this device. \
             Reload the page to go on.",
        ),
        ("button", "Reload"),
    ] {
        let element = document.create_element(tag)?;
        element.set_text_content(Some(text));
        page.append_child(&element)?;
        if tag == "button" {
            element.add_event_listener_with_callback("click", &reload()?)?;
        }
    }
    body.append_child(&page)?;
    Ok(())
}

/// `location.reload` itself rather than a closure of ours: after a panic nothing of ours may run.
fn reload() -> Result<js_sys::Function, JsValue> {
    let location = window().ok_or(JsValue::NULL)?.location();
    let reload: js_sys::Function = js_sys::Reflect::get(&location, &"reload".into())?.dyn_into()?;
    Ok(reload.bind0(&location))
}
