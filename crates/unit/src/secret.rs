//! A value that must not leak: keys, passwords, tokens.
//!
//! Not encryption, and no help against who can read the process's memory while the value lives:
//! moving a value may leave its old bytes behind, so keep large secrets behind a `Vec`, `String`
//! or `Box`. Invariants: a [`Secret`] is never displayed, debugged or serialised; its memory is
//! wiped when it is dropped. Start at [`Secret::expose`].

use std::fmt;

use zeroize::Zeroize;

/// A value that shows itself only through [`Secret::expose`].
///
/// It cannot be displayed:
/// ```compile_fail
/// let secret = unit::secret::Secret::new(String::from("hush"));
/// println!("{secret}");
/// ```
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes charge of `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; every call is a place to review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
