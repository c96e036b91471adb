//! A store that holds the rows of a round and answers emissions.

use pql::Compiled;
use pql::value::Value;

/// A database that was filled with the rows of a round.
pub trait Store {
    /// Runs a compiled query; its rows, a value for each selected column, then one for each key of
    /// the order.
    ///
    /// # Errors
    ///
    /// What the database says, if it refuses the command.
    fn run(&mut self, compiled: &Compiled) -> Result<Vec<Vec<Value>>, String>;
}
