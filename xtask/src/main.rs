//! The workshop's own commands: house rules and code generation. Must not know how the product runs.

mod codegen;
mod tidy;

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo run -p xtask -- tidy | codegen [--check]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(said) => {
            // A closed pipe (`| head`) is the reader's choice and no failure of ours.
            let _ = writeln!(std::io::stdout(), "{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<String> {
    let root = root()?;
    match args {
        ["tidy"] => tidy::run(&root),
        ["codegen"] => codegen::write(&root),
        ["codegen", "--check"] => codegen::check(&root),
        _ => bail!("{USAGE}"),
    }
}

/// The workspace folder, wherever the command was called from.
fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(root.context("xtask lies in the workspace")?.to_path_buf())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_unknown_command_is_refused_with_the_usage() {
        let error = super::run(&["tidi"]).unwrap_err();
        assert!(error.to_string().starts_with("usage:"));
    }
}
