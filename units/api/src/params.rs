//! Query parameters: each known, each once, each of the right form.
//!
//! Start at [`Params::read`]; [`Params::finish`] refuses what nobody asked for.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::Query;
use axum::http::request::Parts;

use crate::failure::Failure;
use crate::input;
use crate::limits::{PAGE_DEFAULT, PAGE_MAX, PARAMETER_BYTES_MAX, SEQ_MAX};
use crate::problems::{at, because};

/// What stands behind the question mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads the query of a request.
    pub(crate) fn read(parts: &Parts) -> Result<Self, Failure> {
        let pairs: Query<Vec<(String, String)>> = Query::try_from_uri(&parts.uri)
            .map_err(|_| because("parameter_invalid", "the query cannot be read"))?;
        let mut params = BTreeMap::new();
        for (name, value) in pairs.0 {
            let pointer = format!("?{name}");
            if params.insert(name, value).is_some() {
                return Err(at("parameter_invalid", pointer, "stands more than once"));
            }
        }
        Ok(Self(params))
    }

    /// Takes one as text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Takes one as text that says something.
    pub(crate) fn words(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        if (1..=PARAMETER_BYTES_MAX).contains(&text.len()) {
            return Ok(Some(text));
        }
        let form = format!("must have 1 to {PARAMETER_BYTES_MAX} bytes");
        Err(at("parameter_invalid", format!("?{name}"), form))
    }

    /// Takes a command's number.
    pub(crate) fn seq(&mut self, name: &str) -> Result<Option<u64>, Failure> {
        let form = format!("a whole number up to {SEQ_MAX}");
        match self.parsed::<u64>(name, &form)? {
            Some(seq) if seq > SEQ_MAX => {
                Err(at("parameter_invalid", format!("?{name}"), format!("must be {form}")))
            }
            seq => Ok(seq),
        }
    }

    /// Takes one, of a form.
    pub(crate) fn parsed<T: FromStr>(
        &mut self,
        name: &str,
        form: &str,
    ) -> Result<Option<T>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(at("parameter_invalid", format!("?{name}"), format!("must be {form}"))),
        }
    }

    /// Takes an instant.
    pub(crate) fn instant(&mut self, name: &str) -> Result<Option<ledger::Timestamp>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let instant = input::instant(&text);
        let form = "must be an instant, such as 2026-01-31T09:30:00Z";
        instant.map(Some).ok_or_else(|| at("parameter_invalid", format!("?{name}"), form))
    }

    /// Takes the size of a page.
    pub(crate) fn limit(&mut self) -> Result<usize, Failure> {
        let form = format!("a whole number from 1 to {PAGE_MAX}");
        let limit = self.parsed::<usize>("limit", &form)?.unwrap_or(PAGE_DEFAULT);
        if (1..=PAGE_MAX).contains(&limit) {
            return Ok(limit);
        }
        Err(at("parameter_invalid", "?limit", format!("must be {form}")))
    }

    /// The text of all that is still there, for binding cursors to it.
    pub(crate) fn remaining(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}\n")).collect()
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                Err(at("parameter_unknown", format!("?{name}"), "the route does not know it"))
            }
        }
    }
}
