//! Any text is compiled or refused in time, however it was made to be slow.

use std::fmt::Write as _;

use super::compile::{CATALOGUE, caller};
use crate::catalogue::Catalogue;
use crate::compile;

/// Goal: what repeats costs are computed once, and what is refused costs little. Method: texts
/// near the limit; that they end is the test, their time is measured elsewhere.
#[test]
fn long_texts_are_refused_or_compiled() {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let mut unknown = String::from("SELECT id FROM t WHERE x = 1");
    let mut buckets = String::from("SELECT DAY(at)");
    let mut aliases = String::from("SELECT id AS b0");
    for n in 1..600 {
        let _ = write!(unknown, " AND statuz{n} = 1");
        buckets.push_str(", DAY(at)");
        let _ = write!(aliases, ", id AS b{n}");
    }
    let range = "at >= @2025-01-01T00:00:00Z AND at < @2026-12-31T00:00:00Z";
    let _ = write!(buckets, ", COUNT(*) FROM t WHERE {range} GROUP BY DAY(at)");
    aliases.push_str(" FROM t");
    let outcome = |text: &str| match compile(text, &caller(&catalogue)) {
        Ok(_) => "compiled".to_owned(),
        Err(refused) => format!("{} {}", refused.list().len(), refused.list()[0].code.name()),
    };
    assert_eq!(outcome(&unknown), "20 E-NAME");
    assert_eq!(outcome(&buckets), "compiled");
    assert_eq!(outcome(&aliases), "compiled");
    let zones = [
        "UTC",
        "Europe/London",
        "Europe/Paris",
        "Asia/Tokyo",
        "Asia/Dubai",
        "America/New_York",
        "America/Lima",
        "Africa/Cairo",
        "Asia/Seoul",
    ];
    let keys = zones.map(|zone| format!("DAY(at TZ '{zone}')")).join(", ");
    let many = format!("SELECT COUNT(*) FROM t WHERE {range} GROUP BY {keys}");
    assert_eq!(outcome(&many), "1 E-BUCKET");
}
