//! One step of the story, and how it is told: for people with a table of balances, or as JSON.
//!
//! A scene states what should come out; [`Teller::tell`] compares and counts what is off.

use api::account::Account;
use serde::Serialize;

use super::cast::{Member, Stage};
use crate::failure::Failure;
use crate::output::{Accent, Format, Output};

/// The asset of the story.
pub(super) const ASSET: &str = "GBP";

/// Posted and available, as they should be.
pub(super) type Expected = (&'static str, &'static str);

/// A step.
#[derive(Debug, Default)]
pub(super) struct Scene {
    name: &'static str,
    title: String,
    request: &'static str,
    said: Vec<String>,
    wrong: Vec<String>,
    balances: Vec<Line>,
}

/// What one account holds after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    account: String,
    posted: String,
    reserved: String,
    available: String,
    change: String,
}

/// A step as one line of JSON.
#[derive(Debug, Serialize)]
struct Told<'a> {
    step: usize,
    name: &'a str,
    title: &'a str,
    request: &'a str,
    said: &'a [String],
    balances: &'a [Line],
    ok: bool,
    wrong: &'a [String],
}

/// Tells scenes in order, and counts what is off.
pub(crate) struct Teller<'a> {
    output: &'a mut Output,
    format: Format,
    steps: usize,
    wrong: usize,
    before: Vec<Line>,
}

impl Scene {
    /// A step that is asked for by `request`, such as `POST /v1/transactions`.
    pub(super) fn new(name: &'static str, title: impl Into<String>, request: &'static str) -> Self {
        Self { name, title: title.into(), request, ..Self::default() }
    }

    /// Adds a sentence.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.said.push(text.into());
    }

    /// Notes that something is off unless both are equal.
    pub(super) fn expect(&mut self, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.wrong.push(format!("{what} should be {expected}, is {found}"));
        }
    }

    /// Reads what everybody holds, in the order of [`Stage::members`], and compares it.
    ///
    /// # Errors
    ///
    /// [`Failure`] when an account cannot be read.
    pub(super) fn balances(
        &mut self,
        stage: &Stage,
        expected: [Expected; 4],
    ) -> Result<(), Failure> {
        for (member, (posted, available)) in stage.members().into_iter().zip(expected) {
            let line = self.line(stage, member)?;
            let who = &member.name;
            self.expect(&format!("what {who} holds"), posted, &line.posted);
            self.expect(&format!("what {who} may spend"), available, &line.available);
            self.balances.push(line);
        }
        Ok(())
    }

    fn line(&self, stage: &Stage, member: &Member) -> Result<Line, Failure> {
        let account: Account =
            stage.market.get(&format!("/v1/accounts/{}", member.account), &[])?;
        let balance = account.balance;
        Ok(Line {
            account: member.name.clone(),
            posted: balance.posted.value,
            reserved: balance.pending_out.value,
            available: balance.available.value,
            change: String::new(),
        })
    }
}

impl<'a> Teller<'a> {
    /// Nothing is told yet.
    pub(crate) const fn new(output: &'a mut Output, format: Format) -> Self {
        Self { output, format, steps: 0, wrong: 0, before: Vec::new() }
    }

    /// How many figures are off so far.
    pub(crate) const fn wrong(&self) -> usize {
        self.wrong
    }

    /// For whom the story is told.
    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    /// Where it is told.
    pub(crate) const fn output(&mut self) -> &mut Output {
        self.output
    }

    /// Tells one step.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it cannot be written.
    pub(super) fn tell(&mut self, mut scene: Scene) -> Result<(), Failure> {
        self.steps += 1;
        self.wrong += scene.wrong.len();
        for line in &mut scene.balances {
            let before = self.before.iter().find(|before| before.account == line.account);
            let before = before.map_or("0.00", |before| before.posted.as_str());
            line.change = change(before, &line.posted);
        }
        match self.format {
            Format::Json => self.tell_json(&scene)?,
            Format::People => self.tell_people(&scene)?,
        }
        if !scene.balances.is_empty() {
            self.before = scene.balances;
        }
        Ok(())
    }

    fn tell_json(&mut self, scene: &Scene) -> Result<(), Failure> {
        let Scene { name, title, request, said, wrong, balances } = scene;
        let (step, ok) = (self.steps, wrong.is_empty());
        self.output.json(&Told { step, name, title, request, said, balances, ok, wrong })
    }

    fn tell_people(&mut self, scene: &Scene) -> Result<(), Failure> {
        let title = self.output.accent(Accent::Bold, &scene.title);
        let request = self.output.accent(Accent::Faint, scene.request);
        self.output.line(&format!("{:>2}  {title}", self.steps))?;
        self.output.line(&format!("    {request}"))?;
        for text in &scene.said {
            self.output.line(&format!("    {text}"))?;
        }
        if !scene.balances.is_empty() {
            let header = ["account", "holds", "reserved", "may spend", "change"];
            let rows: Vec<Vec<String>> = scene.balances.iter().map(Line::row).collect();
            self.output.table(&header, 1, &rows)?;
        }
        for text in &scene.wrong {
            let text = self.output.accent(Accent::Bad, &format!("OFF: {text}"));
            self.output.line(&format!("    {text}"))?;
        }
        self.output.line("")
    }
}

impl Line {
    fn row(&self) -> Vec<String> {
        let Self { account, posted, reserved, available, change } = self.clone();
        vec![account, posted, reserved, available, change]
    }
}

/// What was added, with its sign; empty where nothing was, or a balance is none.
fn change(before: &str, after: &str) -> String {
    let minor = |text: &str| {
        let asset = money::Asset::known(ASSET)?;
        money::Amount::parse(text, asset).ok().map(|amount| (amount.minor(), asset))
    };
    let (Some((before, asset)), Some((after, _))) = (minor(before), minor(after)) else {
        return String::new();
    };
    if before == after {
        return String::new();
    }
    let sign = if after > before { "+" } else { "" };
    format!("{sign}{}", money::Signed::difference(after, before, asset).decimal())
}
