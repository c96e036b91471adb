//! Every rule of [`crate::tidy`] can fail, says where and why, and says nothing of a good repository.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use crate::tidy::{Package, Repository, findings};

/// The parts of a repository, for a test to spoil.
pub(super) struct Parts {
    files: BTreeMap<String, String>,
    packages: Vec<Package>,
}

impl Parts {
    /// A small repository that keeps every rule.
    pub(super) fn good() -> Self {
        let mut parts = Self { files: BTreeMap::new(), packages: Vec::new() };
        parts.write(
            "Cargo.toml",
            "[workspace.dependencies]\nmoney = { path = \"\" }\nserde = \"1\"\n\n[x]",
        );
        parts.write("deny.toml", "# serde: one declaration for every format\n");
        parts.write(
            "README.md",
            "Start at `crates/money/src/lib.rs`, or [here](ARCHITECTURE.md).\n",
        );
        parts.write("ARCHITECTURE.md", "a\n<!-- code map -->\nold\n<!-- /code map -->\nb\n");
        parts.package("crates/money", "money", &["serde"]);
        parts.package("crates/ledger", "ledger", &["money", "serde"]);
        parts.package("crates/store-sqlite", "store-sqlite", &["ledger", "money", "serde"]);
        parts.package("crates/testkit", "testkit", &[]);
        parts.package("units/api", "unit-api", &["money", "serde"]);
        parts.package("units/florin", "florin", &["money", "unit-api", "serde"]);
        parts
    }

    pub(super) fn write(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// Puts `code` under a header into the file at `path`.
    fn code(&mut self, path: &str, code: &str) {
        self.write(path, &format!("//! A header that says what this is for.\n{code}\n"));
    }

    /// Adds a package that names and links these.
    fn package(&mut self, folder: &str, name: &str, links: &[&str]) {
        let manifest: String =
            links.iter().map(|link| format!("{link}.workspace = true\n")).collect();
        self.write(&format!("{folder}/Cargo.toml"), &format!("[dependencies]\n{manifest}"));
        self.code(&format!("{folder}/src/lib.rs"), "");
        let names = || links.iter().map(|link| (*link).to_owned()).collect();
        let (folder, name) = (folder.to_owned(), name.to_owned());
        self.packages.push(Package {
            folder,
            name,
            named: names(),
            links: names(),
            ..Package::default()
        });
    }

    fn find(&mut self, name: &str) -> &mut Package {
        let mut packages = self.packages.iter_mut();
        packages.find(|package| package.name == name).expect("a package of the good repository")
    }

    /// Lets `name` link `other` through another package.
    fn link(&mut self, name: &str, other: &str) {
        self.find(name).links.insert(other.to_owned());
    }

    /// Lets the manifest of `name` name `other`.
    fn depend(&mut self, name: &str, other: &str) {
        self.find(name).named.insert(other.to_owned());
    }

    pub(super) fn repository(self) -> Repository {
        Repository::new(self.files, self.packages)
    }
}

/// Spoils the good repository and compares all findings, a line each.
#[track_caller]
fn check(spoil: impl FnOnce(&mut Parts), expected: Expect) {
    let mut parts = Parts::good();
    spoil(&mut parts);
    let lines = findings(&parts.repository()).into_iter().map(|finding| format!("{finding}\n"));
    expected.assert_eq(&lines.collect::<String>());
}

/// Goal: no rule complains without a reason. Method: nothing is spoiled.
#[test]
fn a_good_repository_has_no_findings() {
    check(|_| {}, expect![[""]]);
}

/// Goal: arrows. Method: a link upwards, one through another crate, two units, a crate unknown.
#[test]
fn arrows_point_down() {
    let upwards = |parts: &mut Parts| parts.package("crates/rails", "rails", &["money", "ledger"]);
    check(
        upwards,
        expect![[r#"
        crates/rails/Cargo.toml:3: rule 1: rails links ledger, which is not below it; move the shared code down
    "#]],
    );
    let through = |parts: &mut Parts| parts.link("money", "store-sqlite");
    check(
        through,
        expect![[r#"
            crates/money/Cargo.toml:1: rule 1: money links store-sqlite through another crate; see `cargo tree -e normal -p money -i store-sqlite`
        "#]],
    );
    let units = |parts: &mut Parts| parts.package("units/query", "query", &["unit-api", "ledger"]);
    check(
        units,
        expect![[r#"
        units/query/Cargo.toml:2: rule 1: query links unit-api, which is not below it; move the shared code down
    "#]],
    );
    let unknown = |parts: &mut Parts| parts.package("crates/novel", "novel", &[]);
    check(
        unknown,
        expect![[r#"
        crates/novel/Cargo.toml:1: rule 1: novel has no row in ARROWS, xtask/src/tidy/arrows.rs; say there what it may link
    "#]],
    );
    let tests = |parts: &mut Parts| parts.link("florin", "testkit");
    check(
        tests,
        expect![[r#"
            units/florin/Cargo.toml:1: rule 1: florin links testkit through another crate; see `cargo tree -e normal -p florin -i testkit`
        "#]],
    );
}

/// Goal: purity. Method: a crate with a clock, paths in every spelling, tests left alone.
#[test]
fn domain_crates_are_pure() {
    let links = |parts: &mut Parts| parts.link("ledger", "getrandom");
    check(
        links,
        expect![[r#"
            crates/ledger/Cargo.toml:1: rule 1: ledger is pure but links getrandom; see `cargo tree -e normal -p ledger -i getrandom`
        "#]],
    );
    let code = "use std::{collections::BTreeMap, fs, time::{Duration, Instant}};\n\
                async fn now() { ::std::env::var(\"X\"); std::thread::spawn(f) }";
    check(
        |parts| parts.code("crates/ledger/src/apply.rs", code),
        expect![[r#"
        crates/ledger/src/apply.rs:2: rule 1: ledger is pure but names `std::fs`; take what it would read as an argument
        crates/ledger/src/apply.rs:2: rule 1: ledger is pure but names `std::time::Instant`; take what it would read as an argument
        crates/ledger/src/apply.rs:3: rule 1: ledger is pure but names `std::env::var`; take what it would read as an argument
        crates/ledger/src/apply.rs:3: rule 1: ledger is pure but names `std::thread::spawn`; take what it would read as an argument
        crates/ledger/src/apply.rs:3: rule 1: ledger is pure but says `async`; take what it would read as an argument
    "#]],
    );
    check(|parts| parts.code("crates/ledger/src/tests.rs", code), expect![[""]]);
    check(|parts| parts.code("units/api/src/serve.rs", code), expect![[""]]);
}

/// Goal: names of packages and modules. Method: a wrong folder, drawers declared and as files.
#[test]
fn names_say_what_is_inside() {
    check(
        |parts| parts.package("units/scan", "scanner", &[]),
        expect![[r#"
            units/scan/Cargo.toml:1: rule 2: package scanner lies in units/scan; call it scan, or move the folder
        "#]],
    );
    check(
        |parts| parts.package("units/helpers", "helpers", &[]),
        expect![[r#"
        units/helpers/Cargo.toml:1: rule 2: a crate called helpers says nothing; name it after what it keeps apart
        units/helpers/src/lib.rs:1: rule 2: a file or folder called helpers says nothing; name it after what is inside
    "#]],
    );
    check(
        |parts| parts.code("crates/money/src/lib.rs", "mod utils;\nmod common {}"),
        expect![[r#"
            crates/money/src/lib.rs:2: rule 2: a module called utils says nothing; name it after what is inside
            crates/money/src/lib.rs:3: rule 2: a module called common says nothing; name it after what is inside
        "#]],
    );
    check(
        |parts| parts.code("crates/money/src/types/iso.rs", ""),
        expect![[r#"
        crates/money/src/types/iso.rs:1: rule 2: a file or folder called types says nothing; name it after what is inside
    "#]],
    );
}

/// Goal: no features. Method: one is declared.
#[test]
fn cargo_features_do_not_select_behaviour() {
    let feature = |parts: &mut Parts| parts.find("money").features.push("v2".to_owned());
    check(
        feature,
        expect![[r#"
        crates/money/Cargo.toml:1: rule 2: feature v2: make it configuration, or a crate of its own
    "#]],
    );
}

/// Goal: a row of the journal is never replaced. Method: statements that would, spelt in many ways.
#[test]
fn the_journal_is_only_appended_to() {
    let code = "const A: &str = \"INSERT OR  REPLACE INTO heads VALUES (1)\";\n\
                const B: &str = \"replace into x values (1)\";\n\
                const C: &str = \"INSERT INTO commands (a) \\\n VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1\";\n\
                const D: &str = \"INSERT INTO \\\"entries\\\"(a) VALUES (1) ON CONFLICT(a) DO UPDATE SET b = 1\";";
    let sql = "INSERT INTO x VALUES (1);\nUPDATE OR REPLACE x SET y = 1;";
    check(
        |parts| parts.code("crates/store-sqlite/src/save.rs", code),
        expect![[r#"
        crates/store-sqlite/src/save.rs:2: rule 13: replaces rows; insert them, or update those that may change
        crates/store-sqlite/src/save.rs:3: rule 13: replaces rows; insert them, or update those that may change
        crates/store-sqlite/src/save.rs:4: rule 13: an upsert into commands; its rows never change, only append to it
        crates/store-sqlite/src/save.rs:6: rule 13: an upsert into entries; its rows never change, only append to it
    "#]],
    );
    check(
        |parts| parts.write("crates/store-sqlite/save.sql", sql),
        expect![[r#"
        crates/store-sqlite/save.sql:1: rule 13: replaces rows; insert them, or update those that may change
    "#]],
    );
    let good = "const A: &str = \"INSERT INTO heads (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1\";\n\
                const B: &str = \"INSERT INTO entries (a) VALUES (1)\";\n\
                const C: &str = \"INSERT INTO commands (a) VALUES (1) ON CONFLICT DO NOTHING\";";
    check(|parts| parts.code("crates/store-sqlite/src/save.rs", good), expect![[""]]);
    check(|parts| parts.code("crates/store-sqlite/src/tests/save.rs", code), expect![[""]]);
}

/// Goal: SQL only in stores. Method: a driver, statements in every case, sentences that are none.
#[test]
fn databases_are_behind_stores() {
    check(
        |parts| parts.depend("unit-api", "rusqlite"),
        expect![[r#"
        units/api/Cargo.toml:1: rule 4: unit-api depends on rusqlite; only a store-… crate may
        units/api/Cargo.toml:1: rule 20: rusqlite is not in [workspace.dependencies] of Cargo.toml; add it
    "#]],
    );
    let sql = "const A: &str = \"SELECT 1\";\nconst B: &str = r#\"\n insert into x values (1)\"#;\n\
               const C: &str = \"update x set y = 1\";\nconst D: &str = \"select a from b\";";
    check(
        |parts| parts.code("units/api/src/list.rs", sql),
        expect![[r#"
        units/api/src/list.rs:2: rule 4: SQL outside a store: "SELECT 1…"; move it into a store-… crate
        units/api/src/list.rs:3: rule 4: SQL outside a store: "insert into x values (1)…"; move it into a store-… crate
        units/api/src/list.rs:5: rule 4: SQL outside a store: "update x set y = 1…"; move it into a store-… crate
        units/api/src/list.rs:6: rule 4: SQL outside a store: "select a from b…"; move it into a store-… crate
    "#]],
    );
    check(|parts| parts.code("crates/store-sqlite/src/list.rs", sql), expect![[""]]);
    check(|parts| parts.code("units/florin/src/tests/tamper.rs", sql), expect![[""]]);
    check(
        |parts| parts.write("units/api/list.sql", "SELECT 1"),
        expect![[r#"
        units/api/list.sql:1: rule 4: SQL file outside a store; move it into a store-… crate
    "#]],
    );
    let prose =
        "/// SELECT 1\nconst A: &str = \"Select a platform\";\nconst B: &str = \"update it\";";
    check(|parts| parts.code("units/api/src/list.rs", prose), expect![[""]]);
}

/// Goal: lengths. Method: one line too many each; comments and long tests do not count.
#[test]
fn files_and_functions_are_short() {
    let file = "\n".repeat(800);
    check(
        |parts| parts.code("crates/money/src/long.rs", &file),
        expect![[r#"
        crates/money/src/long.rs:802: rule 5: 802 lines, 800 at most; split the file by what it is about
    "#]],
    );
    check(
        |parts| parts.code("units/api/src/main.rs", &"\n".repeat(40)),
        expect![[r#"
        units/api/src/main.rs:42: rule 3: 42 lines, 40 at most; split the file by what it is about
    "#]],
    );
    let function =
        |lines| format!("fn long() -> [u8; 2] {{\n{}}}", "// why\n\nlet x = 1;\n".repeat(lines));
    check(|parts| parts.code("crates/money/src/long.rs", &function(70)), expect![[""]]);
    check(
        |parts| parts.code("crates/money/src/long.rs", &function(71)),
        expect![[r#"
        crates/money/src/long.rs:2: rule 5: fn long has 71 lines, 70 at most; keep the branches here and move straight parts into functions below
    "#]],
    );
    check(|parts| parts.code("crates/money/src/tests/long.rs", &function(71)), expect![[""]]);
}

/// Goal: headers. Method: none, a placeholder, one too short.
#[test]
fn files_have_headers() {
    check(
        |parts| parts.write("crates/money/src/lib.rs", "use x;\n//! Too late to be one.\n"),
        expect![[r#"
            crates/money/src/lib.rs:1: rule 14: line 1 is no `//! ` header; say what it is for, what it is not, its invariants and where to start
        "#]],
    );
    check(
        |parts| parts.write("crates/money/src/lib.rs", "//! TODO: say what this is.\n"),
        expect![[r#"
            crates/money/src/lib.rs:1: rule 14: the header is a placeholder; say what it is for, what it is not, its invariants and where to start
        "#]],
    );
    check(
        |parts| parts.write("crates/money/src/lib.rs", "//! Money.\n"),
        expect![[r#"
        crates/money/src/lib.rs:1: rule 14: the header says too little; say what it is for, what it is not, its invariants and where to start
    "#]],
    );
}

/// Goal: documents. Method: one too long, paths in backticks and links; others' paths left alone.
#[test]
fn documents_are_short_and_true() {
    check(
        |parts| parts.write("ARCHITECTURE.md", &"line\n".repeat(131)),
        expect![[r#"
        ARCHITECTURE.md:131: rule 15: 131 lines, 130 at most; move detail into docs/
    "#]],
    );
    let text = "`crates/mony` and `crates/money/src/lib.rs:7`, [one](../README.md), [two](no.md#x)\n\
                `application/json` `crates/*/src` https://x.org/crates/y `target/debug/florin`\n\
                ```\ncat `crates/nothing`\n```\n";
    check(
        |parts| parts.write("docs/guide/start.md", text),
        expect![[r#"
        docs/guide/start.md:1: rule 15: crates/mony does not exist; correct the path or leave it out
        docs/guide/start.md:1: rule 15: docs/README.md does not exist; correct the path or leave it out
        docs/guide/start.md:1: rule 15: docs/guide/no.md does not exist; correct the path or leave it out
    "#]],
    );
}

/// Goal: nothing names one machine's folders. Method: one of them, put together here.
#[test]
fn no_file_names_a_folder_of_one_machine() {
    check(
        |parts| parts.write("deploy/notes.txt", &["see /ro", "ot/x"].concat()),
        expect![[r#"
            deploy/notes.txt:1: rule 15: names a folder or a host that only one machine has; leave it out
        "#]],
    );
}

/// Goal: tests that test. Method: each thing a test may not do, in macros and long spellings.
#[test]
fn tests_run_and_wait_for_nothing() {
    let code = "#[test] #[ignore = \"slow\"] fn a() { std::thread::sleep(x) }\n\
                proptest! { #[test] #[should_panic(expected = \"x\")] fn b() { time::sleep(x).await } }\n\
                #[cfg_attr(miri, ignore)] fn c() {}\nuse tokio::time::{Duration, sleep};";
    check(
        |parts| parts.code("crates/money/src/tests/x.rs", code),
        expect![[r#"
        crates/money/src/tests/x.rs:2: rule 16: a test sleeps with std::thread::sleep; wait for the event itself, or move a clock
        crates/money/src/tests/x.rs:2: rule 16: an ignored test tests nothing; make it pass, or delete it
        crates/money/src/tests/x.rs:3: rule 16: a test sleeps with time::sleep; wait for the event itself, or move a clock
        crates/money/src/tests/x.rs:3: rule 16: should_panic passes on any panic; catch this one and look at it
        crates/money/src/tests/x.rs:4: rule 16: an ignored test tests nothing; make it pass, or delete it
        crates/money/src/tests/x.rs:5: rule 16: a test sleeps with tokio::time::sleep; wait for the event itself, or move a clock
    "#]],
    );
    let code = "fn retry() { std::thread::sleep(x) }\n#[tokio::test] async fn a() {}";
    check(
        |parts| parts.code("units/api/src/x.rs", code),
        expect![[r#"
        units/api/src/x.rs:3: rule 16: a test among the code; move it to src/tests.rs or src/tests/
    "#]],
    );
}

/// Goal: few test binaries. Method: two.
#[test]
fn a_crate_has_one_test_binary_more() {
    let names = vec!["a".to_owned(), "b".to_owned()];
    check(
        |parts| parts.find("money").test_binaries = names,
        expect![[r#"
        crates/money/Cargo.toml:1: rule 16: test binaries a, b: make them modules of one, tests/all/main.rs
    "#]],
    );
}

/// Goal: a named invariant is tested. Method: one of two has its test, in another file.
#[test]
fn invariants_have_tests_of_their_names() {
    let header = "//! What this is for, in one sentence.\n//!\n//! Invariants:\n\
                  //! - `balanced`: as much here as there.\n//! - `no_loss`: nothing is lost.\n";
    let spoil = |parts: &mut Parts| {
        parts.write("crates/money/src/lib.rs", header);
        parts.code("crates/money/src/tests/all.rs", "proptest! { #[test] fn balanced(x in y) {} }");
    };
    check(
        spoil,
        expect![[r#"
        crates/money/src/lib.rs:5: rule 17: invariant no_loss has no test of that name; write a property test
    "#]],
    );
}

/// Goal: reasons. Method: one missing, one stale, one dependency past the workspace's list.
#[test]
fn dependencies_have_reasons() {
    check(
        |parts| parts.write("deny.toml", "# serde: json\n"),
        expect![[r#"
        Cargo.toml:3: rule 20: serde has no reason; add a line `# serde: why` to deny.toml
    "#]],
    );
    let stale = "# serde: one declaration for every format\n# regex: patterns nobody needs\n";
    check(
        |parts| parts.write("deny.toml", stale),
        expect![[r#"
        deny.toml:2: rule 20: a reason for regex, which nobody depends on; delete the line
    "#]],
    );
    check(
        |parts| parts.depend("money", "regex"),
        expect![[r#"
        crates/money/Cargo.toml:1: rule 20: regex is not in [workspace.dependencies] of Cargo.toml; add it
    "#]],
    );
}

/// Goal: a file that is no Rust is told, not skipped. Method: a brace too few.
#[test]
fn a_file_that_is_not_rust_is_a_finding() {
    check(
        |parts| parts.code("crates/money/src/broken.rs", "fn a() {"),
        expect![[r#"
        crates/money/src/broken.rs:2: rule 0: cannot be read as Rust: cannot parse string into token stream
    "#]],
    );
}
