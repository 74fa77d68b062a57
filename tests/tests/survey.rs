//! A survey of further published activations, typed and in their textbook spelling, against golden values on every instruction set.
#![allow(missing_docs)]

use activations_tests::{Faults, Visitor};

include!(concat!(env!("OUT_DIR"), "/survey.rs"));

#[test]
fn value_and_derivative_are_right_everywhere() {
    let mut faults = Faults::default();
    visit(&mut faults);
    faults.assert_only_open();
}
