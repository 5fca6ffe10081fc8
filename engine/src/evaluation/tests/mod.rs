//! What the tests of several rooms share.

pub(super) mod vectors;
