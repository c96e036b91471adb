//! Why a command did not end in "yes": one sentence for people, and the process's exit code.
//!
//! Not the problems of the HTTP interface, which come from the server; `client` turns those into
//! a [`Failure`]. Start at [`Failure::report`].

use std::error::Error;
use std::io;
use std::process::ExitCode;

/// How a command ended, if not well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It ran, and the answer is no: exit 1. The text is empty where everything was said already.
    No(String),
    /// It could not run: exit 2.
    Unable(String),
    /// Whoever read the output went away: exit 0, for nothing is left to say.
    ReaderGone,
}

impl Failure {
    /// The failure that `what` could not be done, because of `error` and its sources.
    pub(crate) fn of(what: &str, error: &dyn Error) -> Self {
        Self::Unable(format!("{what}: {}", chain(error)))
    }

    /// The failure of an error whose own text already says what to do.
    pub(crate) fn plain(error: &dyn Error) -> Self {
        Self::Unable(chain(error))
    }

    /// Says why on standard error; returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let (text, code) = match self {
            Self::No(text) => (text, 1),
            Self::Unable(text) => (text, 2),
            Self::ReaderGone => return ExitCode::SUCCESS,
        };
        if !text.is_empty() {
            // Where standard error is closed, the exit code alone has to do.
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("florin: {text}\n"));
        }
        ExitCode::from(code)
    }
}

/// The failure of writing to standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ReaderGone;
        }
        Self::of("cannot write to standard output", &error)
    }
}

/// An error and its sources in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        source = error.source();
    }
    text
}
