//! The one integration target: the built binary in a sealed environment.
