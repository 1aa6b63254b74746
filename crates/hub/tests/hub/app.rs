//! The app as browsers get it.

use super::http::{get, send};
use super::{hub, hub_with};
use corridor_hub::app::{App, AppError};
use std::fs;
use std::path::PathBuf;

const INLINE: &str = "import init from '/assets/app-0123456789abcdef.js';";
/// Of [`INLINE`], by `openssl dgst -sha256 -binary | base64`.
const INLINE_HASH: &str = "5FG5oiA91uoDtu31KWGe1cEq64kVPkYPDEdQ74yPEN8=";

/// A folder as `cargo xtask build` makes it.
fn bundle(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("assets")).unwrap();
    let page = format!("<!doctype html><script type=\"module\">{INLINE}</script>");
    for (path, content) in [
        ("index.html", page.as_str()),
        ("index.html.br", "page in brotli"),
        ("icon.svg", "<svg/>"),
        (".hidden", "secret"),
        ("assets/app-0123456789abcdef.js", "script"),
        ("assets/app-0123456789abcdef.js.br", "script in brotli"),
        ("assets/app-0123456789abcdef.js.gz", "script in gzip"),
        ("assets/app-0123456789abcdef_bg.wasm", "wasm"),
    ] {
        fs::write(folder.join(path), content).unwrap();
    }
    folder
}

const SCRIPT: &str = "/assets/app-0123456789abcdef.js";

#[tokio::test]
async fn files_come_in_the_best_encoding_and_are_kept_for_ever() {
    let hub = hub_with(App::from_folder(&bundle("encodings")).unwrap()).await;
    let at = hub.address();
    for (accept, encoding, body) in [
        ("gzip, deflate, br", "br", "script in brotli"),
        ("gzip", "gzip", "script in gzip"),
        ("identity", "", "script"),
    ] {
        let header = format!("accept-encoding: {accept}");
        let answer = send(at, &format!("GET {SCRIPT}"), &[&header], "").await;
        assert_eq!((answer.status, answer.text()), (200, body));
        assert_eq!(answer.header("content-encoding"), encoding);
        assert_eq!(
            answer.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(answer.header("vary"), "accept-encoding");

        let tag = format!("if-none-match: W/\"x\", {}", answer.header("etag"));
        let again = send(at, &format!("GET {SCRIPT}"), &[&header, &tag], "").await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), answer.header("etag"));
        let head = send(at, &format!("HEAD {SCRIPT}"), &[&header], "").await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), body.len().to_string());
    }
    let wasm = get(at, "/assets/app-0123456789abcdef_bg.wasm").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(wasm.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn the_page_is_asked_about_each_time_and_allows_nothing_foreign() {
    let hub = hub_with(App::from_folder(&bundle("page")).unwrap()).await;
    let at = hub.address();
    let page = get(at, "/").await;
    assert!(page.text().contains(INLINE));
    assert_eq!(page.header("cache-control"), "no-cache");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none';",
        &format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{INLINE_HASH}';"),
        "style-src 'self';",
        &format!("connect-src 'self' ws://{at} wss://{at};"),
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe-inline"));

    let on_lan = send(at, "GET /", &["host: 192.0.2.1:7878"], "").await;
    assert_eq!(
        on_lan.header("cross-origin-opener-policy"),
        "",
        "browsers complain about it there"
    );
    assert!(
        on_lan
            .header("content-security-policy")
            .contains("ws://192.0.2.1:7878")
    );
}

#[tokio::test]
async fn other_paths_are_the_page_to_people_and_nothing_to_programs() {
    let hub = hub_with(App::from_folder(&bundle("paths")).unwrap()).await;
    let at = hub.address();
    let typed = send(at, "GET /room", &["accept: text/html,*/*"], "").await;
    assert_eq!(
        (typed.status, typed.header("cache-control")),
        (200, "no-cache")
    );
    for path in [
        "/room",
        "/missing.js",
        "/.hidden",
        "/index.html.br",
        "/../Cargo.toml",
        "/assets/",
    ] {
        assert_eq!(get(at, path).await.status, 404, "{path}");
    }
    let missing = send(at, "GET /gone.js", &["accept: text/html"], "").await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn without_an_app_the_hub_says_how_to_get_one() {
    let hub = hub().await;
    let page = get(hub.address(), "/").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("cargo xtask"));
    let empty = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    assert!(matches!(
        App::from_folder(&empty.join("none")),
        Err(AppError::Read(..))
    ));
}
