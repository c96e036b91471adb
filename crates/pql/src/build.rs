//! A typed builder: queries from programs, without a text being put together.
//!
//! What is built is a [`Tree`](crate::tree::Tree); [`Select::parse`] and [`Condition::parse`] give the statement that has it, read
//! by the same parser as every other text. Values that come from users belong in parameters ([`param`]),
//! which stay typed binds, or in literals here, which can be nothing but literals: no text, however it is
//! made, becomes syntax. Start at [`field`] and [`from`].
//!
//! ```
//! use pql::build::{all, count, field, from, param};
//!
//! let query = from("payments")
//!     .select(field("currency"))
//!     .select(count().named("n"))
//!     .filter(all([field("status").equals("settled"), field("created_at").at_least(param("since"))]))
//!     .group_by([field("currency")])
//!     .order_by([field("n").descending()])
//!     .limit(20);
//! let (parsed, _) = query.parse()?;
//! assert_eq!(
//!     parsed.format(),
//!     "SELECT currency, COUNT(*) AS n\nFROM payments\nWHERE status = 'settled' AND created_at >= :since\n\
//!      GROUP BY currency\nORDER BY n DESC\nLIMIT 20",
//! );
//! # Ok::<(), pql::Diagnostics>(())
//! ```

mod condition;
mod select;
mod value;

pub use condition::{Condition, all, any_element, any_of, exists, not};
pub use select::{Key, Select, from};
pub use value::{
    AnyOf, Item, Value, avg, coalesce, count, count_distinct, date, day, decimal, duration, field,
    hour, instant, max, min, money, month, now, optional_param, param, path, round, sum, text,
    today, week, whole,
};
