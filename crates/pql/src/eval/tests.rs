//! What queries mean, checked against hand-written SQL that SQLite answers.
