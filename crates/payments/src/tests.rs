//! What decisions accept, refuse and guarantee.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tests count in numbers far from their limits, so that they do not share the code's care"
)]

mod desk;
mod machines;
mod properties;
mod rails;
mod refusals;
mod setting_up;
mod splits;
mod windows;
