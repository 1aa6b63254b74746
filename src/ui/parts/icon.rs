//! Icons: one sprite in the page, used by reference. Drawn on a 24 px grid with a 2 px round stroke. Always
//! beside words, so hidden from assistive technology.

use leptos::prelude::*;

/// The sprite. Mounted once.
#[component]
pub(crate) fn Sprite() -> impl IntoView {
    view! { <svg class="sprite" aria-hidden="true" inner_html=SPRITE></svg> }
}

/// One icon, by the name of its symbol.
#[component]
pub(crate) fn Icon(
    /// The symbol, such as `#i-check`.
    #[prop(into)]
    name: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use_ href=name />
        </svg>
    }
    .into_any()
}

const SPRITE: &str = concat!(
    r#"<symbol id="i-logo" viewBox="0 0 24 24"><path d="M4 21V8a8 8 0 0 1 16 0v13"/><path d="M9 21V9a3 3 0 0 1 6 0v12"/></symbol>"#,
    r#"<symbol id="i-plus" viewBox="0 0 24 24"><path d="M12 5v14M5 12h14"/></symbol>"#,
    r#"<symbol id="i-check" viewBox="0 0 24 24"><path d="m5 12.5 4.5 4.5L19 7.5"/></symbol>"#,
    r#"<symbol id="i-checks" viewBox="0 0 24 24"><path d="m2 12.5 4.5 4.5L15 8.5M11.5 16l1 1L22 7.5"/></symbol>"#,
    r#"<symbol id="i-eye" viewBox="0 0 24 24"><path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12Z"/><circle cx="12" cy="12" r="2.8"/></symbol>"#,
    r#"<symbol id="i-disk" viewBox="0 0 24 24"><path d="M12 4v10m0 0 4-4m-4 4-4-4M5 19h14"/></symbol>"#,
    r#"<symbol id="i-arrow" viewBox="0 0 24 24"><path d="M5 12h14m-5-5 5 5-5 5"/></symbol>"#,
    r#"<symbol id="i-up" viewBox="0 0 24 24"><path d="m6 14 6-6 6 6"/></symbol>"#,
    r#"<symbol id="i-down" viewBox="0 0 24 24"><path d="m6 10 6 6 6-6"/></symbol>"#,
    r#"<symbol id="i-send" viewBox="0 0 24 24"><path d="M21 3 3 10.5l7 3.5 3.5 7L21 3ZM10 14l4-4"/></symbol>"#,
    r#"<symbol id="i-reply" viewBox="0 0 24 24"><path d="M9 7 4 12l5 5M4 12h9a7 7 0 0 1 7 7"/></symbol>"#,
    r#"<symbol id="i-undo" viewBox="0 0 24 24"><path d="M8 4 3.5 8.5 8 13M4 8.5h10.5a5.5 5.5 0 0 1 0 11H8"/></symbol>"#,
    r#"<symbol id="i-lock" viewBox="0 0 24 24"><rect x="5" y="11" width="14" height="9.5" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/></symbol>"#,
    r#"<symbol id="i-close" viewBox="0 0 24 24"><path d="M6 6l12 12M18 6 6 18"/></symbol>"#,
    r#"<symbol id="i-search" viewBox="0 0 24 24"><circle cx="10.5" cy="10.5" r="6.5"/><path d="m20 20-4.8-4.8"/></symbol>"#,
    r#"<symbol id="i-filter" viewBox="0 0 24 24"><path d="M4 7h16M7 12h10M10 17h4"/></symbol>"#,
    r#"<symbol id="i-order" viewBox="0 0 24 24"><path d="M7 5v14m0 0-3-3m3 3 3-3M17 19V5m0 0-3 3m3-3 3 3"/></symbol>"#,
    r#"<symbol id="i-pencil" viewBox="0 0 24 24"><path d="m4 20 1-4.5L16.5 4a2.1 2.1 0 0 1 3 3L8 18.5 4 20Z"/></symbol>"#,
    r#"<symbol id="i-trash" viewBox="0 0 24 24"><path d="M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13"/></symbol>"#,
    r#"<symbol id="i-clock" viewBox="0 0 24 24"><circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/></symbol>"#,
    r#"<symbol id="i-pin" viewBox="0 0 24 24"><path d="M12 21s7-6.2 7-11a7 7 0 0 0-14 0c0 4.8 7 11 7 11Z"/><circle cx="12" cy="10" r="2.5"/></symbol>"#,
    r#"<symbol id="i-person" viewBox="0 0 24 24"><circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"/></symbol>"#,
    r#"<symbol id="i-people" viewBox="0 0 24 24"><circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.7-3.8 3.3-5.7 6.5-5.7s5.8 1.9 6.5 5.7M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14.8c1.9.8 3.1 2.5 3.5 5.2"/></symbol>"#,
    r#"<symbol id="i-tasks" viewBox="0 0 24 24"><path d="m3.5 6.5 1.5 1.5 3-3M3.5 16.5 5 18l3-3M12 7h8.5M12 17h8.5"/></symbol>"#,
    r#"<symbol id="i-chat" viewBox="0 0 24 24"><path d="M20.5 12a8 8 0 0 1-11.8 7L4 20.5 5.5 16A8 8 0 1 1 20.5 12Z"/></symbol>"#,
    r#"<symbol id="i-invite" viewBox="0 0 24 24"><circle cx="10" cy="8" r="4"/><path d="M3 20.5c.9-4 3.6-6 7-6 1.5 0 2.9.4 4 1.2M18 14v7M14.5 17.5h7"/></symbol>"#,
    r#"<symbol id="i-leave" viewBox="0 0 24 24"><path d="M10 4H5v16h5M10 12h11m-4-4 4 4-4 4"/></symbol>"#,
    r#"<symbol id="i-help" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.2.9-1.2 1.8M12 17v.01"/></symbol>"#,
    r#"<symbol id="i-info" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 7.5v.01"/></symbol>"#,
    r#"<symbol id="i-warn" viewBox="0 0 24 24"><path d="M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2v.01"/></symbol>"#,
    r#"<symbol id="i-copy" viewBox="0 0 24 24"><rect x="8.5" y="8.5" width="12" height="12" rx="2"/><path d="M15.5 8.5v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3"/></symbol>"#,
    r#"<symbol id="i-low" viewBox="0 0 24 24"><path d="m7 10 5 5 5-5"/></symbol>"#,
    r#"<symbol id="i-high" viewBox="0 0 24 24"><path d="m7 14 5-5 5 5"/></symbol>"#,
    r#"<symbol id="i-urgent" viewBox="0 0 24 24"><path d="m7 12 5-5 5 5M7 18l5-5 5 5"/></symbol>"#,
    // Connection: filled means reached, a ring means a detour or a pause, a slash means not reached.
    r#"<symbol id="i-direct" viewBox="0 0 24 24"><circle cx="5" cy="12" r="3" class="solid"/><circle cx="19" cy="12" r="3" class="solid"/><path d="M5 12h14"/></symbol>"#,
    r#"<symbol id="i-hub" viewBox="0 0 24 24"><circle cx="4.5" cy="17" r="2.5" class="solid"/><circle cx="19.5" cy="17" r="2.5" class="solid"/><circle cx="12" cy="6.5" r="3"/><path d="m6 15 4-6m4 0 4 6"/></symbol>"#,
    r#"<symbol id="i-busy" viewBox="0 0 24 24"><path d="M20 12a8 8 0 0 1-14.5 4.7M4 12a8 8 0 0 1 14.5-4.7M18.5 3v4.3h-4.3M5.5 21v-4.3h4.3"/></symbol>"#,
    r#"<symbol id="i-off" viewBox="0 0 24 24"><circle cx="12" cy="12" r="7.5"/><path d="M5 19 19 5"/></symbol>"#,
    r#"<symbol id="i-here" viewBox="0 0 24 24"><circle cx="12" cy="12" r="7" class="solid"/></symbol>"#,
    r#"<symbol id="i-away" viewBox="0 0 24 24"><circle cx="12" cy="12" r="6.5"/></symbol>"#,
);
