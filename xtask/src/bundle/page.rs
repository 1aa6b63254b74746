//! `index.html`, written once for both builders: Trunk understands its `data-trunk` tags, and this
//! module replaces each by what the bundle serves. Everything else is passed through.

use super::assets::Assets;
use super::glue::App;
use crate::failure::{Failure, Outcome, While as _};
use crate::project::Project;
use std::fs;
use std::path::Path;

/// A page cut at its `data-trunk` tags.
#[derive(Debug)]
pub(super) struct Page {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The app itself.
    Rust,
    Style(String),
    Icon(String),
    Script(String),
    /// A file served under its own name.
    Copy(String),
    /// A folder served under its own name: what the page loads later, if at all.
    Folder(String),
}

impl Page {
    pub(super) fn parse(html: &str) -> Outcome<Self> {
        let mut parts = Vec::new();
        let mut rest = html;
        while let Some((start, end)) = next_tag(rest) {
            let (before, tag_on) = rest.split_at(start);
            let (tag, after) = tag_on.split_at(end - start);
            parts.push(Part::Text(before.to_owned()));
            parts.push(part(tag)?);
            rest = after
                .strip_prefix("</script>")
                .filter(|_| tag.starts_with("<script"))
                .unwrap_or(after);
        }
        parts.push(Part::Text(rest.to_owned()));
        let page = Self { parts };
        if page.parts.contains(&Part::Rust) {
            Ok(page)
        } else {
            Err(Failure::new(
                "index.html has no <link data-trunk rel=\"rust\">, so it would load no app",
            ))
        }
    }

    /// Paths in the source tree that the page is made of.
    pub(super) fn files(&self, project: &Project) -> Outcome<Vec<String>> {
        let mut files = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(_) | Part::Rust => {}
                Part::Style(path) | Part::Icon(path) | Part::Script(path) | Part::Copy(path) => {
                    files.push(path.clone());
                }
                Part::Folder(path) => files.extend(folder(project, path)?),
            }
        }
        Ok(files)
    }

    /// Every file of the style folder must be linked, in name order, or the two builders would differ.
    pub(super) fn check_styles(&self, files: &[String]) -> Outcome {
        let linked: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Style(path) if path.starts_with("style/") => Some(path.as_str()),
                _ => None,
            })
            .collect();
        if linked == files {
            return Ok(());
        }
        let lines: String = files
            .iter()
            .map(|file| format!("\n    <link data-trunk rel=\"css\" href=\"{file}\">"))
            .collect();
        Err(Failure::new(format!(
            "index.html must link all files of style/ in name order; its lines should be{lines}"
        )))
    }

    /// The page as it is served, with what it needs added to `assets`.
    pub(super) fn render(
        &self,
        project: &Project,
        assets: &mut Assets,
        app: &App,
    ) -> Outcome<String> {
        let mut html = String::new();
        let mut styled = false;
        for part in &self.parts {
            match part {
                Part::Text(text) => html.push_str(text),
                Part::Rust => html.push_str(&format!(
                    "<link rel=\"modulepreload\" href=\"/{}\">\n    \
                     <link rel=\"preload\" href=\"/{}\" as=\"fetch\" type=\"application/wasm\" \
                     crossorigin>",
                    app.script, app.wasm
                )),
                Part::Style(_) if styled => {}
                Part::Style(_) => {
                    styled = true;
                    let path = assets.put_hashed("style", "css", self.stylesheet(project)?);
                    html.push_str(&format!("<link rel=\"stylesheet\" href=\"/{path}\">"));
                }
                Part::Icon(file) => {
                    let path = hashed(project, assets, file)?;
                    html.push_str(&format!("<link rel=\"icon\" href=\"/{path}\">"));
                }
                Part::Script(file) => {
                    let path = hashed(project, assets, file)?;
                    html.push_str(&format!(
                        "<script src=\"/{path}\" data-app=\"/{}\" defer></script>",
                        app.script
                    ));
                }
                Part::Folder(path) => {
                    for file in folder(project, path)? {
                        assets.put(file.clone(), read(project, &file)?);
                    }
                }
                Part::Copy(file) => {
                    let name = file.rsplit('/').next().unwrap_or(file);
                    assets.put(name, read(project, file)?);
                }
            }
        }
        Ok(without_blank_lines(&html))
    }

    fn stylesheet(&self, project: &Project) -> Outcome<Vec<u8>> {
        let mut css = Vec::new();
        for part in &self.parts {
            if let Part::Style(file) = part {
                css.extend(read(project, file)?);
                css.push(b'\n');
            }
        }
        Ok(css)
    }
}

/// The css files of the style folder, in name order.
pub(super) fn style_files(project: &Project) -> Outcome<Vec<String>> {
    let mut files = folder(project, "style")?;
    files.retain(|name| name.ends_with(".css"));
    Ok(files)
}

/// The files of a folder, in name order.
fn folder(project: &Project, path: &str) -> Outcome<Vec<String>> {
    let folder = project.at(path);
    let mut files: Vec<String> = fs::read_dir(&folder)
        .during(|| format!("could not list {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .map(|name| format!("{path}/{name}"))
        .collect();
    files.sort();
    Ok(files)
}

fn read(project: &Project, file: &str) -> Outcome<Vec<u8>> {
    fs::read(project.at(file))
        .during(|| format!("index.html names {file}, which could not be read"))
}

fn hashed(project: &Project, assets: &mut Assets, file: &str) -> Outcome<String> {
    let path = Path::new(file);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    Ok(assets.put_hashed(&stem, &extension, read(project, file)?))
}

/// Where the next tag with a `data-trunk` attribute begins and ends. Comments hold no tags.
fn next_tag(html: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        let rest = html.get(at..)?;
        let start = at + rest.find('<')?;
        let tag_on = html.get(start..)?;
        if tag_on.starts_with("<!--") {
            at = start + tag_on.find("-->")? + 3;
            continue;
        }
        let end = start + tag_on.find('>')? + 1;
        if html
            .get(start..end)?
            .split_ascii_whitespace()
            .any(|word| word.trim_end_matches(['>', '/']) == "data-trunk")
        {
            return Some((start, end));
        }
        at = end;
    }
}

fn part(tag: &str) -> Outcome<Part> {
    let needs = |name: &str| {
        attribute(tag, name)
            .ok_or_else(|| Failure::new(format!("index.html: `{tag}` has no {name}=\"…\"")))
    };
    if tag.starts_with("<script") {
        return Ok(Part::Script(needs("src")?));
    }
    match needs("rel")?.as_str() {
        "rust" => Ok(Part::Rust),
        "css" => Ok(Part::Style(needs("href")?)),
        "icon" => Ok(Part::Icon(needs("href")?)),
        "copy-file" => Ok(Part::Copy(needs("href")?)),
        "copy-dir" => Ok(Part::Folder(needs("href")?)),
        other => Err(Failure::new(format!(
            "index.html asks Trunk for rel=\"{other}\", which the bundle step does not know; \
             teach xtask/src/bundle/page.rs or use css, icon, copy-file, copy-dir or a script"
        ))),
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.to_owned())
}

fn without_blank_lines(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for line in html.lines().filter(|line| !line.trim().is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<head>
    <!-- <link data-trunk rel="css" href="not/this.css"> -->
    <link data-trunk rel="css" href="style/10-a.css">
    <link data-trunk rel="css" href="style/20-b.css" />
    <link data-trunk rel="rust" data-bin="corridor"/>
    <script data-trunk src="boot/boot.js" defer></script>
</head>"#;

    #[test]
    fn trunk_tags_are_found_and_nothing_else() {
        let page = Page::parse(PAGE).unwrap();
        let files = page.files(&Project::find().unwrap()).unwrap();
        assert_eq!(files, ["style/10-a.css", "style/20-b.css", "boot/boot.js"]);
    }

    #[test]
    fn a_page_without_the_app_is_refused() {
        assert!(Page::parse("<head></head>").is_err());
        assert!(Page::parse(r#"<link data-trunk rel="sass" href="a.scss">"#).is_err());
    }

    #[test]
    fn a_style_file_that_is_not_linked_is_named() {
        let page = Page::parse(PAGE).unwrap();
        let files = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        page.check_styles(&files(&["style/10-a.css", "style/20-b.css"]))
            .unwrap();
        let error = page
            .check_styles(&files(&[
                "style/10-a.css",
                "style/20-b.css",
                "style/30-c.css",
            ]))
            .unwrap_err();
        assert!(error.to_string().contains("style/30-c.css"));
    }

    #[test]
    fn the_served_page_names_only_hashed_files() {
        let project = Project::find().unwrap();
        let app = App {
            script: "assets/app-1.js".to_owned(),
            wasm: "assets/corridor-2.wasm".to_owned(),
        };
        let page = Page::parse(
            r#"<link data-trunk rel="rust"><script data-trunk src="xtask/Cargo.toml"></script>.
            <link data-trunk rel="copy-dir" href="boot">"#,
        )
        .unwrap();
        let mut assets = Assets::new();
        let html = page.render(&project, &mut assets, &app).unwrap();
        assert!(!html.contains("data-trunk"));
        assert!(html.contains(r#"href="/assets/app-1.js""#));
        assert!(html.contains(r#"data-app="/assets/app-1.js" defer></script>."#));
        let names: Vec<&str> = assets.iter().map(|(name, _)| name).collect();
        assert!(html.contains(names[0]));
        assert!(names.contains(&"boot/boot.js"), "{names:?}");
    }
}
