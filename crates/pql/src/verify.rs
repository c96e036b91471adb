//! The emission is walked again, by code that shares nothing with the emitters: every scan of the
//! plan is there once and is scoped, every value is a bind, every name is one of the catalogue.
//!
//! Reads the text of the command itself. What it finds is a bug of ours: the query does not run.

mod documents;
mod names;
mod tokens;

use crate::catalogue::{Catalogue, StoreKind};
use crate::check::Plan;
use crate::emit::Emission;
use crate::scope::Scope;
use crate::typed::{From, ScanKind};
use crate::{Code, Diagnostic, Diagnostics, Span};
use names::Names;
use tokens::{Token, Tokens};

/// Checks an emission against its plan.
///
/// # Errors
///
/// [`Code::Bug`], with what is wrong.
pub(crate) fn verify(
    emission: &Emission,
    plan: &Plan,
    catalogue: &Catalogue,
) -> Result<(), Diagnostics> {
    let checked = match plan.kind() {
        StoreKind::Mongodb => documents::check(emission, plan, catalogue),
        StoreKind::Sqlite | StoreKind::Postgres | StoreKind::Mariadb | StoreKind::Clickhouse => {
            statement(emission, plan, catalogue)
        }
    };
    checked.map_err(|what| {
        let message = format!("The command for the store did not pass its verification: {what}.");
        Diagnostic::new(Code::Bug, Span::at(0), message)
            .hint("This is a mistake of ours, and nothing was sent to the store. Please report it.")
            .into()
    })
}

/// A statement of SQL.
fn statement(emission: &Emission, plan: &Plan, catalogue: &Catalogue) -> Result<(), &'static str> {
    let names = Names::of(plan, catalogue);
    let mut walk = Walk { placeholders: 0, scanned: 0, scoped: 0, before: Before::default() };
    for token in Tokens::of(emission.command.text(), plan.kind()) {
        walk.token(token, emission, plan, (&names, catalogue))?;
    }
    if walk.placeholders != emission.placed.len() {
        return Err("the placeholders are not as many as the binds");
    }
    let scans = plan.scoped().shape().scans().len();
    let all = if scans >= 64 { u64::MAX } else { (1 << scans) - 1 };
    if walk.scanned != all {
        return Err("a scan of the query is missing");
    }
    let scopes = plan.scoped().scopes().iter().enumerate();
    let needed = scopes.filter(|(_, scope)| matches!(scope, Scope::Field(..)));
    let needed = needed.fold(0, |set, (place, _)| set | (1 << place.min(63)));
    if walk.scoped != needed {
        return Err("a scan does not carry the scope");
    }
    Ok(())
}

/// What stood before, as far as it matters.
#[derive(Default)]
struct Before<'t> {
    /// The alias and the column of `t0."owner" =`, while these tokens follow one another.
    alias: Option<u32>,
    column: Option<&'t str>,
    equals: bool,
    /// Whether the last word was AS, and whether a scan's alias must follow a table.
    table: bool,
    as_word: bool,
}

struct Walk<'t> {
    placeholders: usize,
    scanned: u64,
    scoped: u64,
    before: Before<'t>,
}

impl<'t> Walk<'t> {
    fn token(
        &mut self,
        token: Token<'t>,
        emission: &Emission,
        plan: &Plan,
        (names, catalogue): (&Names<'_>, &Catalogue),
    ) -> Result<(), &'static str> {
        match token {
            Token::Placeholder => {
                self.placeholder(emission, plan, catalogue)?;
                self.before = Before::default();
            }
            Token::Quoted(name) => {
                if !names.holds(name) {
                    return Err("a name is none of the catalogue's");
                }
                if self.before.alias.is_some() {
                    self.before.column = Some(name);
                } else {
                    self.before = Before { table: true, ..Before::default() };
                }
            }
            Token::Alias(number) => {
                if self.before.table && self.before.as_word {
                    self.scan(number, plan)?;
                }
                self.before = Before { alias: Some(number), ..Before::default() };
            }
            Token::Equals => self.before.equals = self.before.column.is_some(),
            Token::Dot => {}
            Token::Text(text) => {
                if !names.is_text(text) {
                    return Err("a text stands in the command");
                }
                self.before = Before::default();
            }
            Token::Word(word) => {
                let table = self.before.table && word == "AS";
                self.before = Before { table, as_word: word == "AS", ..Before::default() };
            }
            Token::Other => self.before = Before::default(),
            Token::Foreign => return Err("a character of no command stands in it"),
        }
        Ok(())
    }

    fn scan(&mut self, number: u32, plan: &Plan) -> Result<(), &'static str> {
        let known = plan.scoped().shape().scans().get(number as usize);
        let bit = 1_u64 << number.min(63);
        if known.is_none() || self.scanned & bit != 0 {
            return Err("a scan stands twice, or is none of the query's");
        }
        if number == 0 && !matches!(known.map(|scan| scan.kind), Some(ScanKind::Root)) {
            return Err("the first scan is not the query's own");
        }
        self.scanned |= bit;
        Ok(())
    }

    /// A placeholder; behind `t0."owner" =` it may be the scope of that scan.
    fn placeholder(
        &mut self,
        emission: &Emission,
        plan: &Plan,
        catalogue: &Catalogue,
    ) -> Result<(), &'static str> {
        let scoped = plan.scoped();
        let placed = emission.placed.get(self.placeholders).ok_or("a placeholder has no bind")?;
        self.placeholders += 1;
        if scoped.shape().slot(placed.slot).from != From::Scope {
            return Ok(());
        }
        let (Some(alias), Some(column), true) =
            (self.before.alias, self.before.column, self.before.equals)
        else {
            return Err("a scope is compared with something else than its field");
        };
        let scan = scoped.shape().scans().get(alias as usize).ok_or("a scan is unknown")?;
        let Some(Scope::Field(field, slot)) = scoped.scopes().get(alias as usize) else {
            return Err("a scope stands where none belongs");
        };
        let field = catalogue.field(scan.dataset, *field);
        if *slot != placed.slot || !names::is_column(field, column) {
            return Err("a scope is compared with another field than its own");
        }
        self.scoped |= 1 << alias.min(63);
        Ok(())
    }
}
