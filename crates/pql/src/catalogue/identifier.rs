//! Names of tables, columns and keys of JSON, as the catalogue writes them: the only text besides
//! the emitters' own that may stand in a command.
//!
//! An [`Identifier`] is made by the catalogue alone, already quoted for each database, and holds
//! nothing that could end its quotes on any of them.

/// The longest name of a column or a table, in bytes.
const BYTES_MAX: usize = 128;

/// A name in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    quoted: Box<str>,
    ticked: Box<str>,
}

/// How a database quotes names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// `"name"`
    Double,
    /// `` `name` ``
    Backtick,
}

impl Identifier {
    /// The name, if it is one that every database quotes alike: printable, without quotes,
    /// backticks and backslashes.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let is_plain = |letter: char| !letter.is_control() && !matches!(letter, '"' | '`' | '\\');
        // MongoDB reads a dollar first, and points, as something else than a name.
        let is_path = name.starts_with('$') || name.contains('.');
        let fits = !is_path && !name.is_empty() && name.len() <= BYTES_MAX;
        (fits && name.chars().all(is_plain)).then(|| Self {
            quoted: format!("\"{name}\"").into(),
            ticked: format!("`{name}`").into(),
        })
    }

    /// What stands for a name that was refused, so that the other mistakes can be told too.
    pub(crate) fn placeholder() -> Self {
        Self { quoted: "\"_\"".into(), ticked: "`_`".into() }
    }

    /// The name without quotes.
    pub fn name(&self) -> &str {
        &self.quoted[1..self.quoted.len() - 1]
    }

    /// The name in quotes.
    pub fn quoted(&self, quoting: Quoting) -> &str {
        match quoting {
            Quoting::Double => &self.quoted,
            Quoting::Backtick => &self.ticked,
        }
    }
}

/// A place in a JSON document: keys from the outside in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    keys: Vec<Box<str>>,
    text: Box<str>,
}

impl JsonPath {
    /// Reads `$.key.key`; a key is letters, digits and underscores.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let keys = text.strip_prefix("$.")?.split('.');
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_key =
            |key: &str| !key.is_empty() && key.len() <= BYTES_MAX && key.bytes().all(is_word);
        let keys: Vec<Box<str>> = keys.map(Box::from).collect();
        (keys.len() <= 16 && keys.iter().all(|key| is_key(key)))
            .then(|| Self { keys, text: text.into() })
    }

    /// The keys from the outside in.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.keys.iter().map(|key| &**key)
    }

    /// As the catalogue writes it: `$.address.city`.
    pub fn text(&self) -> &str {
        &self.text
    }
}
