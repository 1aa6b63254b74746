//! What a file's name says about it, and what a browser accepts.

/// The `Content-Type` for a path.
pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        _ => "application/octet-stream",
    }
}

/// True for names like `app-0123456789abcdef.js` and `app-0123456789abcdef_bg.wasm`, which both builders make.
pub(super) fn is_named_after_content(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.split(['-', '_', '.'])
        .skip(1)
        .any(|part| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// How much `Accept-Encoding` likes `coding`, from 0 to 1000 (RFC 9110 §12.5.3).
pub(super) fn weight(accept: &str, coding: &str) -> u16 {
    let mut any = 0;
    for item in accept.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1000, thousandths);
        if name.eq_ignore_ascii_case(coding) {
            return quality;
        }
        if name == "*" {
            any = quality;
        }
    }
    any
}

/// A quality value of at most three decimals; zero when it is none.
fn thousandths(text: &str) -> u16 {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{decimals:0<3}");
    match digits.parse() {
        Ok(value) if decimals.len() <= 3 && value <= 1000 => value,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_after_content_are_told_from_plain_ones() {
        for hashed in [
            "/assets/app-0123456789abcdef.js",
            "/corridor-fd58e8f4_bg.wasm",
            "/style-00112233.css",
        ] {
            assert!(is_named_after_content(hashed), "{hashed}");
        }
        for plain in [
            "/index.html",
            "/app.js",
            "/icon-192.png",
            "/deadbeef.js",
            "/manifest.webmanifest",
        ] {
            assert!(!is_named_after_content(plain), "{plain}");
        }
    }

    #[test]
    fn qualities_are_read() {
        assert_eq!(weight("gzip;q=0.25", "gzip"), 250);
        assert_eq!(weight("gzip ; q=1.000", "gzip"), 1000);
        assert_eq!(weight("gzip;q=2", "gzip"), 0);
        assert_eq!(weight("*;q=0.1, gzip", "br"), 100);
        assert_eq!(weight("gzip;q=much", "gzip"), 0);
    }
}
