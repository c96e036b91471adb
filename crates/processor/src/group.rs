//! Many requests that came as one: consecutive commands of one commit, under a key of their own too.
//!
//! What is decided on them stands in `working`; here is what goes in and what comes out.

use crate::answer::Answer;
use crate::step::Request;

/// Requests that came as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The request they came in: a command that only says so, with the key of the whole.
    pub whole: Request,
    /// What was asked for, in order, each with a key of its own.
    pub items: Vec<Request>,
    /// Whether they stand and fall together.
    pub unity: Unity,
}

/// What one item of a group means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unity {
    /// Each stands for itself, as if it had been sent alone.
    Each,
    /// All are applied, or none.
    All,
}

/// What came of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAnswer {
    /// What became of the whole: applied when its items were taken up.
    pub whole: Answer,
    /// What became of each item, in order; nothing where none was taken up.
    pub items: Vec<Answer>,
    /// The place of the item that the whole was refused for.
    pub guilty: Option<usize>,
}

impl GroupAnswer {
    /// No item was taken up.
    pub(crate) const fn none(whole: Answer) -> Self {
        Self { whole, items: Vec::new(), guilty: None }
    }
}

impl Group {
    /// How many commands it is.
    pub(crate) const fn commands(&self) -> usize {
        self.items.len().saturating_add(1)
    }
}

/// One thing of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work<'w> {
    /// A request by itself.
    One(&'w Request),
    /// A group.
    Group(&'w Group),
}

impl Work<'_> {
    /// How many commands it is.
    pub(crate) const fn commands(self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Group(group) => group.commands(),
        }
    }

    /// What is said of it when all of it came to the same.
    pub(crate) fn all(self, answer: Answer) -> Came {
        match self {
            Self::One(_) => Came::One(answer),
            Self::Group(_) => Came::Group(GroupAnswer::none(answer)),
        }
    }
}

/// What came of one thing of a batch.
#[derive(Debug)]
pub(crate) enum Came {
    /// Of a request by itself.
    One(Answer),
    /// Of a group.
    Group(GroupAnswer),
}

/// Whether what a request came to lets the items go on that came with it.
pub(crate) const fn goes_on(whole: &Answer) -> bool {
    match whole {
        Answer::Kept { presented, .. } => presented.status < 400,
        Answer::Dry(_) | Answer::Refused(_) | Answer::KeyReused | Answer::Failed(_) => false,
    }
}
