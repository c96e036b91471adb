//! The thread around the step function: every request is answered, the queue is bounded, what is
//! due is done, and it says why it ended.

use std::sync::mpsc::{Receiver, channel};

use ledger::Timestamp;
use payments::{Command, Key, OPERATOR};
use store::Truth;

use super::troubled::{Trouble, Troubled};
use super::world::{
    Plain, SECOND, START, World, caller, came, envelope, operator, pay_one, platform_create,
};
use crate::limits::{BATCH_MAX, QUEUE_MAX};
use crate::{Answer, Ended, Handle, Mode, Overloaded, Processor, Request, Writer};

fn request(world: &World, command: Command) -> Request {
    Request { envelope: envelope(world.platform, caller(), command), mode: Mode::Apply }
}

fn submit(handle: &Handle, request: Request) -> Result<Receiver<Answer>, Overloaded> {
    let (reply, answer) = channel();
    handle.submit(request, move |given| reply.send(given).unwrap())?;
    Ok(answer)
}

fn started(world: &World) -> (Writer, Handle, Troubled) {
    let store = Troubled::new(world.store.clone());
    let processor = Processor::new(store.clone(), Plain, ()).unwrap();
    let now = Timestamp::from_micros(world.now + SECOND);
    let (writer, handle) = Writer::start(processor, move || now).unwrap();
    (writer, handle, store)
}

/// Goal: a full queue refuses at once, and what it took is answered. Method: a store that is stuck.
#[test]
fn a_full_queue_refuses_the_next() {
    let mut world = World::new();
    let (ann, bob) = (world.person("Ann"), world.person("Bob"));
    let (writer, handle, store) = started(&world);
    store.set(Trouble::Stuck);
    let pay = request(&world, Command::Pay(pay_one(ann, "1.00", bob)));
    let mut taken = Vec::new();
    let refused = loop {
        match submit(&handle, pay.clone()) {
            Ok(answer) => taken.push(answer),
            Err(refused) => break refused,
        }
        assert!(taken.len() <= QUEUE_MAX + BATCH_MAX, "the queue has an end");
    };
    assert_eq!(refused, Overloaded);
    assert!(taken.len() >= QUEUE_MAX);
    assert!(handle.queue_depth() <= QUEUE_MAX);
    store.set(Trouble::None);
    for answer in &taken {
        assert_eq!(came(&answer.recv().unwrap()), Err("insufficient_funds".to_owned()));
    }
    assert_eq!(handle.queue_depth(), 0);
    drop(handle);
    assert_eq!(writer.join(), Ended::NobodyLeft);
}

/// Goal: an answer is committed when it is given. Method: the position that the handle tells then.
#[test]
fn answers_come_after_the_commit() {
    let mut world = World::new();
    let (ann, bob) = (world.person("Ann"), world.person("Bob"));
    world.fund(ann, "5.00");
    let (writer, handle, store) = started(&world);
    let before = handle.position();
    assert_eq!(before, world.processor.position());
    for _ in 0..3 {
        let answer =
            submit(&handle, request(&world, Command::Pay(pay_one(ann, "1.00", bob)))).unwrap();
        let Answer::Kept { position, .. } = answer.recv().unwrap() else { panic!("kept") };
        assert!(handle.position() >= position);
        assert_eq!(Truth::position(&mut store.inner.clone()).unwrap(), position);
    }
    assert_eq!(handle.position(), before + 3);
    drop(handle);
    assert_eq!(writer.join(), Ended::NobodyLeft);
}

/// Goal: an unknown outcome ends the thread, and who comes later is told. Method: a COMMIT that fails.
#[test]
fn an_unknown_outcome_ends_the_thread() {
    let mut world = World::new();
    let (ann, bob) = (world.person("Ann"), world.person("Bob"));
    let (writer, handle, store) = started(&world);
    store.set(Trouble::Lost);
    let pay = request(&world, Command::Pay(pay_one(ann, "1.00", bob)));
    let answer = submit(&handle, pay.clone()).unwrap();
    assert_eq!(came(&answer.recv().unwrap()), Err("OutcomeUnknown".to_owned()));
    assert_eq!(writer.join(), Ended::OutcomeUnknown);
    let answer = submit(&handle, pay).unwrap();
    assert_eq!(came(&answer.recv().unwrap()), Err("Stopping".to_owned()));
}

/// Goal: a hold that ran out is released without anybody asking, before the next is decided. Method:
/// the clock moves on, and a payment right behind it needs the money.
#[test]
fn what_is_due_is_done_unasked() {
    let mut world = World::new();
    let (ann, bob) = (world.person("Ann"), world.person("Bob"));
    world.fund(ann, "5.00");
    let mut hold = pay_one(ann, "5.00", bob);
    hold.hold_until = Some(Timestamp::from_micros(START + 3_600 * SECOND));
    let hold = world.made(Command::Pay(hold));
    let (writer, handle, store) = started(&world);
    let pay = request(&world, Command::Pay(pay_one(ann, "1.00", bob)));
    let refused = submit(&handle, pay.clone()).unwrap().recv().unwrap();
    assert_eq!(came(&refused), Err("insufficient_funds".to_owned()));
    let advance = request(&world, Command::ClockAdvance { micros: 3_600 * SECOND });
    // Both are waiting before either is answered: the clock ends a batch, what is due comes next.
    store.set(Trouble::Stuck);
    let advanced = submit(&handle, advance).unwrap();
    let paid = submit(&handle, pay).unwrap();
    store.set(Trouble::None);
    came(&advanced.recv().unwrap()).unwrap();
    came(&paid.recv().unwrap()).unwrap();
    assert_eq!(world.status(Key::Hold(hold)), "expired");
    drop(handle);
    assert_eq!(writer.join(), Ended::NobodyLeft);
}

/// Goal: nothing is written into a time that may have been told of, also when the clock was set back
/// across a restart. Method: platforms, whose histories begin, after a start with an earlier clock and
/// after a time that was closed.
#[test]
fn a_time_that_was_told_of_stays_closed() {
    let mut world = World::new();
    world.person("Ann");
    let latest = Truth::latest(&mut world.store).unwrap().unwrap();
    let processor = Processor::new(world.store.clone(), Plain, ()).unwrap();
    let earlier = Timestamp::from_micros(latest.micros() - 60 * SECOND);
    let (writer, handle) = Writer::start(processor, move || earlier).unwrap();
    let mut made_after = |told: Timestamp| {
        let envelope = envelope(OPERATOR, operator(), platform_create());
        let request = Request { envelope, mode: Mode::Apply };
        came(&submit(&handle, request).unwrap().recv().unwrap()).unwrap();
        let last = Truth::latest(&mut world.store).unwrap().unwrap();
        assert!(last > told, "{last:?} is after {told:?}");
        last
    };
    let told = made_after(latest);
    let told = Timestamp::from_micros(told.micros() + 5 * SECOND);
    let (reply, closed) = channel();
    handle.close(told, move || reply.send(()).unwrap()).unwrap();
    closed.recv().unwrap();
    made_after(told);
    drop(handle);
    assert_eq!(writer.join(), Ended::NobodyLeft);
}
