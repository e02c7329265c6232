//! Choices that a seed decides: the same seed makes the same ones on every machine.

/// A source of choices (the generator `SplitMix64`).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The choices of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another source that depends on this one's seed and the name alone: what it is used for does not change what
    /// follows here.
    #[must_use]
    pub fn fork(&self, name: &str) -> Self {
        let mut other = Self(self.0);
        for byte in name.bytes() {
            other.0 ^= u64::from(byte);
            other.next();
        }
        other
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is 1 at least.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A number from `from` up to and without `end`.
    pub fn between(&mut self, from: u64, end: u64) -> u64 {
        from + self.below(end.saturating_sub(from))
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let count = u64::try_from(from.len()).unwrap_or(u64::MAX);
        &from[usize::try_from(self.below(count)).unwrap_or(0)]
    }

    /// Puts these into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(u64::try_from(last).unwrap_or(u64::MAX) + 1);
            items.swap(last, usize::try_from(other).unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_and_a_fork_disturbs_nothing() {
        let draw = |chance: &mut Chance| (0..8).map(|_| chance.below(1000)).collect::<Vec<_>>();
        let mut chance = Chance::new(7);
        let forked = draw(&mut chance.fork("faults"));
        assert_ne!(forked, draw(&mut chance.fork("actions")));
        assert_eq!(draw(&mut chance), draw(&mut Chance::new(7)));
        assert_ne!(draw(&mut Chance::new(7)), draw(&mut Chance::new(8)));
        assert_eq!(forked, draw(&mut Chance::new(7).fork("faults")));
    }
}
