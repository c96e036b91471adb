//! What `florin serve` says where it cannot serve: one sentence that says what to do, and exit 2.

use super::process::{Folder, Served, run, yes};

#[track_caller]
fn check(folder: &Folder, arguments: &[&str], expected: &[&str]) {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 1, "not one sentence:\n{said}");
    assert!(lines[0].starts_with("florin: "), "{said}");
    for words in expected {
        assert!(said.contains(words), "it does not say `{words}`: {said}");
    }
}

/// Goal: a folder has one server. Method: a second one beside the first.
#[test]
fn a_folder_in_use() {
    let folder = Folder::new("in-use");
    let server = Served::start(&folder);
    let expected = ["is in use by the Florin at", server.url.as_str(), "--data"];
    check(&folder, &["serve", "--listen", "127.0.0.1:0"], &expected);
    let address = server.url.strip_prefix("http://").unwrap();
    check(&folder, &["serve", "--listen", address], &expected);
    check(&folder, &["keys", "create", "--operator"], &expected);
}

/// Goal: a port has one server. Method: a second one with a folder of its own.
#[test]
fn a_port_in_use() {
    let (folder, other) = (Folder::new("port"), Folder::new("other-port"));
    let server = Served::start(&folder);
    let address = server.url.strip_prefix("http://").unwrap();
    check(&other, &["serve", "--listen", address], &["is in use by another process", "--listen"]);
}

/// Goal: a path that can be no folder. Method: a file stands there.
#[test]
fn a_folder_that_is_a_file() {
    let folder = Folder::new("file");
    std::fs::write(folder.data(), "a file").unwrap();
    check(&folder, &["serve", "--listen", "127.0.0.1:0"], &["data folder", "--data"]);
}

/// Goal: money of one kind is never served as the other. Method: a test store served with `--live`,
/// and a live one without.
#[test]
fn a_store_of_the_other_mode() {
    let (test, live) = (Folder::new("test"), Folder::new("live"));
    assert!(Served::start(&test).terminate().success());
    let arguments = ["serve", "--live", "--listen", "127.0.0.1:0"];
    check(&test, &arguments, &["is a test store", "without --live"]);

    let server = Served::start_with(&live, &["--live"]);
    assert_eq!(server.key, None, "{}", server.printed);
    assert!(server.terminate().success());
    assert!(yes(&live, &["platforms", "list"]).contains("No platform yet"));
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    check(&live, &arguments, &["holds real money", "--live"]);
}

/// Goal: a store of a newer version is left alone. Method: the head of a database with its number.
#[test]
fn a_store_of_a_newer_version() {
    let folder = Folder::new("newer");
    std::fs::create_dir_all(folder.data()).unwrap();
    std::fs::write(folder.data().join("truth.db"), database(*b"FLRN", 999)).unwrap();
    check(&folder, &["serve", "--listen", "127.0.0.1:0"], &["newer version of Florin", "999"]);
    check(&folder, &["verify"], &["newer version of Florin"]);
}

/// Goal: an address of another machine.
#[test]
fn an_address_that_the_machine_does_not_have() {
    let folder = Folder::new("address");
    check(&folder, &["serve", "--listen", "192.0.2.1:1"], &["no address 192.0.2.1", "--listen"]);
    assert!(!folder.data().exists(), "nothing is made where nothing can be served");
}

/// Goal: other people's files are left alone. Method: a text where the database should be.
#[test]
fn a_folder_with_something_else() {
    let folder = Folder::new("else");
    std::fs::create_dir_all(folder.data()).unwrap();
    std::fs::write(folder.data().join("truth.db"), "a diary\n".repeat(1_000)).unwrap();
    check(&folder, &["serve", "--listen", "127.0.0.1:0"], &["holds no store of Florin"]);
}

/// Goal: a lost operator key has a way out. Method: remove its file, and follow what is said.
#[test]
fn a_missing_operator_key() {
    let folder = Folder::new("lost");
    assert!(Served::start(&folder).terminate().success());
    std::fs::remove_file(folder.data().join("operator-key")).unwrap();
    check(&folder, &["platforms", "list"], &["florin keys create --operator"]);
    let server = Served::start(&folder);
    assert!(server.printed.contains("its key is missing"), "{}", server.printed);
    assert!(server.terminate().success());
    yes(&folder, &["keys", "create", "--operator"]);
    assert!(yes(&folder, &["platforms", "list"]).contains("Sandbox"));
}

/// The first page of an empty SQLite database. Source: sqlite.org/fileformat2.html, section 1.3.
fn database(application: [u8; 4], version: u32) -> Vec<u8> {
    let mut page = vec![0; 4096];
    page[..16].copy_from_slice(b"SQLite format 3\0");
    page[16..24].copy_from_slice(&[16, 0, 1, 1, 0, 64, 32, 32]);
    page[24..32].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 1]);
    page[44..48].copy_from_slice(&4_u32.to_be_bytes());
    page[56..60].copy_from_slice(&1_u32.to_be_bytes());
    page[60..64].copy_from_slice(&version.to_be_bytes());
    page[68..72].copy_from_slice(&application);
    page[92..96].copy_from_slice(&1_u32.to_be_bytes());
    page[100] = 13;
    page[105..107].copy_from_slice(&4096_u16.to_be_bytes());
    page
}
