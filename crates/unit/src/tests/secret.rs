//! Secrets: what shows, what does not, and that the memory is wiped.

use std::cell::RefCell;
use std::rc::Rc;

use zeroize::Zeroize;

use crate::secret::Secret;

/// Notes in a shared list when it is wiped.
struct Witness(Rc<RefCell<Vec<&'static str>>>);

impl Zeroize for Witness {
    fn zeroize(&mut self) {
        self.0.borrow_mut().push("wiped");
    }
}

/// Goal: a debug print of a structure that holds a secret tells nothing.
#[test]
fn debug_tells_nothing() {
    let secret = Secret::new(String::from("hush"));
    assert_eq!(format!("{secret:?} {:?}", Some(secret.clone())), "[secret] Some([secret])");
    assert_eq!(secret.expose(), "hush");
}

/// Goal: dropping wipes, once. Method: a value that tells when it is wiped.
#[test]
fn dropping_wipes() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let secret = Secret::new(Witness(Rc::clone(&seen)));
    assert!(seen.borrow().is_empty());
    drop(secret);
    assert_eq!(*seen.borrow(), ["wiped"]);
}
