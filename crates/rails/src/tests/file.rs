//! The bank's file: what a crash, a bad disk or a stranger's file makes of it.

use std::fs::File;
use std::path::PathBuf;

use expect_test::expect;

use super::{
    Folder, PLATFORM, all_events, answered, asked, at, check_opens, credit, found_after_a_crash,
    payout,
};
use crate::bank_file::line;
use crate::limits::FILE_BYTES_MAX;
use crate::state::State;
use crate::{
    BankError, Behaviour, Faults, Instruction, Outcome, Rail, RailFault, Request, SandboxBank,
};

/// A bank after one operation of each kind, with the state after each line of its file.
fn story(folder: &Folder) -> Vec<State> {
    let mut bank = folder.bank();
    let mut states = vec![found_after_a_crash(folder).state];
    let tell = |bank: &SandboxBank, states: &mut Vec<State>| {
        let found = found_after_a_crash(folder).state;
        assert_eq!(found, bank.state);
        states.push(found);
    };
    let request = credit(&mut bank, PLATFORM, None);
    tell(&bank, &mut states);
    bank.set_faults(PLATFORM, Faults { seed: 7, ..Faults::default() }).unwrap();
    tell(&bank, &mut states);
    bank.ask(PLATFORM, &asked("once"), &Request::Credit(Box::new(request))).unwrap();
    tell(&bank, &mut states);
    let reference = "\"quotes\", {\"check\":\" and \u{1f9fe}".to_owned();
    bank.submit(&Instruction { reference, ..payout("first", None) });
    tell(&bank, &mut states);
    bank.advance(PLATFORM, at(0)).unwrap();
    tell(&bank, &mut states);
    bank.submit(&payout("second", Some(Behaviour::SettleNever)));
    tell(&bank, &mut states);
    bank.decide(PLATFORM, "second", Outcome::Reject { reason: "no".to_owned() }).unwrap();
    tell(&bank, &mut states);
    bank.reset(PLATFORM).unwrap();
    tell(&bank, &mut states);
    bank.ask(PLATFORM, &asked("again"), &Request::Reset).unwrap();
    tell(&bank, &mut states);
    bank.submit(&payout("third", None));
    tell(&bank, &mut states);
    bank.advance(PLATFORM, at(5)).unwrap();
    tell(&bank, &mut states);
    states
}

/// Where each line of the file ends.
fn line_ends(bytes: &[u8]) -> Vec<usize> {
    let feeds = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    feeds.map(|(index, _)| index + 1).collect()
}

fn written(folder: &Folder, bytes: &[u8]) -> PathBuf {
    let path = folder.file("written");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Goal: a write that was cut anywhere is as if it had not begun, and the bank goes on after it.
/// Method: cut the file at every byte; open, write, open again.
#[test]
fn a_torn_last_line_is_dropped() {
    let folder = Folder::new();
    let states = story(&folder);
    let bytes = std::fs::read(folder.file("bank")).unwrap();
    let ends = line_ends(&bytes);
    assert_eq!(ends.len(), states.len());
    for cut in 0..=bytes.len() {
        let path = written(&folder, &bytes[..cut]);
        let bank = SandboxBank::open(&path).unwrap();
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let (kept, state) = match whole.checked_sub(1) {
            Some(last) => (ends[last], &states[last]),
            None => (cut, &states[0]),
        };
        assert_eq!(bank.state, *state, "cut at {cut}");
        assert_eq!(bank.torn_bytes(), u64::try_from(cut - kept).unwrap(), "cut at {cut}");
    }
    let path = written(&folder, &bytes[..bytes.len() - 3]);
    let mut bank = SandboxBank::open(&path).unwrap();
    bank.advance(PLATFORM, at(5)).unwrap();
    assert_eq!(bank.state, states[states.len() - 1]);
    drop(bank);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

/// Goal: a line that was whole once is never dropped, read wrongly or out of place.
/// Method: change every byte of all lines but the last; the last may only count as torn.
#[test]
fn a_changed_byte_is_an_error_except_in_the_last_line() {
    let folder = Folder::new();
    let states = story(&folder);
    let bytes = std::fs::read(folder.file("bank")).unwrap();
    let ends = line_ends(&bytes);
    let last = ends[ends.len() - 2];
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        let path = written(&folder, &changed);
        let opened = SandboxBank::open(&path);
        if index < last {
            let code = opened.unwrap_err().code();
            let expected =
                if index < ends[0] { "bank_file_not_a_bank" } else { "bank_file_unreadable" };
            assert_eq!(code, expected, "changed byte {index}");
            assert_eq!(std::fs::read(&path).unwrap(), changed);
        } else {
            assert_eq!(opened.unwrap().state, states[states.len() - 2], "changed byte {index}");
        }
    }
}

/// Goal: clear errors for files that are not the bank's own. Method: a table of files.
#[test]
fn strange_files_are_named_and_left_alone() {
    let folder = Folder::new();
    story(&folder);
    let bytes = std::fs::read(folder.file("bank")).unwrap();
    let ends = line_ends(&bytes);
    let without_third = [&bytes[..ends[1]], &bytes[ends[2]..]].concat();
    check_opens(
        &written(&folder, &without_third),
        &expect![
            "bank_file_unreadable: line 3 of the sandbox bank's file /written does not match its checksum"
        ],
    );
    let swapped = [&bytes[..ends[1]], &bytes[ends[2]..ends[3]], &bytes[ends[1]..ends[2]]].concat();
    check_opens(
        &written(&folder, &swapped),
        &expect![
            "bank_file_unreadable: line 3 of the sandbox bank's file /written does not match its checksum"
        ],
    );
    let doubled = [&bytes[..], &bytes[ends[0]..]].concat();
    check_opens(
        &written(&folder, &doubled),
        &expect![
            "bank_file_unreadable: line 13 of the sandbox bank's file /written does not match its checksum"
        ],
    );
    let long = [&bytes[..], &[b'x'; 100_000]].concat();
    check_opens(
        &written(&folder, &long),
        &expect![
            "bank_file_unreadable: line 13 of the sandbox bank's file /written does not match its checksum"
        ],
    );
    check_opens(
        &written(&folder, b"Dear Ann,\n"),
        &expect![
            "bank_file_not_a_bank: /written is not a sandbox bank's file, or one of another version"
        ],
    );
    check_opens(
        &written(&folder, b"{\"florin_sandbox_bank\":2}\n"),
        &expect![
            "bank_file_not_a_bank: /written is not a sandbox bank's file, or one of another version"
        ],
    );
    check_opens(&written(&folder, b"{\"florin_sand"), &expect!["opens, 0 bytes torn"]);
    check_opens(&written(&folder, b""), &expect!["opens, 0 bytes torn"]);
    check_opens(
        &folder.file("missing/bank"),
        &expect!["bank_file_storage: could not open the sandbox bank's file /bank"],
    );
    std::fs::create_dir(folder.file("folder")).unwrap();
    check_opens(
        &folder.file("folder"),
        &expect!["bank_file_storage: could not open the sandbox bank's file /folder"],
    );
}

/// Goal: a whole line of a later version is never taken for a torn one. Method: a record with a
/// right checksum and an unknown name, then one that fits nothing before it, as the last line.
#[test]
fn an_unknown_record_is_an_error_even_at_the_end() {
    let folder = Folder::new();
    let first = b"{\"florin_sandbox_bank\":1}\n";
    let bytes = [&first[..], &line(2, b"{\"later\":{}}")].concat();
    check_opens(
        &written(&folder, &bytes),
        &expect![
            "bank_file_unreadable: line 2 of the sandbox bank's file /written holds a record this version does not know"
        ],
    );
    let json = b"{\"reset\":{\"platform\":\"plt_shop\",\"asked\":null}}";
    let bytes = [&first[..], &line(2, json)].concat();
    check_opens(
        &written(&folder, &bytes),
        &expect![
            "bank_file_unreadable: line 2 of the sandbox bank's file /written resets a platform that is not known"
        ],
    );
}

/// Goal: a file has one bank. Method: open it twice.
#[test]
fn a_second_bank_on_the_file_is_refused() {
    let folder = Folder::new();
    let bank = folder.bank();
    check_opens(
        &folder.file("bank"),
        &expect!["bank_file_in_use: the sandbox bank's file /bank is in use"],
    );
    drop(bank);
    check_opens(&folder.file("bank"), &expect!["opens, 0 bytes torn"]);
}

/// Goal: after a failed write nothing is written any more, and nothing was answered that is not on
/// disk. Method: a handle that cannot write, in place of the file's own.
#[test]
fn a_failed_write_stops_the_bank() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, None);
    bank.submit(&payout("first", None));
    bank.advance(PLATFORM, at(0)).unwrap();
    bank.submit(&payout("second", None));
    bank.file.file = File::open(folder.file("bank")).unwrap();
    assert_eq!(answered(&bank.submit(&payout("third", None))), "no answer");
    assert!(bank.is_stopped());
    assert!(matches!(bank.advance(PLATFORM, at(1)), Err(RailFault::Stopped)));
    assert!(matches!(bank.reset(PLATFORM), Err(RailFault::Stopped)));
    let refused = bank.credit(PLATFORM, &request).unwrap_err();
    assert!(matches!(refused, BankError::Fault(RailFault::Stopped)) && !refused.is_retryable());
    assert_eq!(answered(&bank.submit(&payout("first", None))), "accepted sbp-00000001");
    assert_eq!(all_events(&mut bank).len(), 2);
    assert_eq!(found_after_a_crash(&folder).state, bank.state);
    drop(bank);
    let mut bank = folder.bank();
    assert_eq!(answered(&bank.submit(&payout("third", None))), "accepted sbp-00000003");
}

/// Goal: the file has a limit, and reaching it is an answer. Method: pretend the length.
#[test]
fn a_full_file_is_a_fault() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, None);
    bank.file.bytes = FILE_BYTES_MAX;
    assert_eq!(bank.credit(PLATFORM, &request).unwrap_err().code(), "bank_file_full");
    assert_eq!(answered(&bank.submit(&payout("key", None))), "no answer");
    assert!(!bank.is_stopped());
}

/// Goal: the format stays readable. Method: the file of a short story, as text.
#[test]
fn the_file_is_lines_of_json() {
    let folder = Folder::new();
    story(&folder);
    let text = std::fs::read_to_string(folder.file("bank")).unwrap();
    for line in text.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object());
    }
    expect![[r#"
        {"florin_sandbox_bank":1}
        {"check":"b1ee3e2d247d28cf","record":{"account_opened":{"platform":"plt_shop","asset":{"code":"GBP","scale":2,"kind":"fiat"},"account":{"uk":{"holder":"Client money plt_shop","sort_code":"001583","account_number":"26557416"}}}}}
        {"check":"e1d4d5840b7f5b42","record":{"faults_set":{"platform":"plt_shop","faults":{"seed":7,"late_ppm":0,"never_ppm":0,"twice_ppm":0,"out_of_order_ppm":0,"returned_ppm":0,"rejected_ppm":0,"no_answer_ppm":0},"asked":null}}}
        {"check":"41981805e72fb4da","record":{"credit_taken":{"platform":"plt_shop","asked":{"scope":"plt_shop","key":"once","fingerprint":"fingerprint-of-4"},"request":{"amount":{"value":"20.00","asset":{"code":"GBP","scale":2,"kind":"fiat"}},"reference":"order 9","payer":{"uk":{"holder":"Ann Payee","sort_code":"200000","account_number":"11223344"}},"collection_account":{"uk":{"holder":"Client money plt_shop","sort_code":"001583","account_number":"26557416"}},"behaviour":null},"behaviour":"settle_at_once","chosen_by":"faults"}}}
        {"check":"e64960c08468c374","record":{"payout_taken":{"instruction":{"key":"first","platform":"plt_shop","amount":{"value":"10.50","asset":{"code":"GBP","scale":2,"kind":"fiat"}},"reference":"\"quotes\", {\"check\":\" and 🧾","beneficiary":{"uk":{"holder":"Ann Payee","sort_code":"200000","account_number":"55779911"}},"behaviour":null},"behaviour":"settle_at_once","chosen_by":"faults"}}}
        {"check":"c213e19adb73f268","record":{"advanced":{"platform":"plt_shop","now_micros":1750000000000000}}}
        {"check":"26b40e825d2c789a","record":{"payout_taken":{"instruction":{"key":"second","platform":"plt_shop","amount":{"value":"10.50","asset":{"code":"GBP","scale":2,"kind":"fiat"}},"reference":"invoice 7","beneficiary":{"uk":{"holder":"Ann Payee","sort_code":"200000","account_number":"55779911"}},"behaviour":"settle_never"},"behaviour":"settle_never","chosen_by":"payment"}}}
        {"check":"2bcadeb456836dca","record":{"decided":{"bank_id":"sbp-00000002","outcome":{"reject":{"reason":"no"}},"asked":null}}}
        {"check":"e6c9bd232109bc52","record":{"reset":{"platform":"plt_shop","asked":null}}}
        {"check":"df757f9be87003cc","record":{"nothing_changed":{"asked":{"scope":"plt_shop","key":"again","fingerprint":"fingerprint-of-5"},"refused":null}}}
        {"check":"e7eee6e84b0cc838","record":{"payout_taken":{"instruction":{"key":"third","platform":"plt_shop","amount":{"value":"10.50","asset":{"code":"GBP","scale":2,"kind":"fiat"}},"reference":"invoice 7","beneficiary":{"uk":{"holder":"Ann Payee","sort_code":"200000","account_number":"55779911"}},"behaviour":null},"behaviour":"settle_at_once","chosen_by":"default"}}}
        {"check":"f407b56f2e2bf89d","record":{"advanced":{"platform":"plt_shop","now_micros":1750000005000000}}}
    "#]].assert_eq(&text);
}
