//! Requests and what comes of them: the rules one by one.
