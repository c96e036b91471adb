//! How assets, amounts and ratios are written by serde: decimal text for people, integers for
//! machines.
//!
//! Text in JSON, because its numbers are not exact everywhere. Not the wire format of the API: here an asset always says its scale and kind, so that reading
//! needs no registry. Whatever is read is checked as if it were made by the constructors.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Amount, AmountError, Asset, Kind, Ratio, Signed, decimal};

#[derive(Serialize, Deserialize)]
#[serde(rename = "Asset")]
struct AssetFields<'text> {
    #[serde(borrow)]
    code: Cow<'text, str>,
    scale: u8,
    kind: Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Amount")]
struct Readable<'text> {
    #[serde(borrow)]
    value: Cow<'text, str>,
    asset: Asset,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Amount")]
struct Compact {
    minor: u128,
    asset: Asset,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Signed")]
struct CompactSigned {
    negative: bool,
    minor: u128,
    asset: Asset,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Ratio")]
struct ReadableRatio<'text> {
    #[serde(borrow)]
    num: Cow<'text, str>,
    #[serde(borrow)]
    den: Cow<'text, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Ratio")]
struct CompactRatio {
    num: u128,
    den: u128,
}

impl Serialize for Asset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = Cow::Borrowed(self.code());
        AssetFields { code, scale: self.scale(), kind: self.kind() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Asset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let AssetFields { code, scale, kind } = AssetFields::deserialize(deserializer)?;
        Self::new(&code, scale, kind).map_err(D::Error::custom)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let asset = self.asset();
        if serializer.is_human_readable() {
            return Readable { value: self.decimal().into(), asset }.serialize(serializer);
        }
        Compact { minor: self.minor(), asset }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = if deserializer.is_human_readable() {
            let Readable { value, asset } = Readable::deserialize(deserializer)?;
            Self::parse(&value, asset)
        } else {
            let Compact { minor, asset } = Compact::deserialize(deserializer)?;
            Self::new(minor, asset)
        };
        amount.map_err(D::Error::custom)
    }
}

impl Serialize for Signed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let asset = self.asset();
        if serializer.is_human_readable() {
            return Readable { value: self.decimal().into(), asset }.serialize(serializer);
        }
        let (negative, minor) = (self.is_negative(), self.magnitude());
        CompactSigned { negative, minor, asset }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (negative, minor, asset) = if deserializer.is_human_readable() {
            let Readable { value, asset } = Readable::deserialize(deserializer)?;
            let unsigned = value.strip_prefix('-');
            let minor = decimal::parse(unsigned.unwrap_or(&value), asset.scale());
            (unsigned.is_some(), minor.map_err(D::Error::custom)?, asset)
        } else {
            let fields = CompactSigned::deserialize(deserializer)?;
            (fields.negative, fields.minor, fields.asset)
        };
        if negative && minor == 0 {
            return Err(D::Error::custom(AmountError::NotADecimal));
        }
        let (plus, minus) = if negative { (0, minor) } else { (minor, 0) };
        Ok(Self::difference(plus, minus, asset))
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (num, den) = (self.num(), self.den());
        if serializer.is_human_readable() {
            let (num, den) = (num.to_string().into(), den.to_string().into());
            return ReadableRatio { num, den }.serialize(serializer);
        }
        CompactRatio { num, den }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (num, den) = if deserializer.is_human_readable() {
            let ReadableRatio { num, den } = ReadableRatio::deserialize(deserializer)?;
            let whole = |text: &str| decimal::parse(text, 0).map_err(D::Error::custom);
            (whole(&num)?, whole(&den)?)
        } else {
            let CompactRatio { num, den } = CompactRatio::deserialize(deserializer)?;
            (num, den)
        };
        Self::new(num, den).map_err(D::Error::custom)
    }
}
