//! Every black-box test, in one binary to keep linking short.

#[cfg(feature = "emulator")]
mod emulator;
mod layers;
mod policy;
mod source;
mod words;
