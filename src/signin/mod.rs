//! Signing in to Microsoft Entra: who gives tokens, what a token says of itself, and whether that
//! does for an operation.
//!
//! `azure_identity` and `oauth2` know the protocols; here are their HTTP client, what they cannot do
//! (a certificate without OpenSSL, claims that a service asks for), and the keeping of tokens.
//! Time, the environment and whoever asks people for something are handed in.
//!
//! It must not know operations, permissions or clouds by name, the command line, or what tokens are
//! used for. A secret is in no error, no `Debug` and no file.

mod advice;
mod bridge;
mod certificate;
mod check;
mod claims;
mod detect;
mod environment;
mod error;
mod federated;
mod given;
mod http;
mod machine;
mod means;
mod person;
mod place;
mod redirect;
mod refusal;
mod register;
mod secret;
mod source;
mod tenant;
mod tokens;

pub use advice::{Advice, Advised};
pub use azure_identity::{Executor, new_executor};
pub use check::{Checked, Service, check};
pub use claims::{Account, Claims, utc};
pub use detect::{Asked, Auth, Credential, Found, Held, detect};
pub use environment::Environment;
pub use error::{Cause, SignInError};
pub use means::{Means, tokens};
pub use person::Ask;
pub use place::Authority;
pub use register::{CloudPlaces, PermissionIds, Register};
pub use secret::Secret;
pub use tenant::tenant_id;
pub use tokens::Tokens;
