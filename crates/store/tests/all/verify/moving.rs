//! A store that goes on while it is verified gives no false alarm, and hides no row that did not move.

use std::cell::Cell;

use ledger::PlatformId;
use payments::resources::{Bearer, Kind};
use payments::{Command, Key, Resource};
use store::verify::verify;
use store::{Committed, Fault, Head, Journal, MemoryStore, ReadRows, Truth};

use super::story::{Cast, Story};

/// A truth in which a few commands are committed before every page of resources, and before heads.
struct Moving {
    story: Story,
    cast: Cast,
    /// The holds and payouts that are still open, to be resolved one after the other.
    open: Vec<Key>,
    moves: Cell<u32>,
    /// A row whose status is told wrongly.
    wrong: Option<Key>,
}

impl Moving {
    fn new(wrong: Option<Key>) -> Self {
        let mut story = Story::new();
        story.open_platform("Only");
        let cast = story.cast();
        story.fund("in", cast.buyer);
        story.fund("in-2", cast.seller);
        let mut open = Vec::new();
        for _ in 0..4 {
            open.push(story.hold_key(&cast));
            story.pay_out(&cast, Bearer::Payer);
        }
        Self { story, cast, open, moves: Cell::new(0), wrong }
    }

    fn go_on(&mut self) {
        self.moves.set(self.moves.get() + 1);
        if let Some(hold) = self.open.pop() {
            self.story.step(hold, "voided");
        }
        let pay = self.story.pay(&self.cast, Bearer::Payees);
        self.story.apply(Command::Pay(pay), Kind::Transaction);
        self.story.person("Newcomer");
        self.story.step(Key::Account(self.cast.other), "frozen");
        self.story.step(Key::Account(self.cast.other), "open");
    }
}

impl Journal for Moving {
    fn last_position(&mut self) -> Result<u64, Fault> {
        self.story.store.last_position()
    }

    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault> {
        self.story.store.commands_after(position, limit)
    }

    fn resources_after(
        &mut self,
        after: Option<&(PlatformId, Key)>,
        _: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        self.go_on();
        // Small pages, so that rows move between them.
        let mut page = self.story.store.resources_after(after, 5)?;
        for (_, resource) in &mut page {
            if self.wrong.as_ref() == Some(&resource.key())
                && let Resource::Customer(it) = resource
            {
                it.status = payments::states::CustomerStatus::Suspended;
            }
        }
        Ok(page)
    }

    fn heads(&mut self) -> Result<Vec<Head>, Fault> {
        self.go_on();
        self.story.store.heads()
    }
}

/// Goal: what moved since the position is no difference. Method: holds resolve, accounts freeze,
/// payments and customers are made between any two pages, with a read model that keeps up.
#[test]
fn a_store_that_goes_on_is_clean() {
    for with_reads in [None, Some(())] {
        let mut moving = Moving::new(None);
        let reads: MemoryStore = moving.story.store.clone();
        let reads = with_reads.map(|()| &reads as &dyn ReadRows);
        let report = verify(&mut moving, reads, &mut |_| {}).unwrap();
        assert_eq!(report.differences, []);
        assert!(moving.moves.get() > 5, "the store did go on");
    }
}

/// Goal: a row that did not move is still checked. Method: a wrong status beside all the moves.
#[test]
fn a_wrong_row_in_a_store_that_goes_on_is_found() {
    let mut moving = Moving::new(None);
    let wrong = Key::Account(moving.cast.seller);
    let Some(Resource::Account(account)) =
        moving.story.store.load(&[(moving.story.platform, wrong)]).unwrap().remove(0)
    else {
        panic!("no account")
    };
    moving.wrong = account.customer.map(Key::Customer);
    let report = verify(&mut moving, None, &mut |_| {}).unwrap();
    let rows: Vec<_> = report.differences.iter().map(|it| it.row.as_str()).collect();
    assert_eq!(rows, [format!("customer {}", account.customer.unwrap())]);
}
