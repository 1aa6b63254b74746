//! The Content-Security-Policy (CSP Level 3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Everything is forbidden but what the app needs: its own scripts, wasm, styles, images and sockets.
pub(super) fn policy(inline_scripts: &[String], authority: Option<&str>) -> String {
    let scripts: String = inline_scripts
        .iter()
        .map(|hash| format!(" 'sha256-{hash}'"))
        .collect();
    // Older Safari does not count ws: among 'self', so the sockets are named.
    let sockets = authority
        .filter(|authority| is_authority(authority))
        .map(|authority| format!(" ws://{authority} wss://{authority}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; \
         img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; connect-src 'self'{sockets}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// A `Host` header comes from outside: nothing that could end the directive may pass.
fn is_authority(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
}

/// The SHA-256 of each script that stands in the page itself, in base64. The page is our own build's: this reads
/// well-formed tags, not the wild web.
pub(super) fn inline_script_hashes(html: &str) -> Vec<String> {
    let mut hashes = Vec::new();
    let mut rest = html;
    while let Some((_, tag_on)) = rest.split_once("<script") {
        let Some((attributes, body_on)) = tag_on.split_once('>') else {
            break;
        };
        let Some((body, after)) = body_on.split_once("</script") else {
            break;
        };
        let has_source = attributes
            .split_ascii_whitespace()
            .any(|attribute| attribute.starts_with("src="));
        if !has_source {
            hashes.push(STANDARD.encode(Sha256::digest(body)));
        }
        rest = after;
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_their_hash() {
        let html = "<script type=\"module\">alert('Hello, world.');</script><script src=\"/a.js\"></script>";
        // The example of CSP Level 3, §6.7.
        let hash = "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=";
        assert_eq!(inline_script_hashes(html), [hash]);
        let policy = policy(&inline_script_hashes(html), None);
        assert!(policy.contains(&format!(
            "script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}';"
        )));
    }

    #[test]
    fn the_host_cannot_write_into_the_policy() {
        assert!(
            policy(&[], Some("[::1]:7878"))
                .contains("connect-src 'self' ws://[::1]:7878 wss://[::1]:7878;")
        );
        for bad in ["", "a b", "a;script-src *", "a,b", "a'"] {
            assert!(
                policy(&[], Some(bad)).contains("connect-src 'self';"),
                "{bad}"
            );
        }
    }
}
