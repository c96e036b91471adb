//! The parser: what is read as what.
