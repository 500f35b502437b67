//! A measured value, what it may be, and how both are printed.

use std::fmt;

/// What a bench gives: its bars, or why it could not measure.
pub(crate) type Result = std::result::Result<Vec<Bar>, Box<dyn std::error::Error>>;

/// A bench; told whether to be quick.
pub(crate) type Bench = fn(bool) -> Result;

/// One measured value and the most that it may be.
pub(crate) struct Bar {
    /// What was measured.
    pub(crate) name: &'static str,
    /// The value, in `unit`.
    pub(crate) value: f64,
    /// The same without us, in `unit`, from the same run.
    pub(crate) floor: f64,
    /// Of value and floor.
    pub(crate) unit: &'static str,
    /// The most that is accepted.
    pub(crate) most: Most,
}

/// The most that is accepted.
#[derive(Clone, Copy)]
pub(crate) enum Most {
    /// So many times the floor.
    Ratio(f64),
    /// So many units.
    Absolute(f64),
}

impl Bar {
    fn ratio(&self) -> f64 {
        self.value / self.floor
    }

    /// Whether the value is accepted.
    pub(crate) fn is_met(&self) -> bool {
        match self.most {
            Most::Ratio(most) => self.ratio() <= most,
            Most::Absolute(most) => self.value <= most,
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, floor, unit, .. } = self;
        let word = if self.is_met() { "ok  " } else { "MISS" };
        write!(f, "{word} {name}: {value:.2} {unit}, ")?;
        // Of what should not be there at all there is no floor.
        if *floor > 0.0 {
            write!(f, "floor {floor:.2} {unit}, ratio {:.3}, ", self.ratio())?;
        }
        f.write_str("bar ")?;
        match self.most {
            Most::Ratio(most) => write!(f, "{most:.2} x floor"),
            Most::Absolute(most) => write!(f, "{most:.2} {unit}"),
        }
    }
}
