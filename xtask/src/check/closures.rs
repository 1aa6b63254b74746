//! A3: nothing the browser can call outlives its owner.

use super::Finding;
use super::source::Source;
use super::tree::Tree;

/// What leaks, with what to do instead.
const LEAKS: &[(&[&str], &str)] = &[
    (&[".", "forget", "("], "keep the guard and let it drop"),
    (&["mem", "::", "forget"], "keep the value and let it drop"),
    (&[".", "into_js_value", "("], "keep the closure in a guard"),
    (
        &["Closure", "::", "once_into_js"],
        "keep the closure in a guard",
    ),
    (&["Box", "::", "leak"], "own the value"),
    (&["ManuallyDrop"], "let the value drop"),
];

/// Leptos' timers that nobody can stop.
const UNGUARDED: &[&str] = &["set_timeout", "set_interval", "request_animation_frame"];
/// Leptos' timers and listeners that hand out a handle, which does nothing when it is dropped.
const HANDED: &[&str] = &[
    "request_animation_frame_with_handle",
    "set_interval_with_handle",
    "set_timeout_with_handle",
    "window_event_listener",
    "window_event_listener_untyped",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources_in("src") {
        for (pattern, instead) in LEAKS {
            for line in source.lines_of(pattern) {
                findings.push(Finding::new(
                    &source.path,
                    line,
                    format!("`{}` leaks; {instead}", pattern.concat()),
                ));
            }
        }
        if !source.is_in("src/browser") {
            findings.extend(unguarded(source));
        }
    }
    findings.extend(counted(tree));
    findings
}

/// The browser test that mounts, unmounts and counts the guards that are left.
fn counted(tree: &Tree) -> Option<Finding> {
    tree.sources_in("src/browser").next()?;
    let there = tree.sources_in("tests").any(|source| {
        source.text.contains("A3")
            && source.text.contains("live()")
            && source.text.contains("wasm_bindgen_test")
    });
    (!there).then(|| {
        Finding::new(
            "tests",
            1,
            "no browser test quotes A3 and counts `hooks::live()`; add one that mounts and unmounts",
        )
    })
}

fn unguarded(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in UNGUARDED {
        for line in source.lines_of(&[name, "("]) {
            findings.push(Finding::new(
                &source.path,
                line,
                format!(
                    "`{name}` runs on after its owner is gone; use `{name}_with_handle` and stop it \
                     in `on_cleanup`"
                ),
            ));
        }
    }
    let cleans_up = source.lines_of(&["on_cleanup", "("]).next().is_some();
    for name in HANDED.iter().filter(|_| !cleans_up) {
        for line in source.lines_of(&[name, "("]) {
            findings.push(Finding::new(
                &source.path,
                line,
                format!("`{name}` runs on after its owner is gone; stop it in `on_cleanup`"),
            ));
        }
    }
    for (token, next) in source.tokens.iter().zip(source.tokens.iter().skip(1)) {
        let hooks =
            token.text.starts_with("set_on") || token.text.starts_with("add_event_listener");
        if hooks && next.text == "(" {
            findings.push(Finding::new(
                &source.path,
                token.line,
                format!(
                    "`{}` hooks without a guard; use src/browser's listener",
                    token.text
                ),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    const COUNTING: (&str, &str) = (
        "tests/browser/guards.rs",
        "//! A3\n#[wasm_bindgen_test] fn none_are_left() { assert_eq!(live(), 0); }",
    );

    #[test]
    fn an_app_whose_guards_nobody_counts_is_found() {
        let app = ("src/browser/a.rs", "fn f() {}");
        assert_eq!(findings(check, &[app]).len(), 1);
        assert!(findings(check, &[app, COUNTING]).is_empty());
    }

    #[test]
    fn leaks_are_found_everywhere_in_the_app() {
        for snippet in [
            "fn f(c: Closure<dyn Fn()>) { c.forget(); }",
            "fn f(c: C) { std::mem::forget(c); }",
            "fn f(c: C) -> JsValue { c.into_js_value() }",
            "fn f() { Closure::once_into_js(|| ()); }",
        ] {
            assert_eq!(
                findings(check, &[COUNTING, ("src/browser/a.rs", snippet)]).len(),
                1
            );
        }
    }

    #[test]
    fn unguarded_hooks_are_found_outside_the_browser_layer() {
        for snippet in [
            "fn f() { set_timeout(|| (), d); }",
            "fn f() { let h = set_timeout_with_handle(|| (), d); }",
            "fn f() { window_event_listener(ev::keydown, |_| ()); }",
            "fn f(s: &Socket) { s.set_onmessage(None); }",
            "fn f(t: &T) { t.add_event_listener_with_callback(a, b); }",
        ] {
            assert_eq!(findings(check, &[("src/ui/a.rs", snippet)]).len(), 1);
            assert!(findings(check, &[COUNTING, ("src/browser/a.rs", snippet)]).is_empty());
        }
    }

    #[test]
    fn a_handle_that_is_cleaned_up_passes() {
        let fine =
            "fn f() { let h = window_event_listener(e, g); on_cleanup(move || h.remove()); }";
        assert!(findings(check, &[("src/ui/a.rs", fine)]).is_empty());
    }
}
