//! Data sets on MongoDB.
