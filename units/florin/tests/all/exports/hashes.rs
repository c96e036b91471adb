//! The hashes of an export, computed from its text alone as docs/export.md says, by no code of ours.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{export, marketplace};

/// SHA-256.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(pair).collect()
}

/// The hash of the line `number`.
pub(super) fn line(number: u64, record: &str) -> [u8; 32] {
    sha256(&[&number.to_be_bytes(), record.as_bytes()].concat())
}

/// The records of an export's lines, each of whose hashes is checked.
pub(super) fn records(export: &str) -> Vec<String> {
    let record = |(number, text): (u64, &str)| {
        let text = text.strip_prefix("{\"sha256\":\"").unwrap();
        let (hash, rest) = text.split_once("\",\"record\":").unwrap();
        let record = rest.strip_suffix('}').unwrap();
        assert_eq!(hash, hex(&line(number, record)), "line {number}");
        record.to_owned()
    };
    (1..).zip(export.lines()).map(record).collect()
}

/// The 16 bytes of an id: 26 characters after the underscore, five bits each.
fn id(text: &Value) -> [u8; 16] {
    let alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    let (_, digits) = text.as_str().unwrap().split_once('_').unwrap();
    let value = digits.chars().fold(0_u128, |value, digit| {
        (value << 5) | u128::try_from(alphabet.find(digit).unwrap()).unwrap()
    });
    value.to_be_bytes()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// A field of an entry: one byte of length, then the bytes.
fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(u8::try_from(bytes.len()).unwrap());
    out.extend(bytes);
}

/// A number of an entry: big-endian without leading zeros.
fn short(out: &mut Vec<u8>, number: u64) {
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    field(out, &bytes[zeros..]);
}

fn code(value: &Value, words: &[&str]) -> u64 {
    let place = words.iter().position(|word| value == word).unwrap();
    u64::try_from(place).unwrap() + 1
}

fn entry_hash(platform: &Value, command: &Value) -> [u8; 32] {
    let entry = &command["entry"];
    let mut out = Vec::new();
    field(&mut out, b"florin:entry:1");
    field(&mut out, &id(platform));
    short(&mut out, number(&command["seq"]));
    field(&mut out, &id(&entry["id"]));
    field(&mut out, &id(&entry["transaction"]));
    short(&mut out, number(&entry["transition_no"]));
    field(&mut out, &command["created_at"].as_i64().unwrap().to_be_bytes());
    field(&mut out, &entry["effective_at"].as_i64().unwrap().to_be_bytes());
    let legs = entry["legs"].as_array().unwrap();
    short(&mut out, u64::try_from(legs.len()).unwrap());
    for leg in legs {
        field(&mut out, &id(&leg["account"]));
        short(&mut out, code(&leg["direction"], &["debit", "credit"]));
        short(&mut out, code(&leg["layer"], &["pending", "released", "posted"]));
        field(&mut out, leg["asset"]["code"].as_str().unwrap().as_bytes());
        short(&mut out, number(&leg["asset"]["scale"]));
        short(&mut out, code(&leg["asset"]["kind"], &["fiat", "crypto", "points"]));
        short(&mut out, number(&leg["minor"]));
        for counter in ["debits_pending", "debits_posted", "credits_pending", "credits_posted"] {
            short(&mut out, number(&leg["after"][counter]));
        }
        short(&mut out, number(&leg["version"]));
    }
    field(&mut out, &unhex(&entry["prev_hash"]));
    sha256(&out)
}

/// A text of an audit record: eight bytes of length, then the bytes.
fn text(out: &mut Vec<u8>, text: &Value) {
    match text.as_str() {
        Some(text) => {
            out.extend(u64::try_from(text.len()).unwrap().to_be_bytes());
            out.extend(text.as_bytes());
        }
        None => out.extend(u64::MAX.to_be_bytes()),
    }
}

fn audit_hash(platform: &Value, command: &Value) -> [u8; 32] {
    let audit = &command["audit"];
    let mut out = unhex(&audit["prev_hash"]);
    out.extend(id(&audit["id"]));
    out.extend(id(platform));
    out.extend(number(&command["seq"]).to_be_bytes());
    out.extend(command["created_at"].as_i64().unwrap().to_be_bytes());
    for member in ["actor", "address", "request_id", "command", "outcome"] {
        text(&mut out, &audit[member]);
    }
    let touched = audit["touched"].as_array().unwrap();
    out.extend(u64::try_from(touched.len()).unwrap().to_be_bytes());
    for touched in touched {
        out.extend(id(&touched["event"]));
        text(&mut out, &touched["kind"]);
        out.extend(id(&touched["id"]));
        out.extend(number(&touched["version"]).to_be_bytes());
        text(&mut out, &touched["from"]);
        text(&mut out, &touched["to"]);
    }
    for member in ["before_hash", "after_hash", "answer_hash"] {
        out.extend(unhex(&audit[member]));
    }
    sha256(&out)
}

/// Goal: the format is what its page says. Method: every member of every record of a marketplace's
/// day stands there; of a resource, in the row of its kind.
#[test]
fn every_member_is_described() {
    let page = include_str!("../../../../../docs/export.md");
    let (folder, platform) = marketplace();
    let mut kinds = std::collections::BTreeSet::new();
    for record in records(&export(&folder, &platform, "export")) {
        let record: Value = serde_json::from_str(&record).unwrap();
        let (name, inner) = record.as_object().unwrap().iter().next().unwrap();
        if name != "resource" {
            assert!(page.contains(&format!("### {name}\n")), "{name}");
            check_described(page, inner);
            continue;
        }
        let (kind, resource) = inner.as_object().unwrap().iter().next().unwrap();
        let row = page.lines().find(|line| line.starts_with(&format!("| `{kind}` |")));
        let row = row.unwrap_or_else(|| panic!("{kind} is not described"));
        for member in resource.as_object().unwrap().keys() {
            let of_all = ["id", "meta", "status"].contains(&member.as_str());
            assert!(of_all || row.contains(&format!("`{member}`")), "{kind}: {member}");
        }
        kinds.insert(kind.clone());
    }
    assert!(kinds.len() > 10, "{kinds:?}");
}

fn check_described(page: &str, value: &Value) {
    if let Some(members) = value.as_object() {
        for (member, value) in members {
            assert!(page.contains(&format!("`{member}`")), "{member} is not described");
            check_described(page, value);
        }
    }
    for value in value.as_array().into_iter().flatten() {
        check_described(page, value);
    }
}

/// Goal: whoever has an export and its description can prove both chains. Method: recompute every
/// hash from the text of a marketplace's day, and follow both chains to the last line.
#[test]
fn both_chains_follow_from_the_text_alone() {
    let (folder, platform) = marketplace();
    let records = records(&export(&folder, &platform, "export"));
    let read = |record: &String| -> Value { serde_json::from_str(record).unwrap() };
    let (first, last) = (read(&records[0]), read(&records[records.len() - 1]));
    let (platform, end) = (&first["header"]["platform"], &last["end"]);
    let zeros = "0".repeat(64);
    let (mut audit, mut entry, mut entries) = (zeros.clone(), zeros, 0);
    let commands = records[1..].iter().take_while(|record| record.starts_with("{\"command\""));
    for (seq, command) in (1_u64..).zip(commands.map(read)) {
        let command = &command["command"];
        assert_eq!(command["seq"], seq);
        assert_eq!(command["audit"]["prev_hash"], audit.as_str(), "seq {seq}");
        audit = hex(&audit_hash(platform, command));
        assert_eq!(command["audit"]["hash"], audit.as_str(), "seq {seq}");
        let answer = hex(&sha256(command["answer"].as_str().unwrap().as_bytes()));
        assert_eq!(command["audit"]["answer_hash"], answer.as_str(), "seq {seq}");
        if command["entry"].is_object() {
            assert_eq!(command["entry"]["prev_hash"], entry.as_str(), "seq {seq}");
            entry = hex(&entry_hash(platform, command));
            assert_eq!(command["entry"]["hash"], entry.as_str(), "seq {seq}");
            entries += 1;
        }
        assert!(seq <= number(&end["commands"]));
    }
    assert_eq!((&end["audit_hash"], &end["entry_hash"]), (&audit.into(), &entry.into()));
    assert!(entries > 10, "{entries} entries");
}
