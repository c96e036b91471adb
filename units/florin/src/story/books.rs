//! The end of the day: the trial balance, and why its figures are what they must be.

use api::trial_balance::TrialBalance;

use super::cast::Stage;
use super::scene::{Scene, Teller};
use crate::commands::trial_balance;
use crate::failure::Failure;
use crate::output::Format;

/// The books at the end of the story.
pub(crate) type Books = TrialBalance;

/// What each chart of accounts must hold at the end.
const CLOSING: [(&str, &str); 4] = [
    ("asset:safeguarding", "130.00"),
    ("asset:clearing:bank", "0.00"),
    ("liability:customer", "127.64"),
    ("income:fees", "2.36"),
];

/// Reads the books and compares them with the story.
///
/// # Errors
///
/// [`Failure`] when they cannot be read or written.
pub(super) fn close(stage: &Stage, teller: &mut Teller<'_>) -> Result<Books, Failure> {
    let mut scene = Scene::new("books", "The books at the end of the day", "GET /v1/trial-balance");
    let books = trial_balance::fetch(&stage.operator, None)?;
    for (chart, expected) in CLOSING {
        let row = books.rows.iter().find(|row| row.chart == chart);
        let found = row.map_or("missing", |row| row.balance.value.as_str());
        scene.expect(chart, expected, found);
    }
    let balanced = if trial_balance::is_balanced(&books) { "equal" } else { "not equal" };
    scene.expect("debits and credits", "equal", balanced);
    scene.say(
        "In by bank 200.00, out by bank 50.00 + 20.00: 200.00 - 70.00 = 130.00 is safeguarded.",
    );
    scene.say("Owed: Ada 70.00 + Ben 2.98 + Clay & Co 45.78 + Corner Market 8.88 = 127.64.");
    scene.say("The provider's fees: 1.20 + 0.56 + 0.30 + 0.30 = 2.36. And 127.64 + 2.36 = 130.00.");
    teller.tell(scene)?;
    if teller.format() == Format::People {
        trial_balance::print(&books, teller.output())?;
        teller.output().line("")?;
    }
    Ok(books)
}
