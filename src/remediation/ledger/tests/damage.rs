//! Torn writes and full disks.
