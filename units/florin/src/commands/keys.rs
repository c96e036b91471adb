//! `florin keys`: the API keys of a platform, and the operator's.
//!
//! A lost operator key is replaced on a stopped folder only: whoever can read and write the folder
//! is its operator, and whoever cannot must not become one over HTTP.

use api::key::{CreateKey, Key, KeyList, RotateKey};
use api::transition::Transition;

use crate::client::Client;
use crate::client::reach::Connection;
use crate::failure::Failure;
use crate::output::{Accent, Format, JsonFlag, Output};

/// Subcommands of `florin keys`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Keys {
    /// List the keys of a platform, newest first
    List(List),
    /// Create a key; its secret is shown once
    #[command(after_help = "\
Examples:
  florin keys create --name backend
  florin keys create --name reporting --scope transactions:read --scope accounts:read
  florin keys create --operator          a new operator key, in place of the one in the folder")]
    Create(Create),
    /// Replace a key; the old one goes on working for a while
    Rotate(Rotate),
    /// Revoke a key at once
    Revoke(Revoke),
}

/// Whose keys are meant.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Whose {
    /// The operators' keys, not a platform's
    #[arg(long)]
    operator: bool,
}

/// Flags of `florin keys list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

/// Flags of `florin keys create`.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// What its owner calls it
    #[arg(long, default_value = "command line")]
    name: String,
    /// What it may do: `*`, or words such as transactions:read; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", default_value = "*")]
    scopes: Vec<String>,
    /// When it stops working, RFC 3339; never if not said
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
    /// Replace the operator key in the data folder; the server must be stopped
    #[arg(long, conflicts_with_all = ["name", "scopes", "expires_at"])]
    operator: bool,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

/// Flags of `florin keys rotate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Rotate {
    /// The key's id
    id: String,
    /// How long the old key goes on working, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    overlap_seconds: u32,
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

/// Flags of `florin keys revoke`.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The key's id
    id: String,
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

impl Keys {
    /// Runs the subcommand.
    ///
    /// # Errors
    ///
    /// [`Failure`], which has the exit code.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Create(create) if create.operator => create.replace_operator_key(output),
            Self::Create(create) => create.run(output),
            Self::Rotate(rotate) => rotate.run(output),
            Self::Revoke(revoke) => revoke.run(output),
        }
    }
}

impl List {
    fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let keys = self.whose.ask(&self.connection, every_key)?;
        match Format::of_flag(&self.json) {
            Format::Json => keys.iter().try_for_each(|key| output.json(key)),
            Format::People => {
                let rows: Vec<Vec<String>> = keys.iter().map(row).collect();
                output.table(&["key", "name", "status", "scopes", "expires"], 5, &rows)
            }
        }
    }
}

impl Create {
    fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let body = CreateKey {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            expires_at: self.expires_at.clone().map(api::id::Timestamp),
        };
        let platform = Whose { operator: false };
        let key: Key = platform.ask(&self.connection, |client| client.post("/v1/keys", &body))?;
        show_new(&key, Format::of_flag(&self.json), output)
    }

    fn replace_operator_key(&self, output: &mut Output) -> Result<(), Failure> {
        let path = self.connection.replace_operator_key()?;
        let path = path.display().to_string();
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&serde_json::json!({ "operator_key_file": path })),
            Format::People => output.line(&format!("The new operator key is in {path}.")),
        }
    }
}

impl Rotate {
    fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let body = RotateKey { overlap_seconds: Some(self.overlap_seconds) };
        let path = format!("/v1/keys/{}/rotate", self.id);
        let key: Key = self.whose.ask(&self.connection, |client| client.post(&path, &body))?;
        show_new(&key, Format::of_flag(&self.json), output)
    }
}

impl Revoke {
    fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let body = Transition { to: "revoked".to_owned(), reason_code: None, note: None };
        let path = format!("/v1/keys/{}/transitions", self.id);
        let key: Key = self.whose.ask(&self.connection, |client| client.post(&path, &body))?;
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&key),
            Format::People => output.line(&format!("{} is revoked.", key.id.0)),
        }
    }
}

impl Whose {
    /// Asks the server that `connection` leads to, acting for its platform or for the operators.
    fn ask<T>(
        self,
        connection: &Connection,
        ask: impl FnOnce(&Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let reached = connection.reach()?;
        let client = if self.operator {
            reached.client.for_no_platform()
        } else {
            reached.on_platform(connection.platform.as_deref())?
        };
        let answer = ask(&client)?;
        reached.close()?;
        Ok(answer)
    }
}

/// Every key of the platform that `client` acts for.
///
/// # Errors
///
/// [`Failure`] unless they are answered.
pub(crate) fn every_key(client: &Client) -> Result<Vec<Key>, Failure> {
    client.every("/v1/keys", |page: KeyList| (page.data, page.next_cursor))
}

fn show_new(key: &Key, format: Format, output: &mut Output) -> Result<(), Failure> {
    match format {
        Format::Json => output.json(key),
        Format::People => {
            let secret = key.secret.as_deref().unwrap_or("(its secret was shown before)");
            output.line(&output.accent(Accent::Notice, secret))?;
            output
                .line(&format!("{} {}: keep the line above, it is shown once.", key.id.0, key.name))
        }
    }
}

fn row(key: &Key) -> Vec<String> {
    let expires = key.expires_at.as_ref().map_or_else(|| "never".to_owned(), |at| at.0.clone());
    vec![key.id.0.clone(), key.name.clone(), key.status.clone(), key.scopes.join(" "), expires]
}
