//! The parser: what is read as what, and what is refused.
use crate::lex::Origin;

#[test]
fn try_it() {
    for text in std::env::args().skip(100) {
        println!("{text}");
    }
    let list = include_str!("/tmp/pqltry.txt");
    for text in list.lines() {
        match crate::parse(text, Origin::Api) {
            Ok((parsed, warnings)) => {
                println!("OK   {text}\n       {:?} {warnings:?}", parsed.ast.statement())
            }
            Err(errors) => {
                println!("ERR  {text}");
                for error in errors.list() {
                    println!(
                        "       {} {}..{} {} | {}\n       => {:?}",
                        error.code.name(),
                        error.span.start,
                        error.span.end,
                        error.message,
                        error.hint.as_deref().unwrap_or("-"),
                        error.fix(text)
                    );
                }
            }
        }
    }
}
