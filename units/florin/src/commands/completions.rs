//! `florin completions`: what a shell needs to complete the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

/// Flags of `florin completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin completions bash > ~/.local/share/bash-completion/completions/florin
  florin completions zsh  > ~/.zfunc/_florin
  florin completions fish > ~/.config/fish/completions/florin.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the completions.
    ///
    /// # Errors
    ///
    /// [`Failure`] when they cannot be written.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "florin", &mut script);
        output.line(String::from_utf8_lossy(&script).trim_end())
    }
}
