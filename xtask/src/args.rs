//! Command-line arguments, taken apart one at a time. What nobody took is an error, not ignored.

use crate::failure::{Failure, Outcome};

/// The arguments not yet taken.
#[derive(Debug)]
pub(crate) struct Args(Vec<String>);

impl Args {
    pub(crate) fn from_env() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Takes the next word that is not an option.
    pub(crate) fn word(&mut self) -> Option<String> {
        let first = self.0.first()?;
        (!first.starts_with('-') || matches!(first.as_str(), "-h" | "--help"))
            .then(|| self.0.remove(0))
    }

    /// Takes `--name VALUE` or `--name=VALUE`.
    pub(crate) fn option(&mut self, name: &str) -> Outcome<Option<String>> {
        let joined = format!("{name}=");
        if let Some(at) = self.0.iter().position(|arg| arg.starts_with(&joined)) {
            let arg = self.0.remove(at);
            return Ok(arg.strip_prefix(&joined).map(str::to_owned));
        }
        let Some(at) = self.0.iter().position(|arg| arg == name) else {
            return Ok(None);
        };
        self.0.remove(at);
        if at < self.0.len() {
            Ok(Some(self.0.remove(at)))
        } else {
            Err(Failure::new(format!("`{name}` needs a value after it")))
        }
    }

    /// Takes `--name N`.
    pub(crate) fn number(&mut self, name: &str) -> Outcome<Option<u64>> {
        self.option(name)?
            .map(|value| {
                value.parse().map_err(|_| {
                    Failure::new(format!("`{name}` needs a whole number, not `{value}`"))
                })
            })
            .transpose()
    }

    /// Takes all that is left.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::mem::take(&mut self.0)
    }

    /// Fails when anything is left.
    pub(crate) fn finish(&self) -> Outcome {
        match self.0.first() {
            None => Ok(()),
            Some(arg) => Err(Failure::new(format!(
                "`{arg}` is not understood here; `cargo xtask help` lists what is"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> Args {
        Args(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn options_are_read_in_both_spellings() {
        let mut args = args(&["run", "--port", "81", "--bind=::1"]);
        assert_eq!(args.word().unwrap(), "run");
        assert_eq!(args.option("--bind").unwrap().unwrap(), "::1");
        assert_eq!(args.number("--port").unwrap(), Some(81));
        args.finish().unwrap();
    }

    #[test]
    fn what_nobody_takes_is_an_error() {
        assert!(args(&["--prot", "81"]).finish().is_err());
        assert!(args(&["--port"]).option("--port").is_err());
        assert!(args(&["--port", "x"]).number("--port").is_err());
    }
}
