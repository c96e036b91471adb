//! The words of the language: reserved ones, and those that are words only where the grammar expects them.

use crate::ast::Function;

macro_rules! function {
    (Function $variant:ident) => {
        Some(Function::$variant)
    };
    ($class:ident $variant:ident) => {
        None
    };
}

macro_rules! words {
    ($($class:ident $variant:ident $text:literal)*) => {
        /// A word of the language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Word {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl Word {
            /// All words.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// It, in upper case.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Whether it can never be an unquoted name.
            #[must_use]
            pub const fn is_reserved(self) -> bool {
                match self { $(Self::$variant => matches!(Class::$class, Class::Reserved),)* }
            }

            /// The function of that name.
            pub(crate) const fn function(self) -> Option<Function> {
                match self { $(Self::$variant => function!($class $variant),)* }
            }

            /// The word that `bytes` are, in any case.
            #[expect(non_upper_case_globals, reason = "constants named as the variants")]
            pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
                $(const $variant: u64 = pack($text.as_bytes());)*
                if bytes.len() > LETTERS_MAX {
                    return None;
                }
                match pack(bytes) { $($variant => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

/// No word has more letters, so that each fits in 64 bits.
const LETTERS_MAX: usize = 8;

/// The letters in upper case as one number. What is no letter gives no letter.
const fn pack(bytes: &[u8]) -> u64 {
    let mut packed = 0;
    let mut index = 0;
    while index < bytes.len() {
        packed = packed << 8 | (bytes[index] & 0xDF) as u64;
        index += 1;
    }
    packed
}

enum Class {
    Reserved,
    Contextual,
    Function,
}

words! {
    Reserved Select "SELECT"
    Reserved From "FROM"
    Reserved Where "WHERE"
    Reserved Group "GROUP"
    Reserved By "BY"
    Reserved Having "HAVING"
    Reserved Order "ORDER"
    Reserved Limit "LIMIT"
    Reserved As "AS"
    Reserved And "AND"
    Reserved Or "OR"
    Reserved Not "NOT"
    Reserved Is "IS"
    Reserved Null "NULL"
    Reserved In "IN"
    Reserved Between "BETWEEN"
    Reserved Like "LIKE"
    Reserved Ilike "ILIKE"
    Reserved Exists "EXISTS"
    Reserved Distinct "DISTINCT"
    Reserved Div "DIV"
    Reserved Mod "MOD"
    Reserved True "TRUE"
    Reserved False "FALSE"
    Reserved Unknown "UNKNOWN"
    Contextual Explain "EXPLAIN"
    Contextual Asc "ASC"
    Contextual Desc "DESC"
    Contextual Nulls "NULLS"
    Contextual First "FIRST"
    Contextual Last "LAST"
    Contextual After "AFTER"
    Contextual On "ON"
    Contextual Year "YEAR"
    Contextual Tz "TZ"
    Contextual Starts "STARTS"
    Contextual Ends "ENDS"
    Contextual With "WITH"
    Contextual Contains "CONTAINS"
    Contextual Escape "ESCAPE"
    Contextual Any "ANY"
    Contextual Filter "FILTER"
    Function Abs "ABS"
    Function Coalesce "COALESCE"
    Function Nullif "NULLIF"
    Function Round "ROUND"
    Function Floor "FLOOR"
    Function Ceil "CEIL"
    Function Length "LENGTH"
    Function Lower "LOWER"
    Function Upper "UPPER"
    Function Concat "CONCAT"
    Function Now "NOW"
    Function Today "TODAY"
    Function Hour "HOUR"
    Function Day "DAY"
    Function Week "WEEK"
    Function Month "MONTH"
    Function Count "COUNT"
    Function Sum "SUM"
    Function Min "MIN"
    Function Max "MAX"
    Function Avg "AVG"
}

impl Word {
    /// Whether `name`, in any case, is a word of the language: such a code cannot be an asset's.
    #[must_use]
    pub fn is_word(name: &str) -> bool {
        Self::of(name.as_bytes()).is_some()
    }
}
