//! A Rust file as the rules see it: tokens with lines, without comments and without test code.

use crate::failure::{Outcome, While as _};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One token; a group is its opening token, its content and its closing token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

/// `a::b::c` with the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathUse {
    pub(super) path: String,
    pub(super) line: usize,
}

#[derive(Debug)]
pub(super) struct Source {
    /// From the workspace root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
    /// Every path in expressions, types and `use` trees; `self` and `super` are resolved.
    pub(super) paths: Vec<PathUse>,
    /// Modules declared as `#[cfg(test)] mod name;`.
    test_modules: Vec<String>,
}

impl Source {
    pub(super) fn parse(path: &str, text: &str) -> Outcome<Self> {
        let stream: TokenStream = text
            .parse()
            .during(|| format!("{path} is not Rust that can be read"))?;
        let (mut tokens, mut test_modules) = (Vec::new(), Vec::new());
        if !is_test_file(path) {
            flatten(stream, &mut tokens, &mut test_modules);
        }
        let paths = paths(&tokens, &module_of(path));
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            paths,
            test_modules,
        })
    }

    /// Paths, without `.rs`, of the modules that this file declares for tests only.
    pub(super) fn test_only(&self) -> impl Iterator<Item = String> + '_ {
        let folder = ["/mod.rs", "/lib.rs", "/main.rs", ".rs"]
            .iter()
            .find_map(|end| self.path.strip_suffix(end))
            .unwrap_or_default();
        self.test_modules
            .iter()
            .map(move |module| format!("{folder}/{module}"))
    }

    /// Makes the rules blind to this file, because only tests contain it.
    pub(super) fn blank(&mut self) {
        self.tokens.clear();
        self.paths.clear();
    }

    pub(super) fn is_in(&self, folder: &str) -> bool {
        self.path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    }

    /// Lines where these tokens follow one another.
    pub(super) fn lines_of<'a>(&'a self, pattern: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
        self.tokens
            .windows(pattern.len())
            .filter(move |window| window.iter().zip(pattern).all(|(t, p)| t.text == *p))
            .filter_map(|window| window.first().map(|token| token.line))
    }
}

/// True when `path` is `prefix` or lies below it.
pub(super) fn below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
        || path.starts_with("tests/")
        || path.contains("/tests/")
        || path.contains("/benches/")
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>, tests: &mut Vec<String>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        if is_punct(&tree, '#') {
            let inner = trees.next_if(|tree| is_punct(tree, '!')).is_some();
            let Some(TokenTree::Group(attribute)) = trees.next() else {
                continue;
            };
            match (marks_test(&attribute), inner) {
                (true, true) => return,
                (true, false) => tests.extend(skip_item(&mut trees)),
                (false, _) if is_doc(&attribute) => {}
                (false, _) => {
                    push(out, "#", tree.span().start().line);
                    group(&attribute, out, tests);
                }
            }
            continue;
        }
        match tree {
            TokenTree::Group(content) => group(&content, out, tests),
            other => {
                let line = other.span().start().line;
                push(out, &other.to_string(), line);
            }
        }
    }
}

fn group(group: &Group, out: &mut Vec<Token>, tests: &mut Vec<String>) {
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    };
    push(out, open, group.span_open().start().line);
    flatten(group.stream(), out, tests);
    push(out, close, group.span_close().start().line);
}

fn push(out: &mut Vec<Token>, text: &str, line: usize) {
    // Two colons become one token, so that paths are easy to see.
    if text == ":"
        && let Some(last) = out.last_mut()
        && last.text == ":"
    {
        "::".clone_into(&mut last.text);
        return;
    }
    out.push(Token {
        text: text.to_owned(),
        line,
    });
}

fn is_punct(tree: &TokenTree, wanted: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_doc(attribute: &Group) -> bool {
    matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}

/// `#[test]`, `#[cfg(test)]` and their relatives.
fn marks_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string().replace(' ', "");
    text == "test"
        || text.ends_with("::test")
        || text == "wasm_bindgen_test"
        || (text.starts_with("cfg(") && text.contains("test)") && !text.contains("not(test)"))
        || (text.starts_with("cfg(") && text.contains("test,"))
}

/// Skips further attributes and then one item: to its block or its semicolon. Names `mod name;`.
fn skip_item(trees: &mut impl Iterator<Item = TokenTree>) -> Option<String> {
    let (mut module, mut after_mod) = (None, false);
    for tree in trees {
        match &tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return None,
            TokenTree::Punct(punct) if punct.as_char() == ';' => return module,
            TokenTree::Ident(name) if after_mod => module = Some(name.to_string()),
            _ => {}
        }
        after_mod = matches!(&tree, TokenTree::Ident(word) if word == "mod");
    }
    None
}

/// The module a file holds, as a path from its crate.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.split_once("src/").map_or(path, |(_, rest)| rest);
    let mut module = vec!["crate".to_owned()];
    for part in inside.trim_end_matches(".rs").split('/') {
        if !matches!(part, "mod" | "lib" | "main") {
            module.push(part.to_owned());
        }
    }
    module
}

fn paths(tokens: &[Token], module: &[String]) -> Vec<PathUse> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let captures = tokens.get(at + 1).is_some_and(|next| next.text == "<");
        if token.text == "use" && !captures {
            at = use_tree(tokens, at + 1, "", module, &mut found);
        } else if is_name(&token.text) {
            let start = at;
            let mut path = token.text.clone();
            while let (Some(colons), Some(next)) = (tokens.get(at + 1), tokens.get(at + 2))
                && colons.text == "::"
                && is_name(&next.text)
            {
                path.push_str("::");
                path.push_str(&next.text);
                at += 2;
            }
            if at > start {
                found.push(PathUse {
                    path: resolved(&path, module),
                    line: token.line,
                });
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one branch of a `use` declaration and returns where it ends.
fn use_tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &str,
    module: &[String],
    found: &mut Vec<PathUse>,
) -> usize {
    let mut path = prefix.to_owned();
    let mut line = tokens.get(at).map_or(0, |token| token.line);
    let mut whole = false;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    let end = use_tree(tokens, at, &path, module, found);
                    // Past the comma; and always on, should this be no `use` declaration at all.
                    let comma = tokens.get(end).is_some_and(|token| token.text == ",");
                    at = if comma || end == at { end + 1 } else { end };
                }
                return at + 1;
            }
            ";" | "," | "}" => break,
            "::" => {}
            // The new name says nothing about where it leads.
            "as" => at += 1,
            name => {
                if !path.is_empty() {
                    path.push_str("::");
                }
                path.push_str(name);
                line = token.line;
                whole = true;
            }
        }
        at += 1;
    }
    if whole {
        found.push(PathUse {
            path: resolved(&path, module),
            line,
        });
    }
    at
}

fn resolved(path: &str, module: &[String]) -> String {
    let mut here: Vec<&str> = module.iter().map(String::as_str).collect();
    let mut rest = path;
    if let Some(after) = rest.strip_prefix("self::") {
        rest = after;
    } else if !rest.starts_with("super::") {
        return path.to_owned();
    }
    while let Some(after) = rest.strip_prefix("super::") {
        here.pop();
        rest = after;
    }
    here.push(rest);
    here.join("::")
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths_of(path: &str, text: &str) -> Vec<String> {
        Source::parse(path, text)
            .unwrap()
            .paths
            .into_iter()
            .map(|found| found.path)
            .collect()
    }

    #[test]
    fn use_trees_are_unfolded() {
        assert_eq!(
            paths_of(
                "src/a.rs",
                "use std::{time::{Instant, Duration as D}, fmt}; use x as y;"
            ),
            ["std::time::Instant", "std::time::Duration", "std::fmt", "x"]
        );
    }

    #[test]
    fn relative_paths_are_resolved() {
        assert_eq!(
            paths_of(
                "src/browser/rtc.rs",
                "use super::socket::open; fn f() { self::g::h(); }"
            ),
            ["crate::browser::socket::open", "crate::browser::rtc::g::h"]
        );
        assert_eq!(
            paths_of("crates/core/src/wire/mod.rs", "use super::node;"),
            ["crate::node"]
        );
    }

    #[test]
    fn test_code_and_comments_are_not_seen() {
        let source = Source::parse(
            "src/a.rs",
            "// a::b\n/// c::d\nfn f() { e::f(); }\n\
             #[cfg(test)]\nmod tests { fn g() { h::i(); } }\n\
             #[test]\nfn t() { j::k(); }\nfn l() { m::n(); }",
        )
        .unwrap();
        let paths: Vec<&str> = source.paths.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["e::f", "m::n"]);
        assert_eq!(source.paths.last().unwrap().line, 8);
    }

    #[test]
    fn code_outside_tests_stays_seen() {
        let source = Source::parse("src/a.rs", "#[cfg(not(test))]\nfn f() { a::b(); }").unwrap();
        assert_eq!(source.paths.len(), 1);
    }

    #[test]
    fn modules_for_tests_are_named() {
        let text = "#[cfg(test)]\nmod laws;\nmod log;\n#[cfg(test)]\nmod tests {}";
        let named =
            |path| -> Vec<String> { Source::parse(path, text).unwrap().test_only().collect() };
        assert_eq!(named("src/store/mod.rs"), ["src/store/laws"]);
        assert_eq!(named("src/store.rs"), ["src/store/laws"]);
        assert_eq!(named("src/lib.rs"), ["src/laws"]);
    }

    #[test]
    fn what_only_looks_like_a_declaration_ends_too() {
        for text in [
            "fn f() -> impl Fn() + use<> { g(); h(); }",
            "fn f() { view! { \"To\" use { ; } and , } }",
            "macro_rules! m { () => { use { ;;; ",
        ] {
            let closed = format!("{text}{}", if text.ends_with("; ") { "} } }" } else { "" });
            Source::parse("src/a.rs", &closed).unwrap();
        }
    }

    #[test]
    fn macros_are_looked_into() {
        assert_eq!(
            paths_of(
                "src/a.rs",
                "fn f() { view! { <p>{web_sys::window()}</p> } }"
            ),
            ["web_sys::window"]
        );
    }
}
