//! An export is a store to `verify`: the same history, the same verdict, from whatever place it is read.

use sha2::{Digest as _, Sha256};
use store::export::{Export, ExportFault, write};
use store::verify::verify;
use store::{Committed, Journal, Mode};

use super::story::Story;

/// A file of one test.
struct File(std::path::PathBuf);

impl File {
    fn of(name: &str, bytes: &[u8]) -> Self {
        let name = format!("florin-store-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Goal: nothing is lost or changed on the way through an export. Method: a history in which
/// everything happens that can, long enough to be read in parts; every part from every side.
#[test]
fn an_export_is_the_history_it_was_written_from() {
    let mut story = Story::whole();
    for number in 0..400 {
        story.person(&format!("Person {number}"));
    }
    let platform = story.platform;
    let mut lines = Vec::new();
    let head = write(&mut story.store, (platform, Mode::Test), &mut lines, &mut |_| {}).unwrap();
    let file = File::of("whole", &lines);
    let mut export = Export::open(&file.0).unwrap();
    assert_eq!((export.platform(), export.mode()), (platform, Mode::Test));
    assert_eq!(export.heads().unwrap(), std::slice::from_ref(&head));
    assert_eq!(
        usize::try_from(export.lines()).unwrap(),
        lines.split(|it| *it == b'\n').count() - 1
    );

    let report = verify(&mut export, None, &mut |_| {}).unwrap();
    assert_eq!(report.differences, []);
    assert_eq!(report.checked.audit, head.seq);

    let all = story.store.commands_after(0, usize::MAX).unwrap().into_iter();
    let own = all.filter(|it| it.command.platform == platform);
    let own: Vec<Committed> =
        (1..).zip(own).map(|(position, it)| Committed { position, ..it }).collect();
    assert_eq!(export.commands_after(0, usize::MAX).unwrap(), own);
    assert!(own.len() > 1_100, "{}", own.len());
    for from in [1_090, 3, 0, own.len() - 1, 1_023, 1_022] {
        let position = u64::try_from(from).unwrap();
        let some: Vec<Committed> = own.iter().skip(from).take(2).cloned().collect();
        assert_eq!(export.commands_after(position, 2).unwrap(), some, "after {from}");
    }

    let resources = story.store.resources_after(None, usize::MAX).unwrap().into_iter();
    let own: Vec<_> = resources.filter(|(of, _)| *of == platform).collect();
    assert_eq!(export.resources_after(None, usize::MAX).unwrap(), own);
    for from in [5, 900, 2, own.len() - 1] {
        let after = (platform, own[from].1.key());
        let some: Vec<_> = own.iter().skip(from + 1).take(3).cloned().collect();
        assert_eq!(export.resources_after(Some(&after), 3).unwrap(), some, "after {from}");
    }
}

/// Goal: what is no export of this version is not read. Method: other files, a newer version.
#[test]
fn other_files_are_refused() {
    let open = |name: &str, bytes: &[u8]| Export::open(&File::of(name, bytes).0).unwrap_err();
    for other in ["", "\n", "{}\n", "{\"sha256\":\"short\n"] {
        let fault = open("other", other.as_bytes());
        let is_other =
            matches!(fault, ExportFault::NotAnExport | ExportFault::Broken { line: 1, .. });
        assert!(is_other, "{other:?}: {fault:?}");
    }
    let record = "{\"header\":{\"format\":\"florin-export\",\"version\":2,\
        \"platform\":\"plt_00000000000000000000000001\",\"mode\":\"test\",\"position\":1,\"seq\":1}}";
    let hash = Sha256::new().chain_update(1_u64.to_be_bytes()).chain_update(record).finalize();
    let line = format!("{{\"sha256\":\"{hash:x}\",\"record\":{record}}}\n");
    let fault = open("newer", line.as_bytes());
    assert!(matches!(fault, ExportFault::OtherVersion { found: 2 }), "{fault:?}");
}
