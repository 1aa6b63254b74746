//! A6: bytes are made and read in one place, and every frame number there is proven.

use super::Finding;
use super::source::{Source, below};
use super::tree::Tree;

const SERIALIZERS: &[&str] = &[
    "bincode",
    "ciborium",
    "minicbor",
    "postcard",
    "serde",
    "serde_json",
];
/// Where serialization lives. Files of these names are configuration or settings.
const PLACES: &[&str] = &[
    "crates/core/src/wire",
    "crates/hub/src/routes",
    "crates/hub/src/wire",
    "src/debug",
];
const FILES: &[&str] = &["config.rs", "settings.rs", "snapshot.rs"];

const REGISTRY: &str = "crates/core/src/wire/registry.rs";
const PROTOCOL: &str = "docs/PROTOCOL.md";
/// One line per sample: its name and its bytes in hexadecimal.
const GOLDEN: &str = "crates/core/tests/golden/wire.txt";
/// The registry's modules whose numbers are frames; each number's documentation names its rule.
const FRAMES: &[&str] = &["peer", "to_hub", "from_hub", "fanout", "signal"];
/// The module whose numbers are operations' bodies.
const OPS: &str = "op";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.product() {
        findings.extend(strays(source));
    }
    if let Some(registry) = tree.sources.iter().find(|source| source.path == REGISTRY) {
        findings.extend(numbers(&entries(&registry.text), tree));
    }
    for decoder in decoders(tree) {
        findings.extend(proofs(&decoder, tree));
    }
    findings
}

/// Serialization outside its places.
fn strays(source: &Source) -> Vec<Finding> {
    let name = source.path.rsplit('/').next().unwrap_or_default();
    if PLACES.iter().any(|place| source.is_in(place)) || FILES.contains(&name) {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = source
        .paths
        .iter()
        .filter_map(|found| {
            let which = SERIALIZERS.iter().find(|s| below(&found.path, s))?;
            Some(Finding::new(
                &source.path,
                found.line,
                format!("{which} belongs in the wire module; pass plain values and convert there"),
            ))
        })
        .collect();
    findings.dedup();
    findings
}

/// One `pub const NAME: u16 = N;` of the registry.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    module: String,
    name: String,
    number: u16,
    /// From its documentation: `(rule P-HELLO)`.
    rule: Option<String>,
    line: usize,
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut module, mut rule) = (String::new(), None);
    for (line, code) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(doc) = code.strip_prefix("///") {
            if let Some((id, _)) = doc
                .split_once("(rule ")
                .and_then(|(_, r)| r.split_once(')'))
            {
                rule = Some(id.to_owned());
            }
        } else if let Some(rest) = code.strip_prefix("pub mod ") {
            rest.trim_end_matches(['{', ' ']).clone_into(&mut module);
            rule = None;
        } else if let Some((name, number)) = code
            .strip_prefix("pub const ")
            .and_then(|rest| rest.split_once(": u16 = "))
            && let Ok(number) = number.trim_end_matches(';').parse()
        {
            entries.push(Entry {
                module: module.clone(),
                name: name.to_owned(),
                number,
                rule: rule.take(),
                line,
            });
        }
    }
    entries
}

fn numbers(entries: &[Entry], tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut say =
            |sentence: String| findings.push(Finding::new(REGISTRY, entry.line, sentence));
        let name = format!("{}::{}", entry.module, entry.name);
        let twin = entries
            .iter()
            .take(at)
            .find(|other| other.module == entry.module && other.number == entry.number);
        if let Some(twin) = twin {
            say(format!(
                "{name} has the number {} of {}; a number is never used twice",
                entry.number, twin.name
            ));
        }
        let frame = FRAMES.contains(&entry.module.as_str());
        if (frame || entry.module == OPS) && !is_golden(entry, frame, tree) {
            say(format!(
                "{name} has no golden bytes; add a sample of it to {GOLDEN}"
            ));
        }
        if !frame {
            continue;
        }
        let Some(rule) = &entry.rule else {
            say(format!(
                "{name} names no rule; add `(rule X-…)` to its documentation"
            ));
            continue;
        };
        if !tree
            .text(PROTOCOL)
            .is_some_and(|text| text.contains(rule.as_str()))
        {
            say(format!(
                "{PROTOCOL} has no rule {rule} for {name}; write it down there"
            ));
        }
    }
    findings
}

/// A frame begins with its number, so its sample is known by its bytes; an operation's by its name.
fn is_golden(entry: &Entry, frame: bool, tree: &Tree) -> bool {
    // `[number, fields]` in CBOR (RFC 8949): an array of two, then the number in one or two bytes.
    let bytes = if entry.number < 24 {
        format!("82{:02x}", entry.number)
    } else {
        format!("8218{:02x}", entry.number)
    };
    let named = format!("op-{}", entry.name.to_lowercase().replace('_', "-"));
    tree.text(GOLDEN).unwrap_or_default().lines().any(|line| {
        line.split_once(' ').is_some_and(|(name, hex)| {
            if frame {
                hex.starts_with(&bytes)
            } else {
                name == named
            }
        })
    })
}

/// A type, or a free function, that reads bytes from outside.
#[derive(Debug)]
struct Decoder {
    name: String,
    file: String,
    line: usize,
}

fn decoders(tree: &Tree) -> Vec<Decoder> {
    let mut decoders = Vec::new();
    for source in tree.sources_in("crates/core/src/wire") {
        // The type of the `impl` block we are in, with the depth it ends at.
        let (mut owner, mut depth) = (None, 0_usize);
        for (at, token) in source.tokens.iter().enumerate() {
            match token.text.as_str() {
                "impl" if owner.is_none() => owner = owner_from(source, at).map(|o| (o, depth)),
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    owner = owner.filter(|(_, outside)| *outside < depth);
                }
                _ => {}
            }
            let Some([public, func, name]) = source.tokens.get(at..at + 3) else {
                continue;
            };
            let reads = name.text == "decode" || name.text.starts_with("decode_");
            if public.text == "pub" && func.text == "fn" && reads {
                let file = source.path.trim_end_matches(".rs");
                decoders.push(Decoder {
                    name: match &owner {
                        Some((owner, _)) => owner.clone(),
                        None if name.text == "decode" => {
                            format!("{}::decode", file.rsplit('/').next().unwrap_or(file))
                        }
                        None => name.text.clone(),
                    },
                    file: source.path.clone(),
                    line: name.line,
                });
            }
        }
    }
    // `decode_signed` beside `decode` is another face of the same reader.
    let whole: Vec<String> = decoders
        .iter()
        .filter(|decoder| decoder.name.ends_with("::decode"))
        .map(|decoder| decoder.file.clone())
        .collect();
    decoders
        .retain(|decoder| !(decoder.name.starts_with("decode_") && whole.contains(&decoder.file)));
    decoders
}

/// The type that the `impl` at `at` is for.
fn owner_from(source: &Source, at: usize) -> Option<String> {
    source
        .tokens
        .iter()
        .skip(at)
        .take_while(|token| token.text != "{")
        .filter(|token| token.text.starts_with(char::is_uppercase))
        .last()
        .map(|token| token.text.clone())
}

/// What must exist for each decoder: (what, how its file is known, where).
const PROOFS: &[(&str, &str, &str)] = &[
    ("a round-trip property", "proptest!", "crates/core"),
    ("a test over mutated bytes", "mutat", "crates/core"),
    ("a fuzz target", "fuzz_target!", "fuzz"),
];

fn proofs(decoder: &Decoder, tree: &Tree) -> Vec<Finding> {
    PROOFS
        .iter()
        .filter(|(_, mark, folder)| {
            !tree.sources_in(folder).any(|source| {
                source.text.contains(mark)
                    && source.text.contains(&decoder.name)
                    && (source.path != decoder.file || source.text.contains("#[cfg(test)]"))
            })
        })
        .map(|(what, _, folder)| {
            Finding::new(
                &decoder.file,
                decoder.line,
                format!(
                    "{} reads bytes from outside and has no {}; add it in {folder}",
                    decoder.name,
                    what.trim_start_matches("a ")
                ),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    const HELLO: &str =
        "pub mod peer {\n    /// Opens (rule P-HELLO).\n    pub const HELLO: u16 = 1;\n}\n";
    const HELLO_BYTES: &str = "hello 8201840109\n";

    /// The sentences for this registry with these golden bytes and this protocol text.
    fn registry(text: &str, golden: &str, protocol: &str) -> Vec<String> {
        let mut tree = Tree::of(&[(REGISTRY, text)]).unwrap();
        tree.texts.insert(GOLDEN.to_owned(), golden.to_owned());
        tree.texts.insert(PROTOCOL.to_owned(), protocol.to_owned());
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn serialization_outside_its_places_is_found() {
        let text = "use minicbor::Encode;";
        assert_eq!(
            findings(check, &[("crates/core/src/node/a.rs", text)]).len(),
            1
        );
        assert_eq!(
            findings(
                check,
                &[("src/ui/a.rs", "fn f() { serde_json::json!({}); }")]
            )
            .len(),
            1
        );
        for fine in [
            "crates/core/src/wire/a.rs",
            "crates/hub/src/config.rs",
            "src/debug/a.rs",
        ] {
            assert!(findings(check, &[(fine, text)]).is_empty(), "{fine}");
        }
    }

    #[test]
    fn a_proven_number_passes() {
        assert_eq!(registry(HELLO, HELLO_BYTES, "**P-HELLO**"), [""; 0]);
        let op = "pub mod op {\n    pub const DELETE_TASK: u16 = 4;\n}\n";
        assert_eq!(registry(op, "op-delete-task 84\n", ""), [""; 0]);
    }

    #[test]
    fn a_number_without_rule_text_or_golden_bytes_is_found() {
        let one = |text: &str, golden, protocol, says| {
            let found = registry(text, golden, protocol);
            assert!(found.len() == 1 && found[0].contains(says), "{found:?}");
        };
        one(HELLO, "hello 8202840109\n", "P-HELLO", "golden bytes");
        one(HELLO, HELLO_BYTES, "P-OPS", PROTOCOL);
        let bare = HELLO.replace("(rule P-HELLO)", "");
        one(&bare, HELLO_BYTES, "P-HELLO", "names no rule");
        let op = "pub mod op {\n    pub const POST: u16 = 5;\n}\n";
        one(op, "op-read 84\n", "", "golden bytes");
        let far = HELLO.replace("= 1;", "= 48;");
        one(&far, "hello 8230\n", "P-HELLO", "golden bytes");
        assert_eq!(registry(&far, "hello 82183081\n", "P-HELLO"), [""; 0]);
    }

    #[test]
    fn a_number_used_twice_is_found() {
        let twice = HELLO.replace(
            "}\n",
            "    /// Again (rule P-HELLO).\n    pub const HALLO: u16 = 1;\n}\n",
        );
        let found = registry(&twice, HELLO_BYTES, "P-HELLO");
        assert!(
            found.len() == 1 && found[0].contains("never used twice"),
            "{found:?}"
        );
    }

    #[test]
    fn a_decoder_without_its_three_proofs_is_found() {
        let wire = (
            "crates/core/src/wire/hub.rs",
            "impl HubFrame { pub fn decode(bytes: &[u8]) {} }",
        );
        let property = (
            "crates/core/tests/wire.rs",
            "proptest! { fn trip() { HubFrame::decode(b\"\"); } }",
        );
        let mutated = (
            "crates/core/tests/mutated.rs",
            "fn mutated_bytes_are_survived() { HubFrame::decode(b\"\"); }",
        );
        let fuzz = (
            "fuzz/fuzz_targets/hub.rs",
            "fuzz_target!(|data: &[u8]| { let _ = HubFrame::decode(data); });",
        );
        assert_eq!(findings(check, &[wire]).len(), 3);
        assert_eq!(findings(check, &[wire, property]).len(), 2);
        assert_eq!(findings(check, &[wire, property, mutated]).len(), 1);
        assert!(findings(check, &[wire, property, mutated, fuzz]).is_empty());
    }

    #[test]
    fn free_decoders_go_by_their_module() {
        let text = "impl Op { fn f() {} } pub fn decode(b: &[u8]) {} pub fn decode_signed() {}";
        let other = ("crates/core/src/wire/codec.rs", "pub fn decode_all() {}");
        let tree = Tree::of(&[("crates/core/src/wire/op.rs", text), other]).unwrap();
        let names: Vec<String> = decoders(&tree).into_iter().map(|d| d.name).collect();
        assert_eq!(names, ["op::decode", "decode_all"]);
    }
}
