//! The help of every command, what a wrong flag gets, and what is printed for machines.

use super::process::{Folder, run, yes};

/// Goal: every command explains itself. Method: `--help` of each, and what must stand in it.
#[test]
fn every_command_has_help_with_what_it_is_for() {
    let folder = Folder::new("help");
    let check = |command: &str, expected: &[&str]| {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = yes(&folder, &arguments);
        for words in expected.iter().chain(&["Usage: florin"]) {
            assert!(help.contains(words), "the help of `{command}` lacks `{words}`:\n{help}");
        }
    };
    check("", &["Examples:", "Exit codes:", "serve", "demo", "verify", "trial-balance", "listen"]);
    check("serve", &["--data", "--listen", "127.0.0.1:7050", "--live", "--log", "Examples:"]);
    check("demo", &["--data", "--json", "Examples:"]);
    check("verify", &["--data", "--json", "--export", "--incremental", "Exit codes:", "Examples:"]);
    check("backup", &["<TARGET>", "--data", "--json", "Examples:"]);
    check("restore", &["<BACKUP>", "--data", "--json", "Exit codes:", "Examples:"]);
    check("export", &["--platform", "--output", "--data", "docs/export.md", "Examples:"]);
    check("import", &["<FILE>", "--data", "--json", "Exit codes:", "Examples:"]);
    check("trial-balance", &["--as-of", "--platform", "--url", "--key", "Examples:"]);
    check("listen", &["--after", "--from-start", "--json", "Examples:"]);
    check("keys", &["list", "create", "rotate", "revoke"]);
    check("keys list", &["--operator", "--json"]);
    check("keys create", &["--operator", "--scope", "--name", "Examples:"]);
    check("keys rotate", &["--overlap-seconds"]);
    check("keys revoke", &["<ID>"]);
    check("platforms", &["list", "create"]);
    check("platforms list", &["--json"]);
    check("platforms create", &["--asset", "--fee", "Examples:"]);
    check("query", &["parse", "compile", "run", "eval", "capabilities", "--format", "Examples:"]);
    check("query run", &["--catalogue", "--store", "--role", "--scope", "--cursor-key"]);
    check("completions", &["bash", "zsh", "fish", "Examples:"]);
}

/// Goal: a key on the command line's environment is not shown. Method: help with the variable set.
#[test]
fn help_does_not_show_the_key_in_the_environment() {
    let folder = Folder::new("hidden");
    let mut command = super::process::florin(&folder);
    let output = command.args(["listen", "--help"]).env("FLORIN_KEY", "fl_test_hush").output();
    assert!(!String::from_utf8_lossy(&output.unwrap().stdout).contains("hush"));
}

/// Goal: a wrong command line is one that could not run: exit 2, and says what is wrong.
#[test]
fn wrong_command_lines_end_with_2() {
    let folder = Folder::new("flags");
    let check = |arguments: &[&str], expected: &str| {
        let output = run(&folder, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?} does not say `{expected}`:\n{said}");
        assert!(!said.contains("panicked"), "{said}");
    };
    check(&[], "Usage: florin");
    check(&["srve"], "a similar subcommand exists: 'serve'");
    check(&["serve", "--lisen", "x"], "--listen");
    check(&["serve", "--listen", "nowhere"], "is not an IP address and a port");
    check(&["serve", "--log", "lou=d=er"], "is neither error, warn, info, debug, trace");
    check(&["trial-balance", "--as-of", "yesterday"], "such as 2026-01-31T23:59:59Z");
    check(&["trial-balance"], "there is no store in");
    check(&["trial-balance", "--url", "http://127.0.0.1:1"], "--url needs a key");
    check(&["trial-balance", "--url", "ftp://x", "--key", "k"], "write http://HOST:PORT");
    check(&["trial-balance", "--url", "https://x", "--key", "k"], "speaks TLS");
    check(&["trial-balance", "--url", "http://127.0.0.1:1", "--key", "k"], "no answer from");
    check(&["verify"], "there is no store in");
    check(&["keys", "create", "--operator", "--name", "x"], "cannot be used with");
    check(&["platforms", "create", "x", "--asset", "GBP", "--fee", "0.20"], "KIND:FIXED");
    check(&["platforms", "create", "x", "--asset", "GBP", "--fee", "toll:1"], "is no kind");
    check(&["listen", "--after", "evt_1", "--from-start"], "cannot be used with");
}

/// Goal: what generators and shells read is whole. Method: parse it, or look for its marks.
#[test]
fn documents_and_completions_are_whole() {
    let folder = Folder::new("documents");
    let document: serde_json::Value = serde_json::from_str(&yes(&folder, &["openapi"])).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/v1/transactions"]["post"].is_object());
    assert!(yes(&folder, &["errors"]).contains("insufficient_funds"));
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = yes(&folder, &["completions", shell]);
        assert!(script.contains("trial-balance"), "{shell}:\n{script}");
    }
}

/// Goal: output that cannot be written is no panic. Method: a device that is always full, and a
/// reader that goes away.
#[test]
fn output_that_cannot_be_written_is_said() {
    let folder = Folder::new("full");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = super::process::florin(&folder).arg("openapi").stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("florin: cannot write to standard output: "), "{said}");

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = super::process::florin(&folder).arg("openapi").stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
