//! Files that are no ledgers, or must not be written to; processes side by side.
