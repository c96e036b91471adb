//! `florin platforms`: the platforms of a Florin, as its operator sees them.

use api::amount::Amount;
use api::platform::{CreatePlatform, Platform};
use api::role::FeeRule;
use api::transaction::TransactionKind;

use crate::client::reach::Connection;
use crate::failure::Failure;
use crate::output::{Format, JsonFlag, Output};

/// Subcommands of `florin platforms`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Platforms {
    /// List the platforms, newest first
    List(List),
    /// Create a platform, with a customer of its own, that one's accounts and a first role
    #[command(after_help = "\
Examples:
  florin platforms create 'Corner Market' --asset GBP --asset EUR
  florin platforms create Rides --asset USD --fee internal:0.20:10000 --fee outbound_bank:0.30")]
    Create(Create),
}

/// Flags of `florin platforms list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

/// Flags of `florin platforms create`.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Its name
    name: String,
    /// An asset that its own customer gets an account in; may be given several times
    #[arg(long = "asset", value_name = "CODE", required = true)]
    assets: Vec<String>,
    /// A fee in each asset: KIND:FIXED[:MILLIONTHS], such as internal:0.20:10000 for 0.20 and 1 %
    #[arg(long = "fee", value_name = "FEE", value_parser = read_fee)]
    fees: Vec<Fee>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

/// A fee as it is written on the command line.
#[derive(Debug, Clone)]
pub(crate) struct Fee {
    kind: TransactionKind,
    fixed: String,
    parts_per_million: u32,
}

impl Platforms {
    /// Runs the subcommand.
    ///
    /// # Errors
    ///
    /// [`Failure`], which has the exit code.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Create(create) => create.run(output),
        }
    }
}

impl List {
    fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let reached = self.connection.reach()?;
        let platforms = reached.client.platforms()?;
        reached.close()?;
        match Format::of_flag(&self.json) {
            Format::Json => platforms.iter().try_for_each(|platform| output.json(platform)),
            Format::People if platforms.is_empty() => output
                .line("No platform yet: make one with `florin platforms create NAME --asset GBP`."),
            Format::People => {
                let rows: Vec<Vec<String>> = platforms.iter().map(row).collect();
                output.table(&["platform", "name", "status", "assets", "created"], 5, &rows)
            }
        }
    }
}

impl Create {
    fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let fees = self.fees.iter().flat_map(|fee| self.assets.iter().map(|asset| fee.rule(asset)));
        let body = CreatePlatform {
            name: self.name.clone(),
            assets: self.assets.clone(),
            fees: fees.collect(),
            external_id: None,
            tags: None,
            annotations: None,
        };
        let reached = self.connection.reach()?;
        let platform: Platform = reached.client.post("/v1/platforms", &body)?;
        reached.close()?;
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&platform),
            Format::People => {
                output.line(&format!("{} {}", platform.id.0, platform.name))?;
                output.line(&format!(
                    "Its first key: florin keys create --platform {} --name backend",
                    platform.id.0
                ))
            }
        }
    }
}

impl Fee {
    fn rule(&self, asset: &str) -> FeeRule {
        let fixed = Amount { value: self.fixed.clone(), asset: asset.to_owned() };
        let (kind, parts_per_million) = (self.kind, self.parts_per_million);
        FeeRule { kind, fixed, parts_per_million, minimum: None, maximum: None }
    }
}

fn row(platform: &Platform) -> Vec<String> {
    let assets: Vec<&str> = platform.accounts.iter().map(|of| of.asset.as_str()).collect();
    let created = platform.created_at.0.clone();
    vec![
        platform.id.0.clone(),
        platform.name.clone(),
        platform.status.clone(),
        assets.join(" "),
        created,
    ]
}

/// Reads `KIND:FIXED[:MILLIONTHS]`.
fn read_fee(text: &str) -> Result<Fee, String> {
    let mut words = text.split(':');
    let (kind, fixed, share) = (words.next(), words.next(), words.next());
    let (Some(kind), Some(fixed), None) = (kind, fixed, words.next()) else {
        return Err(
            "write KIND:FIXED or KIND:FIXED:MILLIONTHS, such as internal:0.20:10000".to_owned()
        );
    };
    let kind: TransactionKind = serde_json::from_value(serde_json::Value::from(kind))
        .map_err(|_| format!("`{kind}` is no kind: internal, outbound_bank or inbound_bank"))?;
    let parts_per_million = share.map_or(Ok(0), str::parse);
    let parts_per_million =
        parts_per_million.map_err(|_| "MILLIONTHS is a whole number: 10000 is 1 %".to_owned())?;
    Ok(Fee { kind, fixed: fixed.to_owned(), parts_per_million })
}
