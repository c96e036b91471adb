//! The catalogue against the store: what is right is passed, each thing that is wrong is said.

use datasets::Severity;
use expect_test::{Expect, expect};
use pql::catalogue::StoreKind;

use super::on;
use crate::place::Place;
use crate::table::{read, statements, text};

/// What the store says of the catalogue after `change`, a line a finding.
async fn findings(place: &Place, change: &[(&str, &str)]) -> String {
    let mut text = text(place, "checked");
    for (from, to) in change {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let catalogue = read(&text);
    let store = catalogue.datasets()[0].store;
    let all = vec![catalogue.dataset_named("t").unwrap()];
    let mut findings = place.executor().check(&catalogue, store, all).await.unwrap();
    findings.sort_by_key(ToString::to_string);
    let line = |finding: &datasets::Finding| {
        let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
        format!("{severity}: {finding}\n")
    };
    findings.iter().map(line).collect()
}

const WRONG: [(&str, &str); 4] = [
    (
        "name   = { type = \"text\", nullable = true }",
        "name   = { type = \"text\", column = \"gone\" }",
    ),
    (
        "status = { type = \"enum\", values = [\"new\", \"settled\"], nullable = true }",
        "status = { type = \"bool\", nullable = true }",
    ),
    ("risk   = { type = \"float\", nullable = true }", "risk   = { type = \"float\" }"),
    ("key = [\"id\"]", "key = [\"owner\"]"),
];

fn check(kind: StoreKind, right: &Expect, wrong: &Expect) {
    on(kind, "checked", async |place| {
        place.prepare(&statements(kind, "checked")).await;
        right.assert_eq(&findings(&place, &[]).await);
        wrong.assert_eq(&findings(&place, &WRONG).await);
        let required =
            findings(&place, &[("[datasets.t]", "require_read_only = true\n[datasets.t]")]).await;
        let severe = |line: &str| format!("{}\n", line.trim().replace("warning:", "error:"));
        let lines = right.data().lines().filter(|line| !line.trim().is_empty());
        assert_eq!(required, lines.map(severe).collect::<String>());
        let missing = findings(&place, &[("source = \"checked\"", "source = \"nothing\"")]).await;
        assert!(missing.contains("error: data set t: there is no "), "{missing}");
    });
}

#[test]
fn a_catalogue_is_held_against_sqlite() {
    check(
        StoreKind::Sqlite,
        &expect![""],
        &expect![[r#"
        error: data set t: column risk may be NULL; declare field risk nullable = true, or the column NOT NULL
        error: data set t: field status is bool, but column status is TEXT; it should be INTEGER
        error: data set t: no unique index of checked covers the key
        error: data set t: there is no column gone, which field name needs
    "#]],
    );
}

#[test]
fn a_catalogue_is_held_against_postgres() {
    check(
        StoreKind::Postgres,
        &expect![[r#"
        warning: the role that store main is read with can write (a superuser); give it one that can only select
    "#]],
        &expect![[r#"
        error: data set t: column risk may be NULL; declare field risk nullable = true, or the column NOT NULL
        error: data set t: field status is bool, but column status is text; it should be boolean
        error: data set t: no unique index of "checked" covers the key
        error: data set t: there is no column gone, which field name needs
        warning: the role that store main is read with can write (a superuser); give it one that can only select
    "#]],
    );
}

#[test]
fn a_catalogue_is_held_against_mariadb() {
    check(
        StoreKind::Mariadb,
        &expect![[r#"
        warning: the role that store main is read with can write (ALL PRIVILEGES); give it one that can only select
    "#]],
        &expect![[r#"
        error: data set t: column risk may be NULL; declare field risk nullable = true, or the column NOT NULL
        error: data set t: field status is bool, but column status is varchar(20); it should be BOOLEAN
        error: data set t: no unique index of checked covers the key
        error: data set t: there is no column gone, which field name needs
        warning: the role that store main is read with can write (ALL PRIVILEGES); give it one that can only select
    "#]],
    );
}

#[test]
fn a_catalogue_is_held_against_clickhouse() {
    check(
        StoreKind::Clickhouse,
        &expect![[r#"
        warning: the role that store main is read with can write (its profile has readonly = 0); give it one that can only select
    "#]],
        &expect![[r#"
        error: data set t: column risk may be NULL; declare field risk nullable = true, or the column NOT NULL
        error: data set t: field status is bool, but column status is String; it should be Bool
        error: data set t: there is no column gone, which field name needs
        warning: the role that store main is read with can write (its profile has readonly = 0); give it one that can only select
    "#]],
    );
}

#[test]
fn a_catalogue_is_held_against_mongodb() {
    check(
        StoreKind::Mongodb,
        &expect![[r#"
        warning: the role that store main is read with can write (the server does not say what it may); give it one that can only select
    "#]],
        &expect![[r#"
        error: data set t: field name is text, and never null, but a document of checked has something else in gone
        error: data set t: field risk is float, and never null, but a document of checked has something else in risk
        error: data set t: field status is bool, but a document of checked has something else in status
        error: data set t: no unique index of checked covers the key
        warning: the role that store main is read with can write (the server does not say what it may); give it one that can only select
    "#]],
    );
}

/// Goal: a role that can only select is no finding. Method: such a role, made for the test.
#[test]
fn a_role_that_can_only_select_is_no_finding() {
    for kind in [StoreKind::Postgres, StoreKind::Mariadb] {
        on(kind, "rights", async |place| {
            place.prepare(&statements(kind, "checked_rights")).await;
            let (reader, rights): (&str, [&str; 2]) = if kind == StoreKind::Postgres {
                let role = "DO $$ BEGIN CREATE ROLE florin_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
                ("florin_reader@", [role, "GRANT SELECT ON checked_rights TO florin_reader"])
            } else {
                let role = "CREATE USER IF NOT EXISTS reader@'127.0.0.1'";
                ("reader@", [role, "GRANT SELECT ON florin.checked_rights TO reader@'127.0.0.1'"])
            };
            place.prepare(&rights.map(str::to_owned)).await;
            let url = place.url.replace("florin@", reader);
            let place = Place { kind, url };
            let change = [("source = \"checked\"", "source = \"checked_rights\"")];
            assert_eq!(findings(&place, &change).await, "");
        });
    }
}
