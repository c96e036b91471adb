//! Answers as text and numbers as stores send them; what needs a store is in `tests/stores`.

use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use pql::catalogue::Catalogue;
use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::{Money, Value, json};

use crate::{Cell, Column, Encoder, Form, Statement, decimal_of_text};

fn statement() -> Arc<Statement> {
    let catalogue = "version = 1\n[assets]\nGBP = 2\n[stores.s]\nkind = \"sqlite\"\nurl = \"sqlite:x\"\n[datasets.d]\nstore = \"s\"\nsource = \"d\"\nkey = [\"id\"]\nscope = \"none\"\n[datasets.d.fields]\nid = { type = \"whole\" }\n[roles.r.d]\nfields = [\"id\"]\n";
    let form = json::Form::Declared;
    let column =
        |name: &str, ty| Column { name: name.into(), form: form(ty), kept: Kept::Field, first: 0 };
    Arc::new(Statement {
        command: "".into(),
        binds: Vec::new(),
        columns: vec![
            column("n", Type::Whole),
            column("text", Type::Text),
            column("=cost", Type::Money),
            column("tags", Type::TextArray),
            column("key", Type::Whole),
        ],
        shown: 4,
        rows_max: 10,
        deadline: Duration::from_secs(1),
        catalogue: Arc::new(Catalogue::read(catalogue).unwrap()),
    })
}

#[track_caller]
fn check(form: Form, expected: &Expect) {
    let mut encoder = Encoder::new(form, statement());
    for text in ["plain", "", "=1+1", "+1", "-1", "@a", "a,\"b\"\nc"] {
        encoder.begin_row();
        encoder.cell(Cell::Value(Value::Whole(-1)));
        encoder.cell(Cell::Text(text));
        encoder.cell(Cell::Value(Value::Money(Money {
            minor: (-150_i64).into(),
            asset: "GBP".into(),
        })));
        encoder.cell(Cell::Value(Value::Array(vec!["=a".into(), "b\"".into()])));
        encoder.cell(Cell::Value(Value::Whole(9)));
        encoder.end_row();
    }
    encoder.begin_row();
    (0..5).for_each(|_| encoder.cell(Cell::Value(Value::Null)));
    encoder.end_row();
    expected.assert_eq(&encoder.take().replace('\r', "␍"));
    assert_eq!(encoder.into_last(), [Value::Null]);
}

#[test]
fn ndjson_has_an_object_a_line() {
    check(
        Form::Ndjson,
        &expect![[r#"
        {"n":"-1","text":"plain","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":"-1","text":"","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":"-1","text":"=1+1","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":"-1","text":"+1","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":"-1","text":"-1","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":"-1","text":"@a","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":"-1","text":"a,\"b\"\nc","=cost":{"value":"-1.50","asset":"GBP"},"tags":["=a","b\""]}
        {"n":null,"text":null,"=cost":null,"tags":null}
    "#]],
    );
}

#[test]
fn arrays_have_commas_between_them() {
    check(
        Form::Arrays,
        &expect![[
            r#"["-1","plain",{"value":"-1.50","asset":"GBP"},["=a","b\""]],["-1","",{"value":"-1.50","asset":"GBP"},["=a","b\""]],["-1","=1+1",{"value":"-1.50","asset":"GBP"},["=a","b\""]],["-1","+1",{"value":"-1.50","asset":"GBP"},["=a","b\""]],["-1","-1",{"value":"-1.50","asset":"GBP"},["=a","b\""]],["-1","@a",{"value":"-1.50","asset":"GBP"},["=a","b\""]],["-1","a,\"b\"\nc",{"value":"-1.50","asset":"GBP"},["=a","b\""]],[null,null,null,null]"#
        ]],
    );
}

/// Goal: no cell of text begins a formula; numbers stay numbers; an empty text is not NULL.
#[test]
fn csv_has_no_formulas() {
    check(
        Form::Csv,
        &expect![[r#"
        n,text,'=cost,tags␍
        -1,plain,-1.50 GBP,"[""=a"",""b\""""]"␍
        -1,"",-1.50 GBP,"[""=a"",""b\""""]"␍
        -1,'=1+1,-1.50 GBP,"[""=a"",""b\""""]"␍
        -1,'+1,-1.50 GBP,"[""=a"",""b\""""]"␍
        -1,'-1,-1.50 GBP,"[""=a"",""b\""""]"␍
        -1,'@a,-1.50 GBP,"[""=a"",""b\""""]"␍
        -1,"a,""b""
        c",-1.50 GBP,"[""=a"",""b\""""]"␍
        ,,,␍
    "#]],
    );
}

#[test]
fn numbers_of_stores_are_read() {
    let shown =
        |text: &str| decimal_of_text(text).map_or("none".to_owned(), |number| number.to_string());
    let all = ["-12.50", "1E+3", "1.5e2", "12E-3", "-1.25E1", "NaN", "Infinity", "1e999", ""];
    let read: Vec<String> = all.iter().map(|text| format!("{text} = {}", shown(text))).collect();
    expect![[r#"
        -12.50 = -12.50
        1E+3 = 1000
        1.5e2 = 150
        12E-3 = 0.012
        -1.25E1 = -12.5
        NaN = none
        Infinity = none
        1e999 = none
         = none"#]]
    .assert_eq(&read.join("\n"));
}
