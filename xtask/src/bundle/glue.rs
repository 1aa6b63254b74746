//! Binds the compiled module to the browser: wasm-bindgen as a library, target "web".

use super::assets::Assets;
use crate::failure::{Failure, Outcome, While as _};
use std::collections::BTreeMap;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// The two files that make the app run.
#[derive(Debug)]
pub(super) struct App {
    /// An ES module that starts the app when it is loaded.
    pub(super) script: String,
    pub(super) wasm: String,
}

pub(super) fn bind(wasm: &Path, assets: &mut Assets) -> Outcome<App> {
    let doing = || {
        "wasm-bindgen could not bind the app; its crate and the task runner's library must have \
         the same version in Cargo.toml"
            .to_owned()
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name("corridor")
        .web(true)
        .during(doing)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output = bindgen.generate_output().during(doing)?;

    // The glue imports these relative to itself, so they live below it.
    let modules: BTreeMap<_, _> = output.local_modules().iter().collect();
    for (name, code) in modules {
        assets.put(format!("assets/snippets/{name}"), code.clone().into_bytes());
    }
    for (owner, snippets) in output.snippets() {
        for (number, code) in snippets.iter().enumerate() {
            assets.put(
                format!("assets/snippets/{owner}/inline{number}.js"),
                code.clone().into_bytes(),
            );
        }
    }
    let wasm = assets.put_hashed("corridor", "wasm", output.wasm_mut().emit_wasm());
    let script = started(output.js(), &wasm)?;
    let script = assets.put_hashed("app", "js", script.into_bytes());
    Ok(App { script, wasm })
}

/// The glue with a last line that starts it and tells `boot.js` how that went.
fn started(glue: &str, wasm: &str) -> Outcome<String> {
    if !glue.contains("__wbg_init as default") {
        return Err(Failure::new(
            "wasm-bindgen's output has no `__wbg_init` to start; the bundle step needs a change \
             for this version",
        ));
    }
    let file = wasm.rsplit('/').next().unwrap_or(wasm);
    Ok(format!(
        "{glue}\n__wbg_init({{ module_or_path: new URL(\"{file}\", import.meta.url) }}).then(\n  \
         () => dispatchEvent(new Event(\"corridor:started\")),\n  \
         (error) => dispatchEvent(new CustomEvent(\"corridor:failed\", {{ detail: error }})),\n);\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_starts_with_the_hashed_module() {
        let script = started("export { __wbg_init as default };", "assets/c-1.wasm").unwrap();
        assert!(script.contains(r#"new URL("c-1.wasm", import.meta.url)"#));
        assert!(script.contains("corridor:started") && script.contains("corridor:failed"));
    }

    #[test]
    fn glue_that_cannot_start_is_refused() {
        assert!(started("export {};", "assets/c-1.wasm").is_err());
    }
}
