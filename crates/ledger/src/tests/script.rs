//! Hostile scripts: entries that a careless or malicious caller might send, one after another.
//!
//! Twelve accounts in two assets, an account of each number in GBP and the next one in BTC.
//! Amounts are tiny or at the very top, the same account pays itself, holds are resolved twice,
//! accounts are frozen, closed and opened again while money is on its way.

use std::collections::BTreeMap;

use money::AMOUNT_MAX;
use proptest::{prelude::*, sample::Index};

use super::{Accounts, amount, id, model::Facts};
use crate::{
    Account, AccountId, Applied, Chart, Counters, Direction, Layer, Leg, Rail, Rejected, Standing,
    apply, hold,
};

const CODES: [&str; 2] = ["GBP", "BTC"];
const CHARTS: [Chart; 6] = [
    Chart::Customer,
    Chart::Customer,
    Chart::Unallocated,
    Chart::Clearing(Rail::Bank),
    Chart::Safeguarding,
    Chart::Fees,
];
const ACCOUNTS: usize = 12;

/// From which account (debited) to which (credited), and how many minor units.
type Move = (usize, usize, u128);

/// One thing to try.
#[derive(Debug, Clone)]
pub(super) enum Command {
    /// Legs without any care.
    Raw(Vec<(usize, Direction, Layer, u128, usize)>),
    /// Balanced legs, each move in the next of the layers, the order turned, and perhaps one of
    /// them spoiled.
    Moves { moves: Vec<Move>, layers: Vec<Layer>, turn: usize, spoiled: Option<(Index, Spoil)> },
    /// A hold.
    Reserve(Vec<Move>),
    /// Some earlier hold, resolved or not: post so many per cent of each move, or void it.
    Resolve { hold: Index, percent: Option<Vec<u128>> },
    /// The standing of an account changes.
    Stand(usize, Standing),
    /// The credit limit of an account changes.
    Limit(usize, u128),
}

/// How a leg of a balanced entry goes wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spoil {
    Amount(u128),
    OtherAsset,
    OtherSide,
    OtherAccount(usize),
    OtherLayer(Layer),
}

/// One entry that was tried, with all that was true around it.
pub(super) struct Step {
    pub(super) facts: BTreeMap<AccountId, Facts>,
    pub(super) before: Accounts,
    pub(super) legs: Vec<Leg>,
    pub(super) outcome: Result<Applied, Rejected>,
    pub(super) after: Accounts,
}

pub(super) fn any_amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        1 => Just(0_u128),
        8 => 1_u128..200,
        2 => AMOUNT_MAX - 2..=AMOUNT_MAX,
        1 => AMOUNT_MAX / 2..=AMOUNT_MAX / 2 + 2,
    ]
}

fn any_layer() -> impl Strategy<Value = Layer> {
    prop_oneof![1 => Just(Layer::Pending), 1 => Just(Layer::Released), 3 => Just(Layer::Posted)]
}

fn any_direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Debit), Just(Direction::Credit)]
}

fn any_standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        4 => Just(Standing::Open),
        1 => Just(Standing::FrozenIn),
        1 => Just(Standing::FrozenOut),
        1 => Just(Standing::Frozen),
        1 => Just(Standing::Closed),
    ]
}

fn any_moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((0..ACCOUNTS, 0..ACCOUNTS, any_amount()), 1..4)
}

/// Money in: the debited account is one that may go anywhere, so that some gets through.
fn funding() -> impl Strategy<Value = Command> {
    (6..ACCOUNTS, 0..6_usize, any_amount()).prop_map(|one| Command::Moves {
        moves: vec![one],
        layers: vec![Layer::Posted],
        turn: 0,
        spoiled: None,
    })
}

fn any_spoil() -> impl Strategy<Value = Spoil> {
    prop_oneof![
        any_amount().prop_map(Spoil::Amount),
        Just(Spoil::OtherAsset),
        Just(Spoil::OtherSide),
        (0..ACCOUNTS).prop_map(Spoil::OtherAccount),
        any_layer().prop_map(Spoil::OtherLayer),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let raw = (0..ACCOUNTS, any_direction(), any_layer(), any_amount(), 0..2_usize);
    let spoiled = prop::option::weighted(0.25, (any::<Index>(), any_spoil()));
    let layers = prop::collection::vec(any_layer(), 1..4);
    let percent = prop::collection::vec(0..=100_u128, 1..4);
    prop_oneof![
        1 => prop::collection::vec(raw, 0..5).prop_map(Command::Raw),
        4 => funding(),
        6 => (any_moves(), layers, 0..6_usize, spoiled).prop_map(
            |(moves, layers, turn, spoiled)| Command::Moves { moves, layers, turn, spoiled }),
        4 => any_moves().prop_map(Command::Reserve),
        5 => (any::<Index>(), prop::option::of(percent))
            .prop_map(|(hold, percent)| Command::Resolve { hold, percent }),
        3 => (0..ACCOUNTS, any_standing()).prop_map(|(at, to)| Command::Stand(at, to)),
        2 => (0..ACCOUNTS, any_amount()).prop_map(|(at, to)| Command::Limit(at, to)),
    ]
}

pub(super) fn any_script() -> impl Strategy<Value = Vec<Command>> {
    prop::collection::vec(any_command(), 1..30)
}

fn name(number: usize) -> AccountId {
    id(&format!("number {number}"))
}

fn code(number: usize) -> &'static str {
    CODES[number % 2]
}

/// Twelve accounts that have never taken a leg.
pub(super) fn opening() -> Accounts {
    (0..ACCOUNTS)
        .map(|number| Account {
            id: name(number),
            asset: amount(0, code(number)).asset(),
            chart: CHARTS[number / 2],
            standing: Standing::Open,
            credit_limit: 0,
            counters: Counters::default(),
            version: 0,
        })
        .map(|account| (account.id, account))
        .collect()
}

/// Runs a script on accounts that start empty; one step for each entry tried.
pub(super) fn run(script: &[Command]) -> Vec<Step> {
    let (mut accounts, mut holds, mut steps) = (opening(), Vec::new(), Vec::new());
    for command in script {
        let Some(legs) = prepare(command, &mut accounts, &holds) else { continue };
        let (before, outcome) = (accounts.clone(), apply(&accounts, &legs));
        if let Ok(applied) = &outcome {
            accounts.extend(applied.accounts.iter().map(|after| (after.id, after.clone())));
            if let Command::Reserve(moves) = command {
                holds.push(group(moves));
            }
        }
        let facts = before.values().map(facts).collect();
        steps.push(Step { facts, before, legs, outcome, after: accounts.clone() });
    }
    steps
}

/// The legs to try, or none for a command that is no entry.
fn prepare(
    command: &Command,
    accounts: &mut Accounts,
    holds: &[Vec<(AccountId, Direction, money::Amount)>],
) -> Option<Vec<Leg>> {
    match command {
        Command::Raw(legs) => Some(legs.iter().map(raw).collect()),
        Command::Moves { moves, layers, turn, spoiled } => {
            let mut legs = hold::reserve(&group(moves));
            for (at, leg) in legs.iter_mut().enumerate() {
                leg.layer = layers[at / 2 % layers.len()];
            }
            let turn = turn % legs.len();
            legs.rotate_left(turn);
            if let Some((at, spoil)) = spoiled {
                let at = at.index(legs.len());
                legs[at] = spoil_leg(legs[at], *spoil);
            }
            Some(legs)
        }
        Command::Reserve(moves) => Some(hold::reserve(&group(moves))),
        Command::Resolve { .. } if holds.is_empty() => None,
        Command::Resolve { hold, percent: None } => {
            Some(hold::void(&holds[hold.index(holds.len())]))
        }
        Command::Resolve { hold, percent: Some(percent) } => {
            let reserved = &holds[hold.index(holds.len())];
            Some(hold::post(reserved, &parts(reserved, percent)).unwrap())
        }
        Command::Stand(at, standing) => {
            accounts.get_mut(&name(*at)).unwrap().standing = *standing;
            None
        }
        Command::Limit(at, limit) => {
            accounts.get_mut(&name(*at)).unwrap().credit_limit = *limit;
            None
        }
    }
}

/// Balanced pairs of a debit and a credit; the credited account is one of the debited one's asset.
fn group(moves: &[Move]) -> Vec<(AccountId, Direction, money::Amount)> {
    moves
        .iter()
        .flat_map(|&(from, to, minor)| {
            let (to, moved) = (to / 2 * 2 + from % 2, amount(minor, code(from)));
            [(name(from), Direction::Debit, moved), (name(to), Direction::Credit, moved)]
        })
        .collect()
}

/// So many per cent of what each pair reserved; the list of per cents is gone through in turn.
fn parts(
    reserved: &[(AccountId, Direction, money::Amount)],
    percent: &[u128],
) -> Vec<money::Amount> {
    reserved
        .iter()
        .enumerate()
        .map(|(at, (_, _, held))| {
            let percent = percent[at / 2 % percent.len()];
            amount(held.minor() * percent / 100, held.asset().code())
        })
        .collect()
}

fn raw(&(at, direction, layer, minor, asset): &(usize, Direction, Layer, u128, usize)) -> Leg {
    Leg { account: name(at), direction, layer, amount: amount(minor, CODES[asset]) }
}

fn spoil_leg(leg: Leg, spoil: Spoil) -> Leg {
    let code = leg.amount.asset().code().to_owned();
    match spoil {
        Spoil::Amount(minor) => Leg { amount: amount(minor, &code), ..leg },
        Spoil::OtherAsset => {
            let other = if code == CODES[0] { CODES[1] } else { CODES[0] };
            Leg { amount: amount(leg.amount.minor(), other), ..leg }
        }
        Spoil::OtherSide => Leg { direction: leg.direction.opposite(), ..leg },
        Spoil::OtherAccount(at) => Leg { account: name(at), ..leg },
        Spoil::OtherLayer(layer) => Leg { layer, ..leg },
    }
}

fn facts(account: &Account) -> (AccountId, Facts) {
    let Account { id, asset, chart, standing, credit_limit, .. } = *account;
    let credit_limit = i128::try_from(credit_limit).unwrap();
    (id, Facts { asset, chart, standing, credit_limit })
}

/// A refusal as the code and the account it names.
pub(super) fn answer(rejected: &Rejected) -> (&'static str, Option<AccountId>) {
    let account = match rejected {
        Rejected::NoLegs | Rejected::TooManyLegs { .. } | Rejected::Unbalanced { .. } => None,
        Rejected::AmountZero { account }
        | Rejected::AssetMismatch { account, .. }
        | Rejected::AccountClosed { account }
        | Rejected::AccountFrozenIn { account }
        | Rejected::AccountFrozenOut { account }
        | Rejected::HoldExceeded { account, .. }
        | Rejected::BalanceOverflow { account, .. }
        | Rejected::InsufficientFunds { account, .. } => Some(*account),
    };
    (rejected.code(), account)
}
