//! `florin query`: a query and the batch commands, over a file of SQLite and over files of rows.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::process::{Folder, florin, run, yes};

const CATALOGUE: &str = r#"
version = 1
[assets]
GBP = 2
[stores.main]
kind = "sqlite"
url = "sqlite:shop.db"
[datasets.orders]
store = "main"
source = "orders"
key = ["id"]
scope = "shop"
[datasets.orders.fields]
id = { type = "whole" }
shop = { type = "text" }
amount = { type = "money", minor = "minor", asset = "asset", digits = 18 }
note = { type = "text", nullable = true }
secret = { type = "text" }
at = { type = "timestamp(3)" }
[roles.reader.orders]
fields = ["id", "amount", "note", "at"]
"#;

const TABLE: &str = "CREATE TABLE orders (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, minor INTEGER NOT NULL, \
    asset TEXT NOT NULL, note TEXT, secret TEXT NOT NULL, at INTEGER NOT NULL) STRICT; \
    INSERT INTO orders VALUES (1, 's1', 150, 'GBP', '=1+1', 'x', 1767225600000000), \
    (2, 's1', 250, 'GBP', NULL, 'x', 1767225601500000), (3, 's2', 999, 'GBP', 'theirs', 'x', 1767225602000000), \
    (4, 's1', -5, 'GBP', 'a \"b\" \\', 'x', 1767225603000000)";

const ROWS: &str = r#"{"id":"1","shop":"s1","amount":{"value":"1.50","asset":"GBP"},"note":"=1+1","secret":"x","at":"2026-01-01T00:00:00.000Z"}
{"id":"2","shop":"s1","amount":{"value":"2.50","asset":"GBP"},"secret":"x","at":"2026-01-01T00:00:01.500Z"}
{"id":"3","shop":"s2","amount":{"value":"9.99","asset":"GBP"},"note":"theirs","secret":"x","at":"2026-01-01T00:00:02.000Z"}
{"id":"4","shop":"s1","amount":{"value":"-0.05","asset":"GBP"},"note":"a \"b\" \\","secret":"x","at":"2026-01-01T00:00:03.000Z"}
"#;

fn shop(name: &str) -> Folder {
    let folder = Folder::new(name);
    std::fs::write(folder.path().join("shop.toml"), CATALOGUE).unwrap();
    std::fs::create_dir(folder.path().join("rows")).unwrap();
    std::fs::write(folder.path().join("rows/orders.ndjson"), ROWS).unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    connection.execute_batch(TABLE).unwrap();
    folder
}

/// The answers to lines.
fn batch(folder: &Folder, arguments: &[&str], lines: &[String]) -> Vec<Value> {
    let mut command = florin(folder);
    command.arg("query").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    lines.iter().for_each(|line| writeln!(stdin, "{line}").unwrap());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(id: u32, pql: &str) -> String {
    json!({ "id": id, "pql": pql, "now": "2026-01-02T00:00:00Z", "count": true }).to_string()
}

const CALLER: [&str; 6] = ["--catalogue", "shop.toml", "--role", "reader", "--scope", "s1"];

/// Goal: a store and the evaluator give one answer. Method: the same lines to both; wrong ones among them.
#[test]
fn run_and_eval_agree_line_by_line() {
    let folder = shop("query-run");
    let lines = [
        request(1, "SELECT id, amount, note, at FROM orders WHERE amount > 0.00 GBP ORDER BY note LIMIT 1"),
        request(2, "SELECT COUNT(*) AS n, SUM(amount) AS total FROM orders WHERE amount.asset = 'GBP'"),
        request(3, "SELECT secret FROM orders"),
        "no json".to_owned(),
        json!({ "id": 5, "pql": "note = :x", "dataset": "orders", "params": { "x": "a \"b\" \\" } }).to_string(),
        request(6, "SELECT id FROM orders WHERE note IN () LIMIT 5"),
    ];
    let key = "00".repeat(32);
    let with = |command: &'static str, more: &[&'static str]| {
        let arguments: Vec<&str> = [command]
            .into_iter()
            .chain(CALLER)
            .chain(more.iter().copied())
            .chain(["--cursor-key", &key])
            .collect();
        batch(&folder, &arguments, &lines)
    };
    let (run, eval) = (with("run", &[]), with("eval", &["--data", "rows"]));
    assert_eq!(run.len(), lines.len());
    for (run, eval) in run.iter().zip(&eval) {
        for member in ["id", "ok", "columns", "rows", "more", "cursor", "count", "diagnostics"] {
            assert_eq!(run.get(member), eval.get(member), "{member}: {run} {eval}");
        }
    }
    let rows: Vec<&Value> = run.iter().map(|answer| &answer["rows"]).collect();
    let first =
        json!([["1", { "value": "1.50", "asset": "GBP" }, "=1+1", "2026-01-01T00:00:00.000Z"]]);
    assert_eq!(*rows[0], first);
    assert_eq!(run[0]["more"], true);
    assert_eq!(run[0]["count"], json!({ "value": 2, "capped": false }));
    assert_eq!(*rows[1], json!([["3", { "value": "3.95", "asset": "GBP" }]]));
    assert_eq!(run[2]["diagnostics"][0]["code"], "E-NAME");
    assert_eq!((&run[3]["id"], &run[3]["ok"]), (&Value::Null, &json!(false)));
    assert_eq!(rows[4].as_array().map(Vec::len), Some(1));
    assert_eq!(*rows[5], json!([]));

    let cursor = run[0]["cursor"].as_str().unwrap();
    let next = format!(
        "SELECT id, amount, note, at FROM orders WHERE amount > 0.00 GBP ORDER BY note LIMIT 1 AFTER '{cursor}'"
    );
    let arguments: Vec<&str> =
        ["run"].into_iter().chain(CALLER).chain(["--cursor-key", &key]).collect();
    let page = batch(&folder, &arguments, &[request(7, &next)]);
    assert_eq!(page[0]["rows"][0][0], "2", "{}", page[0]);
    assert_eq!((&page[0]["more"], &page[0]["count"]["value"]), (&json!(false), &json!(2)));
}

/// Goal: nothing of a scope without one; a store that is not what the catalogue says answers nothing.
#[test]
fn run_says_why_it_does_not_answer() {
    let folder = shop("query-faults");
    let lines = [request(1, "SELECT id FROM orders")];
    let unscoped = batch(&folder, &["run", "--catalogue", "shop.toml", "--role", "reader"], &lines);
    assert_eq!(unscoped[0]["diagnostics"][0]["code"], "E-SCOPE");
    std::fs::write(
        folder.path().join("shop.toml"),
        CATALOGUE.replace("source = \"orders\"", "source = \"gone\""),
    )
    .unwrap();
    let arguments: Vec<&str> = ["run"].into_iter().chain(CALLER).collect();
    let mismatch = batch(&folder, &arguments, &lines);
    assert_eq!(mismatch[0]["fault"]["code"], "catalogue_mismatch", "{}", mismatch[0]);
    std::fs::remove_file(folder.path().join("shop.db")).unwrap();
    let gone = batch(&folder, &arguments, &lines);
    assert_eq!(gone[0]["fault"]["code"], "store_unreachable", "{}", gone[0]);
}

#[test]
fn parse_and_compile_open_nothing() {
    let folder = shop("query-compile");
    std::fs::remove_file(folder.path().join("shop.db")).unwrap();
    let lines = [request(1, "select id from orders where note = 'O''Hara' -- comment")];
    let parsed = batch(&folder, &["parse"], &lines);
    assert_eq!(parsed[0]["ok"], true, "{}", parsed[0]);
    assert_eq!(batch(&folder, &["parse", "--api"], &lines)[0]["ok"], false);
    let arguments: Vec<&str> =
        ["compile", "--store", "postgres"].into_iter().chain(CALLER).collect();
    let compiled = &batch(&folder, &arguments, &lines)[0];
    let command = compiled["command"].as_str().unwrap();
    assert!(command.contains("$1") && !command.contains("Hara"), "{command}");
    let values: Vec<&Value> =
        compiled["binds"].as_array().unwrap().iter().map(|bind| &bind["value"]).collect();
    assert!(values.contains(&&json!("O'Hara")), "{compiled}");
}

#[test]
fn one_query_is_a_table_or_a_stream() {
    let folder = shop("query-one");
    let ask = |format: &str| {
        let arguments =
            ["query", "SELECT id, note, amount FROM orders ORDER BY id", "--format", format];
        yes(&folder, &arguments.into_iter().chain(CALLER).collect::<Vec<_>>())
    };
    assert_eq!(
        ask("csv"),
        "id,note,amount\r\n1,'=1+1,1.50 GBP\r\n2,,2.50 GBP\r\n4,\"a \"\"b\"\" \\\",-0.05 GBP\r\n"
    );
    assert_eq!(ask("ndjson").lines().count(), 3);
    assert_eq!(
        serde_json::from_str::<Value>(&ask("json")).unwrap().as_array().map(Vec::len),
        Some(3)
    );
    assert!(ask("table").contains("1.50 GBP"), "{}", ask("table"));
    let refused: Vec<&str> =
        ["query", "SELECT idd FROM orders"].into_iter().chain(CALLER).collect();
    assert_eq!(run(&folder, &refused).status.code(), Some(1));
    assert!(yes(&folder, &["query", "capabilities"]).contains("MongoDB"));
}
