//! The engine as a whole.

mod vectors;
