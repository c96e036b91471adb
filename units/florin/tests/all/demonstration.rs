//! The demonstration: it ends well, and its last line is the proof.

use super::process::{Folder, last_line, yes};

/// Goal: the story holds. Method: each of its lines says so; the last is the proof with the books.
#[test]
fn the_story_ends_well() {
    let folder = Folder::new("demo");
    let printed = yes(&folder, &["demo", "--json"]);
    let lines: Vec<serde_json::Value> =
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, steps) = lines.split_last().unwrap();
    assert_eq!(steps.len(), 14);
    for (number, step) in (1..).zip(steps) {
        assert_eq!((&step["step"], &step["ok"]), (&number.into(), &true.into()), "{step}");
    }
    assert_eq!(last["ok"], true, "{last}");
    assert_eq!(last["differences"], serde_json::json!([]));
    assert!(last["checked"]["legs"].as_u64() > Some(0), "{last}");
    assert!(last["as_of_position"].as_u64() > Some(0), "{last}");
    assert_eq!(last["trial_balance"]["totals"][0]["balanced"], true, "{last}");
    assert!(!folder.data().exists(), "the demonstration leaves the data folder alone");
}

/// Goal: people get a story without colour codes where it is no terminal. Method: read it.
#[test]
fn the_story_for_people() {
    let folder = Folder::new("story");
    let printed = yes(&folder, &["demo", "--data", "kept"]);
    assert!(!printed.contains('\x1b'), "{printed}");
    for words in ["Ada Lovelace", "insufficient_funds", "127.64 + 2.36 = 130.00", "proven"] {
        assert!(printed.contains(words), "the story lacks `{words}`:\n{printed}");
    }
    let again = yes(&folder, &["demo", "--data", "kept", "--json"]);
    assert_eq!(last_line(&again)["ok"], true, "a second day in the same folder: {again}");
    let report = last_line(&yes(&folder, &["verify", "--data", "kept", "--json"]));
    let keys: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "as_of_position",
        "checked",
        "differences",
        "not_checked",
        "ok",
        "seconds",
        "since_position",
    ];
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(report["ok"], true);
}
