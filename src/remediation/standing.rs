//! Where an identity stands in a job. The words are public surface: ledgers, exports and summaries
//! have them.

use std::fmt;

/// Where one identity of a job stands. Each further one is what was learnt later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Standing {
    /// Nothing was sent for it yet.
    Planned = 0,
    /// It was left out, for the reason that is told beside: deleted, settled already, changed since
    /// the plan, …
    LeftOut = 1,
    /// A call with it is about to be sent, or was: this was written before sending.
    Sending = 2,
    /// The service answered as documented. That is not yet an effect.
    Accepted = 3,
    /// Reading back saw the effect.
    Settled = 4,
    /// Reading back saw that the service is still at it.
    Processing = 5,
    /// Reading back saw no effect.
    Unchanged = 6,
    /// The service refused it, with the code that is told beside.
    Refused = 7,
    /// A call with it was sent, and nobody knows what became of it.
    Unknown = 8,
}

impl Standing {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::Planned,
        Self::LeftOut,
        Self::Sending,
        Self::Accepted,
        Self::Settled,
        Self::Processing,
        Self::Unchanged,
        Self::Refused,
        Self::Unknown,
    ];

    /// Its word in exports and summaries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::LeftOut => "left out",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Settled => "settled",
            Self::Processing => "still processing",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// The standing with this number in a ledger.
    #[must_use]
    pub fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| *standing as i64 == number)
    }

    /// Whether nothing remains to be done or known for it.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::LeftOut | Self::Settled | Self::Refused)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
