//! Whole items as users type them, against golden values on every instruction set.
#![allow(warnings, clippy::all, clippy::pedantic, reason = "programs as users type them")]

use activations_tests::{Faults, Visitor};

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

#[test]
fn value_and_derivative_are_right_everywhere() {
    let mut faults = Faults::default();
    visit(&mut faults);
    faults.assert_only_open();
}
