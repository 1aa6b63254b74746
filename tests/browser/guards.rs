//! Rule A3: what hooks into the browser unhooks itself.

use super::{turn, until};
use core::time::Duration;
use corridor::browser::hooks;
use corridor::browser::listener::Listener;
use corridor::browser::tabs::Channel;
use corridor::browser::timer::Timer;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventTarget};

fn counter() -> (Rc<Cell<u32>>, impl Fn() + Clone) {
    let count = Rc::new(Cell::new(0));
    let counting = count.clone();
    (count, move || counting.set(counting.get() + 1))
}

/// Hears of errors nobody caught. What was not unhooked calls into a closure that is gone, which throws.
fn complaints(add: impl Fn() + 'static) -> Listener {
    let window = web_sys::window().unwrap();
    Listener::new(&window, "error", move |_| add())
}

#[wasm_bindgen_test]
fn a_listener_hears_until_it_is_dropped() {
    let (errors, add_error) = counter();
    let complaints = complaints(add_error);
    let before = hooks::live();
    let target = EventTarget::new().unwrap();
    let (count, add) = counter();
    let listener = Listener::new(&target, "ping", move |_| add());
    assert_eq!(hooks::live(), before + 1);
    target.dispatch_event(&Event::new("ping").unwrap()).unwrap();
    drop(listener);
    target.dispatch_event(&Event::new("ping").unwrap()).unwrap();
    assert_eq!((count.get(), errors.get()), (1, 0));
    assert_eq!(hooks::live(), before);
    drop(complaints);
}

#[wasm_bindgen_test]
fn a_listener_may_drop_itself_while_it_is_called() {
    let before = hooks::live();
    let target = EventTarget::new().unwrap();
    let (count, add) = counter();
    let own = Rc::new(RefCell::new(None));
    let inside = own.clone();
    *own.borrow_mut() = Some(Listener::new(&target, "ping", move |_| {
        add();
        inside.borrow_mut().take();
    }));
    for _ in 0..2 {
        target.dispatch_event(&Event::new("ping").unwrap()).unwrap();
    }
    assert_eq!(count.get(), 1);
    assert_eq!(hooks::live(), before);
}

#[wasm_bindgen_test]
async fn a_timer_fires_once_and_a_dropped_one_never() {
    let (fired, add) = counter();
    let (never, add_never) = counter();
    let (errors, add_error) = counter();
    let complaints = complaints(add_error);
    drop(Timer::after(Duration::from_millis(1), add_never));
    let kept = Timer::after(Duration::from_millis(20), add);
    until("the timer has fired", || fired.get() > 0).await;
    turn().await;
    assert_eq!((fired.get(), never.get(), errors.get()), (1, 0, 0));
    drop((kept, complaints));
}

#[wasm_bindgen_test]
async fn a_channel_reaches_the_others_until_it_is_dropped() {
    let before = hooks::live();
    let (heard, add) = counter();
    let (own, add_own) = counter();
    let hearing = Channel::open("corridor-test", move |_| add()).unwrap();
    let saying = Channel::open("corridor-test", move |_| add_own()).unwrap();
    saying.say("one");
    until("the other channel heard it", || heard.get() == 1).await;
    drop(hearing);
    saying.say("two");
    for _ in 0..5 {
        turn().await;
    }
    assert_eq!((heard.get(), own.get()), (1, 0));
    drop(saying);
    assert_eq!(hooks::live(), before);
}
