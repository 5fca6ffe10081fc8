//! How many samples a percentile needs to mean something.

/// 10/(1-p) for the upper half, 10/p for the lower; `percent` is p in percent, from 0 to 100.
pub fn few_samples_below(percent: f64) -> f64 {
    1_000.0 / if percent >= 50.0 { 100.0 - percent } else { percent }
}
