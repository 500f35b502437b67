//! A certificate and its key, and the assertions that they sign: `azure_identity` does this with
//! the system's OpenSSL, which no build of ours has.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::SignInError;
use super::federated::wrapped;
use super::given::read;
use crate::client::Clock;

/// How long an assertion holds; Entra takes it once, at once.
const LIFETIME: Duration = Duration::from_secs(600);

/// A certificate that an app is registered with, and its key. Prints neither.
pub(super) struct Certificate {
    key: RsaKeyPair,
    /// `x5t#S256` (RFC 7515, 4.1.8).
    thumbprint: String,
}

impl Certificate {
    /// Reads a PEM file with one key and its certificate, in any order; further certificates, such
    /// as those of a chain, do not count.
    pub(super) fn read(path: &Path) -> Result<Self, SignInError> {
        let text = read(path, "the certificate").map_err(|error| error.or_else(TO_PEM))?;
        Self::parse(text.reveal()).map_err(|(reason, remedy)| {
            SignInError::given(format!("use the certificate {}: {reason}", path.display()), remedy)
        })
    }

    fn parse(pem: &str) -> Result<Self, (&'static str, &'static str)> {
        const PLAIN: &str = "write the key without a password: openssl pkcs8 -in KEY -out plain.pem";
        if pem.contains("ENCRYPTED") {
            return Err(("its key has a password", PLAIN));
        }
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
            ("it has no private key in PEM", "put certificate and key into one file; DER and PFX do not do")
        })?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(NO_RSA),
        };
        let key = key.map_err(|_| NO_RSA)?;
        let public = key.public_key().as_ref();
        // A certificate holds its public key byte for byte.
        let is_of_key = |certificate: &CertificateDer<'_>| {
            certificate.as_ref().windows(public.len()).any(|window| window == public)
        };
        let mut any = false;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| ("it has a certificate that is no PEM", TO_PEM))?;
            any = true;
            if is_of_key(&certificate) {
                let thumbprint = BASE64.encode(digest(&SHA256, &certificate));
                return Ok(Self { key, thumbprint });
            }
        }
        match any {
            true => Err(("its certificate is not that of its key", "put the two that belong together into one file")),
            false => Err(("it has no certificate, only a key", "put certificate and key into one file")),
        }
    }

    /// What shows to `audience` that the app `client_id` has the key
    /// (entra-docs, certificate-credentials).
    fn assertion(&self, client_id: &str, audience: &str, now: SystemTime) -> Result<String, SignInError> {
        let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": audience, "iss": client_id, "sub": client_id, "jti": Uuid::new_v4().to_string(),
            "iat": seconds(now), "nbf": seconds(now), "exp": seconds(now + LIFETIME),
        });
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| SignInError::given("sign with the key of the certificate", ""))?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }
}

const NO_RSA: (&str, &str) =
    ("its key is no RSA key of 2048 to 8192 bits", "Entra takes certificates with RSA keys alone; make a new one");
const TO_PEM: &str = "a PFX file becomes PEM by: openssl pkcs12 -in FILE.pfx -nodes -out FILE.pem";

fn encode(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}

/// Assertions of one app for one place.
pub(super) struct Assertions {
    pub(super) certificate: Arc<Certificate>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) audience: String,
    pub(super) client_id: String,
}

impl fmt::Debug for Assertions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertions").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

#[async_trait]
impl ClientAssertion for Assertions {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.certificate.assertion(&self.client_id, &self.audience, self.clock.now()).map_err(wrapped)
    }
}
