//! Runs rounds of the differential test, from a seed.

use clap::Parser;

/// Asks every store what the reference evaluator is asked, and compares.
#[derive(Parser)]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many rounds, of a hundred queries each.
    #[arg(long, default_value_t = 100)]
    rounds: u64,
    /// How many disagreements to print.
    #[arg(long, default_value_t = 5)]
    shown: usize,
}

#[expect(clippy::print_stdout, reason = "the report of a command")]
fn main() {
    let Arguments { seed, rounds, shown } = Arguments::parse();
    let mut report = differential::rounds::Report::default();
    for seed in seed..seed + rounds {
        differential::run(seed, &mut report);
    }
    for disagreement in report.disagreements.iter().take(shown) {
        println!("{disagreement}\n");
    }
    let disagreed = report.disagreements.len();
    println!("agreed {}, disagreed {disagreed}, rows {}", report.agreed, report.rows);
    let mut refused: Vec<_> = report.refused.into_iter().collect();
    refused.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (what, (count, example)) in refused {
        println!("{count:6} {what}\n       {example}");
    }
}
