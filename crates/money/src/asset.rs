//! What is counted: an asset's code, its number of decimals, its kind.
//!
//! Not a registry: which assets a platform may use is decided elsewhere. Two assets are the same
//! only if code, scale and kind all agree. Start at [`Asset::known`] and [`Asset::new`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::{CODE_LENGTH_MAX, CODE_LENGTH_MIN, SCALE_MAX};

/// A currency, a token or a kind of points, with the number of decimals it is counted in.
///
/// Small and `Copy`: the code is held inline. Ordered by code, then scale, then kind.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asset {
    /// The code, padded with zero bytes, so that bytes order as the text does.
    code: [u8; CODE_LENGTH_MAX],
    scale: u8,
    kind: Kind,
}

/// What sort of thing an asset is.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A currency that a state or a central bank issues.
    Fiat,
    /// A coin or token on a chain.
    Crypto,
    /// A unit that a platform issues and honours itself.
    Points,
}

/// Why something is not an asset. Variants stand in the order checked.
#[derive(Debug, Copy, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// The code is too short, too long, or has another character than A-Z and 0-9.
    #[error("an asset code is 2 to 12 characters out of A-Z and 0-9")]
    CodeMalformed,
    /// The scale is above [`SCALE_MAX`].
    #[error("an asset has at most {SCALE_MAX} decimals, not {scale}")]
    ScaleTooLarge {
        /// The scale that was asked for.
        scale: u8,
    },
}

impl AssetError {
    /// The code on the wire. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CodeMalformed => "asset_code_malformed",
            Self::ScaleTooLarge { .. } => "asset_scale_too_large",
        }
    }

    /// Whether the very same asset may be accepted later: never.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::CodeMalformed | Self::ScaleTooLarge { .. } => false,
        }
    }
}

/// Well-known coins and tokens with the decimals of their smallest unit on their own chain.
///
/// No code here is one of ISO 4217.
pub(crate) const CRYPTO: [(&str, u8); 25] = [
    ("ADA", 6),
    ("ALGO", 6),
    ("ATOM", 6),
    ("AVAX", 18),
    ("BCH", 8),
    ("BNB", 18),
    ("BTC", 8),
    ("DAI", 18),
    ("DOGE", 8),
    ("DOT", 10),
    ("ETC", 18),
    ("ETH", 18),
    ("EURC", 6),
    ("LINK", 18),
    ("LTC", 8),
    ("NEAR", 24),
    ("POL", 18),
    ("SOL", 9),
    ("TRX", 6),
    ("USDC", 6),
    ("USDT", 6),
    ("XLM", 7),
    ("XNO", 30),
    ("XRP", 6),
    ("XTZ", 6),
];

impl Asset {
    /// An asset from its code (2 to 12 of A-Z and 0-9), its count of decimals and its kind.
    ///
    /// # Errors
    ///
    /// The first [`AssetError`] that holds, in the order of its variants.
    pub fn new(code: &str, scale: u8, kind: Kind) -> Result<Self, AssetError> {
        let length_fits = (CODE_LENGTH_MIN..=CODE_LENGTH_MAX).contains(&code.len());
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !length_fits || !code.bytes().all(is_plain) {
            return Err(AssetError::CodeMalformed);
        }
        if scale > SCALE_MAX {
            return Err(AssetError::ScaleTooLarge { scale });
        }
        let mut padded = [0; CODE_LENGTH_MAX];
        for (place, byte) in padded.iter_mut().zip(code.bytes()) {
            *place = byte;
        }
        Ok(Self { code: padded, scale, kind })
    }

    /// The asset everybody means by `code`: a currency of ISO 4217, or a well-known coin or token.
    ///
    /// `None` for anything else, so also for codes of ISO 4217 without a minor unit (XAU).
    ///
    /// Source: ISO 4217, for codes and minor units of currencies.
    pub fn known(code: &str) -> Option<Self> {
        let fiat = || {
            let exponent = iso_currency::Currency::from_code(code)?.exponent()?;
            Self::new(code, u8::try_from(exponent).ok()?, Kind::Fiat).ok()
        };
        let crypto = || {
            let (_, scale) = CRYPTO.iter().find(|(listed, _)| *listed == code)?;
            Self::new(code, *scale, Kind::Crypto).ok()
        };
        fiat().or_else(crypto)
    }

    /// The code: "GBP", "BTC".
    pub fn code(&self) -> &str {
        let length = self.code.iter().take_while(|byte| **byte != 0).count();
        let text = self.code.get(..length).map(str::from_utf8);
        // Always text: only `new` fills in a code, and only with plain ASCII.
        text.and_then(Result::ok).unwrap_or_default()
    }

    /// How many decimals the asset is counted in: GBP 2, JPY 0, BTC 8.
    pub const fn scale(&self) -> u8 {
        self.scale
    }

    /// Whether it is a currency, a coin or token, or points.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code())
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
