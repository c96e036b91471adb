//! Every code of every diagnostic, in one table; none is ever renamed or used twice.

/// Whether a query with such a diagnostic may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It may not.
    Error,
    /// It may; the diagnostic is worth reading.
    Warning,
}

impl Severity {
    /// As written in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($severity:ident $variant:ident $name:literal $meaning:literal)*) => {
        /// The code of a diagnostic: permanent, for programs and for documentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// All codes, in the order of the stages that give them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As written in JSON and in documentation.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means, as a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// Whether a query with it may run.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    // Text and tokens.
    Error TooLong "E-TOO-LONG" "The text is longer than 64 KiB."
    Error Character "E-CHARACTER" "A character has no place in query text."
    Error Quote "E-QUOTE" "A text or a quoted name does not end, or has the wrong quotes."
    Error Number "E-NUMBER" "A number is not written as PQL writes numbers."
    Error Time "E-TIME" "A date, an instant or a duration is not one."
    Error Comment "E-COMMENT" "A comment stands where none is allowed, or is not written as PQL writes comments."
    Error Operator "E-OPERATOR" "An operator is not one of PQL's."
    // Grammar.
    Error Syntax "E-SYNTAX" "The text does not follow the grammar."
    Error Chain "E-CHAIN" "Comparisons do not chain."
    Error Clause "E-CLAUSE" "A clause stands twice, or in the wrong place."
    Error Reserved "E-RESERVED" "A reserved word stands where a name is expected."
    Error Condition "E-CONDITION" "A condition stands where a value is expected."
    Error Statement "E-STATEMENT" "One text is one statement."
    Error LeftOut "E-LEFT-OUT" "SQL has it, PQL leaves it out on purpose."
    Error Function "E-FUNCTION" "No such function, or not with these arguments."
    Error Null "E-NULL" "NULL stands only after IS."
    Error Depth "E-DEPTH" "The query is nested deeper than the limit."
    Error Terms "E-TERMS" "The query has more terms than the limit."
    Error ListItems "E-LIST" "A list has more items than the limit."
    // Meaning.
    Error Name "E-NAME" "A name is unknown here, or not permitted."
    Error Alias "E-ALIAS" "An alias stands twice, or is the name of a field."
    Error Type "E-TYPE" "Types do not fit each other."
    Error Asset "E-ASSET" "Money needs one asset, and a known one."
    Error Precision "E-PRECISION" "A value is finer than what it is compared with."
    Error Range "E-RANGE" "A value is beyond what its type holds."
    Error Width "E-WIDTH" "A calculation has more digits than can be kept exactly."
    Error Enum "E-ENUM" "A value is not one of the field's."
    Error Id "E-ID" "An id is not one, or has another prefix."
    Error Pattern "E-PATTERN" "A pattern is too long, or its escape is wrong."
    Error Param "E-PARAM" "A parameter is missing, NULL, unknown or of the wrong type."
    Error Group "E-GROUP" "A selected value is neither a group key nor an aggregate."
    Error Aggregate "E-AGGREGATE" "An aggregate stands where none is allowed."
    Error Bucket "E-BUCKET" "A bucket needs a time range at both ends, of at most 1,000 buckets."
    Error Zone "E-ZONE" "No such time zone."
    Error Cursor "E-CURSOR" "A cursor is not of this query, or does not fit here."
    Error Scope "E-SCOPE" "A data set is scoped and no scope was given."
    Error Limit "E-LIMIT" "The query is beyond a limit of the role or the data set."
    Error Capability "E-CAPABILITY" "The store cannot do this exactly."
    Error Bug "E-BUG" "The emission did not pass its verification: a bug of ours; the query does not run."
    // Doubts.
    Warning Mixed "W-MIXED" "AND and OR stand together without parentheses."
    Warning NullDrop "W-NULL-DROP" "A comparison drops the rows where the field is NULL."
    Warning AssetDrop "W-ASSET-DROP" "A comparison of money drops the rows of other assets."
    Warning Unbounded "W-UNBOUNDED" "A large data set is read without a bound on time."
    Warning LikeLiteral "W-LIKE-LITERAL" "A pattern without wildcards is a comparison."
}
