//! Whether a store holds play money or real money; decided when it is made, never changed.

/// What a store is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Play money, the sandbox bank, a clock that can be moved.
    Test,
    /// Real money.
    Live,
}

impl Mode {
    /// The word for it, in stores and in messages. Never renamed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// The mode of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Test, Self::Live].into_iter().find(|mode| mode.code() == code)
    }

    /// Whether this is a test store.
    #[must_use]
    pub const fn is_sandbox(self) -> bool {
        match self {
            Self::Test => true,
            Self::Live => false,
        }
    }
}
