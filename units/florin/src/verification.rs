//! The proof of the books: runs `store::verify` over a folder's truth, and says what came of it.
//!
//! Nothing is derived here. The truth is opened to read, beside a server that writes it or alone.
//! Start at [`check`].

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use store::export::{Export, ExportFault};
use store::verify::{Checkpoint, Difference, Progress, Report, Stage, verify_since};
use store::{Fault, Journal, ReadRows};
use store_sqlite::SqliteJournal;

use crate::catching_up::caught_up;
use crate::failure::{Failure, chain};
use crate::output::{Accent, Output};
use crate::server::folder::DataFolder;

/// Differences that are shown to people; all of them are in `--json`.
const SHOWN_MAX: usize = 50;

/// How much of a folder is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// What came since the last clean check, if there was one.
    Incremental,
}

/// Checks the truth in `folder` and, if it is given, the read model, and keeps where it ended.
///
/// # Errors
///
/// [`Failure::Unable`] when there is no store, or it cannot be read.
pub(crate) fn check(
    folder: &DataFolder,
    reads: Option<&dyn ReadRows>,
    extent: Extent,
) -> Result<Report, Failure> {
    let mut journal = SqliteJournal::open_read_only(folder.path())
        .map_err(|error| Failure::Unable(chain(&error)))?;
    if let Some(reads) = reads {
        caught_up(&mut journal, reads)?;
    }
    let kept = folder.verified().filter(|_| extent == Extent::Incremental);
    let since = kept.and_then(|bytes| Checkpoint::from_bytes(&bytes).ok());
    let report = with_a_bar(&mut |progress| match since.clone() {
        Some(since) => verify_since(&mut journal, reads, since, progress),
        None => store::verify(&mut journal, reads, progress),
    })?;
    let ended = report.checkpoint.as_ref().map(Checkpoint::to_bytes).transpose();
    let ended = ended.map_err(|fault| Failure::of("where it ended cannot be kept", &fault))?;
    // What was found is as true in a folder that nothing can be kept in.
    let _ = folder.keep_verified(ended.as_deref());
    Ok(report)
}

/// Checks a truth or an export and, if it is given, the read model, with a bar on standard error.
///
/// # Errors
///
/// [`Failure::Unable`] when it cannot be read.
pub(crate) fn check_journal(
    journal: &mut dyn Journal,
    reads: Option<&dyn ReadRows>,
) -> Result<Report, Failure> {
    with_a_bar(&mut |progress| store::verify(journal, reads, progress))
}

/// What a check is told of its progress by.
type Told<'p> = dyn FnMut(Progress) + 'p;

/// Runs a check with a bar, and notes how long it took.
fn with_a_bar(
    check: &mut dyn FnMut(&mut Told<'_>) -> Result<Report, Fault>,
) -> Result<Report, Failure> {
    let started = Instant::now();
    let bar = ProgressBar::new_spinner();
    let mut stage = None;
    let report = check(&mut |progress| {
        if stage != Some(progress.stage) {
            stage = Some(progress.stage);
            restyle(&bar, progress);
        }
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let mut report = report.map_err(|fault| Failure::of("the store cannot be verified", &fault))?;
    report.set_seconds(started.elapsed());
    Ok(report)
}

/// Checks an export by itself; a line that is not whole is a difference, and then the only one.
///
/// # Errors
///
/// [`Failure::Unable`] when it cannot be read, or is none.
pub(crate) fn check_export(path: &Path) -> Result<Report, Failure> {
    match Export::open(path) {
        Ok(mut export) => check_journal(&mut export, None),
        Err(ExportFault::Broken { line, why }) => Ok(Report::of_broken_line(line, &why)),
        Err(fault) => Err(unreadable(path, &fault)),
    }
}

/// Opens an export whose every line is whole.
///
/// # Errors
///
/// [`Failure`]; `No` if a line is not, which it names.
pub(crate) fn open_export(path: &Path) -> Result<Export, Failure> {
    Export::open(path).map_err(|fault| match fault {
        ExportFault::Broken { .. } => Failure::No(format!("{}: {fault}", path.display())),
        ExportFault::Unreadable(_)
        | ExportFault::NotAnExport
        | ExportFault::OtherVersion { .. } => unreadable(path, &fault),
    })
}

fn unreadable(path: &Path, fault: &ExportFault) -> Failure {
    Failure::of(&path.display().to_string(), fault)
}

/// Says for people what was checked and what is wrong.
///
/// # Errors
///
/// [`Failure`] when it cannot be written.
pub(crate) fn print(report: &Report, output: &mut Output) -> Result<(), Failure> {
    let checked = report.checked;
    let from = match report.since_position {
        0 => String::new(),
        since => format!("after position {since} "),
    };
    output.line(&format!(
        "  Read {from}up to position {}: {} entries with {} legs, {} accounts, {} keys, {} audit records, {} events.",
        report.as_of_position,
        checked.entries,
        checked.legs,
        checked.accounts,
        checked.keys,
        checked.audit,
        checked.events,
    ))?;
    for difference in report.differences.iter().take(SHOWN_MAX) {
        let text = sentence(difference);
        output.line(&format!("  {} {text}", output.accent(Accent::Bad, "✗")))?;
    }
    let hidden = report.differences.len().saturating_sub(SHOWN_MAX);
    if hidden > 0 {
        output.line(&format!("  … and {hidden} more; --json lists them"))?;
    }
    for (number, count) in per_invariant(report) {
        output.line(&format!("  invariant {number}: {count} differences"))?;
    }
    for missing in &report.not_checked {
        let text =
            format!("  not checked: invariant {}, {}", missing.invariant.number(), missing.why);
        output.line(&output.accent(Accent::Faint, &text))?;
    }
    let verdict = if report.ok && report.since_position > 0 {
        output.accent(Accent::Good, "What came since the last clean check is proven.")
    } else if report.ok {
        output.accent(Accent::Good, "The books are proven: every row agrees.")
    } else {
        let count = report.differences.len();
        output.accent(Accent::Bad, &format!("The books are NOT proven: {count} differences."))
    };
    output.line(&format!("  {verdict}"))
}

/// The words for a difference.
pub(crate) fn sentence(difference: &Difference) -> String {
    let Difference { invariant, platform, row, expected, found } = difference;
    let whose = if platform.is_empty() { String::new() } else { format!(" of {platform}") };
    format!("invariant {}: {row}{whose}: expected {expected}, found {found}", invariant.number())
}

fn per_invariant(report: &Report) -> BTreeMap<u8, usize> {
    let mut counts = BTreeMap::new();
    for difference in &report.differences {
        *counts.entry(difference.invariant.number()).or_insert(0) += 1;
    }
    counts
}

/// Shows a bar where it is known how much there is, else a count.
fn restyle(bar: &ProgressBar, progress: Progress) {
    let word = match progress.stage {
        Stage::Commands => "commands",
        Stage::Resources => "resources",
        Stage::ReadModel => "read model",
        Stage::CloserLook => "a closer look",
    };
    let template = match progress.of {
        Some(_) => "{msg:>14} [{bar:40}] {human_pos}/{human_len} {eta}",
        None => "{msg:>14} {human_pos}",
    };
    bar.set_length(progress.of.unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(word);
}
