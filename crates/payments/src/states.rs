//! The states of every resource, and which may follow which. Only states that something can reach are here.
//!
//! The words are the wire's; the tables are what the tests of every transition walk.

/// What every state machine can tell about itself.
pub trait Machine: Copy + Eq + 'static {
    /// Every state, in the order of a life.
    const ALL: &'static [Self];
    /// The word on the wire.
    fn code(self) -> &'static str;
    /// The states that may follow this one.
    fn next(self) -> &'static [Self];
    /// The state of a word, if it is one of this machine's.
    fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
}

macro_rules! machine {
    ($(#[$doc:meta])* $name:ident { $($(#[$state_doc:meta])* $state:ident = $code:literal => [$($next:ident),*],)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$state_doc])* $state,)+ }

        impl Machine for $name {
            const ALL: &'static [Self] = &[$(Self::$state),+];
            fn code(self) -> &'static str {
                match self { $(Self::$state => $code,)+ }
            }
            fn next(self) -> &'static [Self] {
                match self { $(Self::$state => &[$(Self::$next),*],)+ }
            }
        }
    };
}

machine!(
    /// A platform.
    PlatformStatus {
        /// Works.
        Active = "active" => [Suspended],
        /// Its keys may read; nothing changes but by the operator.
        Suspended = "suspended" => [Active],
    }
);

machine!(
    /// An API key.
    KeyStatus {
        /// Works until it expires.
        Active = "active" => [Revoked],
        /// Never works again.
        Revoked = "revoked" => [],
    }
);

machine!(
    /// One version of a role.
    RoleStatus {
        /// May be changed; no customer points at it.
        Draft = "draft" => [Published],
        /// Never changes; customers may point at it.
        Published = "published" => [Retired],
        /// No new customer may point at it.
        Retired = "retired" => [],
    }
);

machine!(
    /// A customer.
    CustomerStatus {
        /// Being filled in.
        Draft = "draft" => [InReview],
        /// Somebody looks at it.
        InReview = "in_review" => [Active, Rejected],
        /// May do what its role says.
        Active = "active" => [Restricted, Suspended, Closed],
        /// May receive, not send.
        Restricted = "restricted" => [Active, Suspended, Closed],
        /// May do nothing.
        Suspended = "suspended" => [Active, Restricted, Closed],
        /// Ended, with nothing open.
        Closed = "closed" => [],
        /// Refused for good.
        Rejected = "rejected" => [],
    }
);

machine!(
    /// A business person.
    PersonStatus {
        /// Nobody has checked.
        Unverified = "unverified" => [Verified],
        /// Is who they say.
        Verified = "verified" => [Expired],
        /// Was verified too long ago.
        Expired = "expired" => [Verified],
    }
);

machine!(
    /// An account.
    AccountStatus {
        /// Its customer is not active yet.
        Pending = "pending" => [Open, Closed],
        /// Takes in and pays out.
        Open = "open" => [FrozenIn, FrozenOut, Frozen, Closing],
        /// Pays out only.
        FrozenIn = "frozen_in" => [Open, FrozenOut, Frozen],
        /// Takes in only.
        FrozenOut = "frozen_out" => [Open, FrozenIn, Frozen],
        /// Neither.
        Frozen = "frozen" => [Open, FrozenIn, FrozenOut],
        /// Pays out what is left.
        Closing = "closing" => [Open, Closed],
        /// Ended, all counters net to zero.
        Closed = "closed" => [],
    }
);

machine!(
    /// A bank account.
    BankAccountStatus {
        /// The payee's name is not checked.
        Unverified = "unverified" => [Verified, Archived],
        /// Money may be sent to it.
        Verified = "verified" => [Disabled, Archived],
        /// Kept, not used.
        Disabled = "disabled" => [Verified, Archived],
        /// Put away for good.
        Archived = "archived" => [],
    }
);

machine!(
    /// A transaction.
    TransactionStatus {
        /// Expected: money that a payer was asked for.
        Created = "created" => [Settled, Cancelled],
        /// Came in and is unallocated; assigned or returned by an operator.
        InReview = "in_review" => [Settled, Returned],
        /// Reserved by a hold.
        Authorised = "authorised" => [Settled, Cancelled, Expired],
        /// Reserved and handed to the rail.
        Submitted = "submitted" => [Settled, Failed, Returned],
        /// Money has moved.
        Settled = "settled" => [Returned],
        /// Ended before money moved.
        Cancelled = "cancelled" => [],
        /// Its hold ran out.
        Expired = "expired" => [],
        /// The rail said no.
        Failed = "failed" => [],
        /// Settled, then came back; or came in and was sent back.
        Returned = "returned" => [InReview],
    }
);

machine!(
    /// A hold.
    HoldStatus {
        /// Money is reserved.
        Active = "active" => [Posted, Voided, Expired],
        /// Money has moved, wholly or in part; the rest is free again.
        Posted = "posted" => [],
        /// Released by hand.
        Voided = "voided" => [],
        /// Released by time.
        Expired = "expired" => [],
    }
);

machine!(
    /// A refund.
    RefundStatus {
        /// Reserved and handed to the rail.
        Submitted = "submitted" => [Settled, Failed],
        /// Money went back.
        Settled = "settled" => [Failed],
        /// The rail said no; the money is with the account again.
        Failed = "failed" => [],
    }
);
