//! The text of a command: words of this crate, identifiers of the catalogue, and numbers that the
//! shape gives. There is no way to put any other text into it.

use std::fmt::Write;

use crate::catalogue::{Asset, Identifier, JsonPath, Quoting};

/// The text of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(String);

impl Command {
    /// Changes the text, as no code of the product can.
    #[cfg(test)]
    pub(crate) fn tamper(&mut self, from: &str, to: &str) {
        self.0 = self.0.replacen(from, to, 1);
    }

    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text, to be sent.
    pub fn into_text(self) -> String {
        self.0
    }

    /// A word of this crate.
    pub(super) fn word(&mut self, word: &'static str) {
        self.0.push_str(word);
    }

    /// A name of the catalogue, quoted.
    pub(super) fn name(&mut self, name: &Identifier, quoting: Quoting) {
        self.0.push_str(name.quoted(quoting));
    }

    /// A place in JSON, of the catalogue: letters, digits, underscores and points.
    pub(super) fn path(&mut self, path: &JsonPath) {
        self.0.push_str(path.text());
    }

    /// A key of a place in JSON.
    pub(super) fn key(&mut self, path: &JsonPath, place: usize) {
        self.0.push_str(path.keys().nth(place).unwrap_or_default());
    }

    /// A name of the catalogue inside a JSON text, without quotes: it holds none itself.
    pub(super) fn bare(&mut self, name: &Identifier) {
        self.0.push_str(name.name());
    }

    /// A number that the shape gives: of a placeholder, an alias, a scale.
    pub(super) fn number(&mut self, number: u32) {
        // Writing to a String does not fail. Most numbers have one digit.
        if number < 10 {
            self.0.push(char::from(b'0' + number.to_le_bytes()[0]));
        } else {
            let _ = write!(self.0, "{number}");
        }
    }

    /// The code of an asset of the catalogue, as a text: letters, digits and underscores.
    pub(super) fn asset(&mut self, asset: &Asset) {
        self.0.push('\'');
        self.0.push_str(&asset.code);
        self.0.push('\'');
    }

    /// The digits behind `0.` of ten to a negative power.
    pub(super) fn fraction(&mut self, places: u8) {
        self.0.extend(std::iter::repeat_n('0', usize::from(places.saturating_sub(1))));
        self.0.push('1');
    }
}
