//! The guarantee: replacing any value of a query leaves the command as it is, byte for byte, on every
//! store that takes the query.

use pql::Caller;
use pql::catalogue::StoreKind;
use pql::lex::{Origin, Token, TokenKind};
use serde_json::{Map, Value as Json};
use testkit::chance::Chance;

use crate::query::Query;
use crate::schema::{ASSETS, ENUM};
use crate::values::TEXTS;

/// Every query that differs from `query` in one value, as far as chance finds another.
pub(crate) fn altered(query: &Query, chance: &mut Chance) -> Vec<Query> {
    let mut altered = Vec::new();
    for (name, other) in &query.others {
        let mut params: Map<String, Json> = query.params.clone();
        params.insert(name.clone(), other.clone());
        altered.push(Query { params, ..query.clone() });
    }
    let Ok((parsed, _)) = pql::parse(&query.pql, Origin::Api) else { return altered };
    let tokens = &parsed.tokens.tokens;
    for (place, token) in tokens.iter().enumerate() {
        let text = &query.pql[token.span.start as usize..token.span.end as usize];
        let before = place.checked_sub(1).map(|before| &tokens[before]);
        let Some(other) = other(token, text, before, chance) else { continue };
        let start = sign(tokens, place).unwrap_or(token.span.start) as usize;
        let (head, tail) = (&query.pql[..start], &query.pql[token.span.end as usize..]);
        altered.push(Query { pql: format!("{head}{other}{tail}"), ..query.clone() });
    }
    altered
}

/// What is wrong if two queries of one shape are not one command on some store.
pub(crate) fn broken(query: &Query, altered: &Query, caller: &Caller<'_>) -> Option<String> {
    StoreKind::ALL.into_iter().find_map(|kind| {
        let command = |query: &Query| {
            let params = pql::Params::new(Some(&query.params));
            let caller = Caller { kind: Some(kind), params, ..*caller };
            pql::compile(&query.pql, &caller).map(|compiled| compiled.emission.command.into_text())
        };
        // What the store cannot do, or a value that does not fit, has no command.
        let (Ok(before), Ok(after)) = (command(query), command(altered)) else { return None };
        (before != after).then(|| {
            let (one, other) = (&query.pql, &altered.pql);
            format!(
                "{} makes two commands of one shape:\n{one}\n{before}\n{other}\n{after}",
                kind.title()
            )
        })
    })
}

/// Another value in the place of a token; `None` for what is no value.
fn other(token: &Token, text: &str, before: Option<&Token>, chance: &mut Chance) -> Option<String> {
    let other = match token.kind {
        TokenKind::Text if ENUM.iter().any(|value| text == quoted(value)) => {
            quoted(chance.one::<&str>(&ENUM))
        }
        TokenKind::Text => {
            let text = *chance.one(&TEXTS);
            quoted(if text.contains('\u{202e}') { "" } else { text })
        }
        TokenKind::Whole => chance.one(&["0", "1", "12", "-3", "123"]).to_string(),
        TokenKind::Decimal => chance.one(&["0.1", "2.25", "-0.500", "1.0", "12.34"]).to_string(),
        TokenKind::Float => chance.one(&["0e0", "-1.5e300", "1.25e-7"]).to_string(),
        TokenKind::Date => chance.one(&["@2024-02-29", "@1999-12-31"]).to_string(),
        TokenKind::Instant => {
            chance.one(&["@2026-03-30T00:00:00Z", "@2026-03-28T23:59:59.5+01:00"]).to_string()
        }
        TokenKind::Duration => chance.one(&["0s", "36h", "2w"]).to_string(),
        TokenKind::Name if is_number(before) && ASSETS.iter().any(|(code, _)| *code == text) => {
            chance.one(&ASSETS).0.to_owned()
        }
        _ => return None,
    };
    Some(other)
}

fn is_number(token: Option<&Token>) -> bool {
    token.is_some_and(|token| matches!(token.kind, TokenKind::Whole | TokenKind::Decimal))
}

/// Where the minus sign of a number stands that belongs to the number; `None` if there is none.
fn sign(tokens: &[Token], place: usize) -> Option<u32> {
    let is_number =
        matches!(tokens[place].kind, TokenKind::Whole | TokenKind::Decimal | TokenKind::Float);
    let minus = &tokens[place.checked_sub(1)?];
    let before = &tokens[place.checked_sub(2)?];
    let begins_factor = matches!(
        before.kind,
        TokenKind::Equal
            | TokenKind::NotEqual
            | TokenKind::Less
            | TokenKind::LessOrEqual
            | TokenKind::Greater
            | TokenKind::GreaterOrEqual
            | TokenKind::Comma
            | TokenKind::Open
    );
    let touches = minus.kind == TokenKind::Minus && minus.span.end == tokens[place].span.start;
    (is_number && begins_factor && touches).then_some(minus.span.start)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
