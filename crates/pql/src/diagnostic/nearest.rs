//! How much two names differ, for suggestions. Which names may be suggested is the caller's business.

/// Names longer than this are compared in their first letters only.
const LETTERS_MAX: usize = 64;

/// How many letters are to be changed, put in, taken out or swapped with their neighbours.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(LETTERS_MAX).collect();
    let other: Vec<char> = other.chars().take(LETTERS_MAX).collect();
    let mut rows =
        [vec![0; other.len() + 1], (0..=other.len()).collect::<Vec<_>>(), vec![0; other.len() + 1]];
    for (i, letter) in one.iter().enumerate() {
        let [before, above, row] = &mut rows;
        row[0] = i + 1;
        for (j, against) in other.iter().enumerate() {
            let changed = above[j] + usize::from(letter != against);
            row[j + 1] = changed.min(above[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && one[i - 1] == *against && *letter == other[j - 1];
            if swapped {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        rows.rotate_left(1);
    }
    rows[1].last().copied().unwrap_or(one.len())
}
