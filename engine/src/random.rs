//! Random bytes out of a seed: SHA-256 of seed and counter, block after block. As unpredictable as the seed;
//! the driver must give every session, and every execution, a fresh one. Makes no entropy of its own.

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

use crate::uuid::Uuid;

pub struct Random {
    seed: [u8; 32],
    blocks: u64,
    block: [u8; SHA256_OUTPUT_LEN],
    used: usize,
}

impl Random {
    pub fn new(seed: [u8; 32]) -> Self {
        Random { seed, blocks: 0, block: [0; SHA256_OUTPUT_LEN], used: SHA256_OUTPUT_LEN }
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    pub fn uuid(&mut self) -> Uuid {
        Uuid::from_random(self.bytes())
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let mut context = Context::new(&SHA256);
            context.update(&self.seed);
            context.update(&self.blocks.to_be_bytes());
            self.block.copy_from_slice(context.finish().as_ref());
            self.blocks += 1;
            self.used = 0;
        }
        let byte = self.block[self.used];
        self.used += 1;
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_seed_decides_and_nothing_repeats() {
        let draw = |seed: u8| {
            let mut random = Random::new([seed; 32]);
            (0..1000).map(|_| random.uuid()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_eq!(draw(1).into_iter().chain(draw(2)).collect::<HashSet<_>>().len(), 2000);
    }
}
