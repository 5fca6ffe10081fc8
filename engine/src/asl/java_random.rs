//! The generator of Java's `Random`, which a seed given to `States.MathRandom` or `$random` stands for at the service:
//! the same seed gives the same numbers everywhere.

const MULTIPLIER: u64 = 0x5_DEEC_E66D;
const MASK: u64 = (1 << 48) - 1;

pub(super) struct JavaRandom(u64);

impl JavaRandom {
    pub(super) fn new(seed: i64) -> Self {
        JavaRandom((seed.cast_unsigned() ^ MULTIPLIER) & MASK)
    }

    fn next(&mut self, bits: u32) -> u64 {
        self.0 = self.0.wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK;
        self.0 >> (48 - bits)
    }

    /// Uniform in 0 to 1, without 1.
    pub(super) fn double(&mut self) -> f64 {
        let high = self.next(26) << 27;
        (high + self.next(27)) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_of_a_seed_is_java_s() {
        let mut random = JavaRandom::new(42);
        assert_eq!(random.double(), 0.7275636800328681);
        assert_eq!(random.double(), 0.6832234717598454);
    }
}
