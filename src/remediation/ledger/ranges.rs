//! Numbers of ids as ranges: the sixty of a call are two numbers where they follow one another.

use std::fmt;
use std::ops::RangeInclusive;

/// A set of numbers, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ranges(Vec<RangeInclusive<u32>>);

impl Ranges {
    /// The ranges of these numbers, whatever their order; each counts once.
    pub(super) fn of(numbers: &[u32]) -> Self {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable();
        let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
        for number in sorted {
            match ranges.last_mut() {
                Some(last) if number == *last.end() => {}
                Some(last) if number - 1 == *last.end() => *last = *last.start()..=number,
                _ => ranges.push(number..=number),
            }
        }
        Self(ranges)
    }

    /// Reads what [`Ranges::fmt`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some(first.parse().ok()?..=last.parse().ok()?)
        };
        text.split(',').map(range).collect::<Option<_>>().map(Self)
    }

    /// Each range.
    pub(super) fn iter(&self) -> impl Iterator<Item = &RangeInclusive<u32>> {
        self.0.iter()
    }

    /// Each number.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.0.iter().cloned().flatten()
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match range.start() == range.end() {
                true => write!(f, "{}", range.start())?,
                false => write!(f, "{}-{}", range.start(), range.end())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_that_follow_one_another_are_a_range() {
        for (numbers, text) in [
            (&[][..], ""),
            (&[7], "7"),
            (&[0, 1, 2, 3], "0-3"),
            (&[3, 1, 2, 3, 9, 11, 10], "1-3,9-11"),
            (&[u32::MAX, 0], "0,4294967295"),
        ] {
            assert_eq!(Ranges::of(numbers).to_string(), text);
        }
        for text in ["-", "1-", "a", "1,,2", "4294967296"] {
            assert_eq!(Ranges::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(mut numbers in prop::collection::vec(0u32..200, 0..90)) {
            let ranges = Ranges::of(&numbers);
            let read = Ranges::parse(&ranges.to_string());
            prop_assert_eq!(read.as_ref(), Some(&ranges));
            numbers.sort_unstable();
            numbers.dedup();
            prop_assert_eq!(ranges.numbers().collect::<Vec<_>>(), numbers);
        }
    }
}
