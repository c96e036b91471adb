//! Honest histories verify clean.

use std::time::Duration;

use store::verify::{Report, Stage, verify};
use store::{Journal, MemoryStore, Mode, ReadRows};

use super::story::Story;

/// Goal: nothing is found where nothing is wrong, with and without the read model.
/// Method: a history in which everything happens that can.
#[test]
fn an_honest_history_is_clean() {
    let mut story = Story::whole();
    let reads = story.store.clone();
    let position = story.store.last_position().unwrap();
    for reads in [None, Some(&reads as &dyn ReadRows)] {
        let report = verify(&mut story.store, reads, &mut |_| {}).unwrap();
        assert_eq!(report.differences, []);
        assert!(report.ok);
        assert_eq!(report.as_of_position, position);
        assert_eq!(report.checked.audit, position);
    }
}

/// Goal: one can see how far it is. Method: every progress of a whole run, in order.
#[test]
fn progress_ends_at_the_whole() {
    let mut story = Story::whole();
    let reads = story.store.clone();
    let mut seen = Vec::new();
    let report = verify(&mut story.store, Some(&reads), &mut |it| seen.push(it)).unwrap();
    let commands = seen.iter().rfind(|it| it.stage == Stage::Commands).unwrap();
    assert_eq!((commands.done, commands.of), (report.checked.audit, Some(report.checked.audit)));
    for stage in [Stage::Resources, Stage::ReadModel] {
        let of_stage: Vec<u64> =
            seen.iter().filter(|it| it.stage == stage).map(|it| it.done).collect();
        assert!(of_stage.is_sorted() && of_stage.last() > Some(&0), "{stage:?}: {of_stage:?}");
    }
}

/// Goal: an empty store is clean. Method: one.
#[test]
fn an_empty_store_is_clean() {
    let mut store = MemoryStore::new(Mode::Live);
    let reads = store.clone();
    let report = verify(&mut store, Some(&reads), &mut |_| {}).unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(report.as_of_position, 0);
}

/// Goal: the report has exactly the documented fields. Method: the whole of one as JSON.
#[test]
fn a_report_is_the_documented_json() {
    let mut store = MemoryStore::new(Mode::Test);
    let mut report: Report = verify(&mut store, None, &mut |_| {}).unwrap();
    report.set_seconds(Duration::from_millis(1_500));
    let json = serde_json::to_string(&report).unwrap();
    let expected = r#"{"ok":true,"since_position":0,"as_of_position":0,"checked":{"entries":0,"legs":0,"accounts":0,"keys":0,"audit":0,"events":0},"differences":[],"not_checked":[{"invariant":11,"why":"there are no escrows yet"},{"invariant":17,"why":"no card number is taken yet, so there is no vault to compare with"}],"seconds":1.5}"#;
    assert_eq!(json, expected);
}
