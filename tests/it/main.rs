//! The one integration target: the built binary in a sealed environment.

mod support;

mod architecture;
mod connect;
mod generated;
mod lockfile;
