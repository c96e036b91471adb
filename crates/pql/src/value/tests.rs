//! Values: exact numbers, times, patterns, and their JSON.

mod buckets;
mod numbers;
mod patterns;
mod texts;
mod times;
