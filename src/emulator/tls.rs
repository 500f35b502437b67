//! A certificate authority that lives as long as the process, and certificates for whatever host
//! a client asks for. Its key is made here and leaves in no form. It knows no connections.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Datelike as _, TimeDelta};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};

/// What HTTPS needs: an authority to trust, and a certificate for each host under it.
///
/// The authority can vouch for any host, and only who was told to trust it does. `Debug` shows
/// nothing of it.
pub(crate) struct Certificates {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    /// All certificates share one key: making it is most of the work.
    leaf: KeyPair,
    signing: Arc<dyn SigningKey>,
    /// For a client that names no host, or this machine.
    local: Arc<CertifiedKey>,
    valid: Valid,
    made: Mutex<Made>,
}

/// The certificates made so far; the oldest gives way.
#[derive(Default)]
struct Made {
    by_host: HashMap<Arc<str>, Arc<CertifiedKey>>,
    order: VecDeque<Arc<str>>,
}

/// The first and the last day, as year, month and day.
#[derive(Clone, Copy)]
struct Valid {
    from: (i32, u8, u8),
    to: (i32, u8, u8),
}

/// How many certificates are kept.
const KEPT: usize = 64;
/// Days that a certificate is valid for: no client of today refuses it as too long.
const DAYS: i64 = 90;

/// Why there is no certificate. The text completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[error("make a certificate: {0}")]
pub(crate) struct CertificateError(String);

impl From<rcgen::Error> for CertificateError {
    fn from(error: rcgen::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<rustls::Error> for CertificateError {
    fn from(error: rustls::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    /// Makes a new authority. `now` is in seconds since 1970, as the clients' clocks show it;
    /// `addresses` are those that this machine is called by, besides the loopback ones.
    pub(crate) fn new(now: i64, addresses: &[IpAddr]) -> Result<Self, CertificateError> {
        let valid = Valid::around(now);
        let mut params = valid.params(Vec::new())?;
        // A name of its own: a client that still holds the last one is not led astray.
        let name = format!("entra-risk emulator {:08x}, for tests only", fastrand::u32(..));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let authority = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);
        let leaf = KeyPair::generate()?;
        let private = PrivateKeyDer::try_from(leaf.serialize_der()).map_err(|error| CertificateError(error.into()))?;
        let signing = ring::sign::any_ecdsa_type(&private)?;
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        for address in addresses.iter().filter(|address| !address.is_unspecified()).map(ToString::to_string) {
            if !names.contains(&address) {
                names.push(address);
            }
        }
        let local = Arc::new(issue(valid, names, &leaf, &issuer, &signing)?);
        let pem = authority.pem();
        Ok(Self { pem, issuer, leaf, signing, local, valid, made: Mutex::default() })
    }

    /// The certificate of the authority, to be trusted, in PEM. Not its key.
    pub(crate) fn authority_pem(&self) -> &str {
        &self.pem
    }

    /// The certificate of a host, made when it is first asked for.
    pub(crate) fn for_host(&self, host: &str) -> Result<Arc<CertifiedKey>, CertificateError> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host == "localhost" {
            return Ok(self.local.clone());
        }
        if let Some(found) = self.made().by_host.get(host.as_str()) {
            return Ok(found.clone());
        }
        let made = Arc::new(issue(self.valid, vec![host.clone()], &self.leaf, &self.issuer, &self.signing)?);
        self.made().insert(host.into(), made.clone());
        Ok(made)
    }

    /// How to speak TLS with these certificates, HTTP/2 preferred.
    pub(crate) fn server(self: Arc<Self>) -> Result<ServerConfig, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = versions.with_no_client_auth().with_cert_resolver(self);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match hello.server_name() {
            Some(host) => self.for_host(host).ok(),
            None => Some(self.local.clone()),
        }
    }
}

impl Made {
    fn insert(&mut self, host: Arc<str>, certificate: Arc<CertifiedKey>) {
        if self.by_host.insert(host.clone(), certificate).is_some() {
            return;
        }
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_host.remove(&oldest);
        }
        self.order.push_back(host);
    }
}

impl Valid {
    /// From yesterday on, since clocks differ.
    fn around(now: i64) -> Self {
        let day = |days| {
            let day = DateTime::from_timestamp(now, 0).unwrap_or_default() + TimeDelta::days(days);
            // The month and the day of a date are at most 31.
            (day.year(), u8::try_from(day.month()).unwrap_or(1), u8::try_from(day.day()).unwrap_or(1))
        };
        Self { from: day(-1), to: day(DAYS - 1) }
    }

    fn params(self, names: Vec<String>) -> Result<CertificateParams, CertificateError> {
        let mut params = CertificateParams::new(names)?;
        params.not_before = date_time_ymd(self.from.0, self.from.1, self.from.2);
        params.not_after = date_time_ymd(self.to.0, self.to.1, self.to.2);
        params.distinguished_name = rcgen::DistinguishedName::new();
        // Not from the key, as it would be: clients refuse two certificates with one number.
        let mut serial = fastrand::u128(..).to_be_bytes();
        serial[0] = serial[0] & 0x7f | 0x40;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        Ok(params)
    }
}

fn issue(
    valid: Valid,
    names: Vec<String>,
    key: &KeyPair,
    issuer: &Issuer<'_, KeyPair>,
    signing: &Arc<dyn SigningKey>,
) -> Result<CertifiedKey, CertificateError> {
    let mut params = valid.params(names)?;
    params.distinguished_name.push(DnType::CommonName, "entra-risk emulator");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(key, issuer)?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], signing.clone()))
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn certificates() -> Certificates {
        Certificates::new(NOW, &["192.0.2.7".parse().expect("address")]).expect("certificates")
    }

    /// Whether a client that trusts `by` takes `certificate` for one of `host` at `now`.
    fn is_trusted(by: &Certificates, certificate: &CertifiedKey, host: &str, now: i64) -> bool {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(by.authority_pem().as_bytes()).expect("PEM");
        roots.add(authority).expect("an authority");
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build().expect("a verifier");
        let name = ServerName::try_from(host).expect("a name");
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.unsigned_abs()));
        verifier.verify_server_cert(&certificate.cert[0], &[], &name, &[], now).is_ok()
    }

    #[test]
    fn a_host_gets_a_certificate_of_its_own_which_only_who_trusts_the_authority_accepts() {
        let (ours, theirs) = (certificates(), certificates());
        for host in ["graph.microsoft.com", "login.microsoftonline.com", "a.b.example"] {
            let made = ours.for_host(host).expect("a certificate");
            assert!(is_trusted(&ours, &made, host, NOW), "{host}");
            assert!(!is_trusted(&theirs, &made, host, NOW), "another authority");
            assert!(!is_trusted(&ours, &made, "elsewhere.example", NOW), "another host");
        }
        for host in ["localhost", "LOCALHOST", "localhost."] {
            let made = ours.for_host(host).expect("a certificate");
            for name in ["localhost", "127.0.0.1", "::1", "192.0.2.7"] {
                assert!(is_trusted(&ours, &made, name, NOW), "{name}");
            }
        }
    }

    #[test]
    fn a_certificate_is_valid_from_yesterday_for_some_weeks() {
        let ours = certificates();
        let made = ours.for_host("localhost").expect("a certificate");
        let day = 24 * 3600;
        for (days, expected) in [(-3, false), (0, true), (DAYS - 3, true), (DAYS + 1, false)] {
            assert_eq!(is_trusted(&ours, &made, "localhost", NOW + days * day), expected, "{days}");
        }
    }

    #[test]
    fn certificates_are_kept_and_the_oldest_gives_way() {
        let ours = certificates();
        let first = ours.for_host("host-0.example").expect("a certificate");
        assert!(Arc::ptr_eq(&first, &ours.for_host("HOST-0.example").expect("kept")));
        for n in 1..=KEPT {
            ours.for_host(&format!("host-{n}.example")).expect("a certificate");
        }
        let n_kept = |of: &dyn Fn(&Made) -> usize| of(&ours.made());
        assert_eq!(n_kept(&|made| made.by_host.len()), KEPT);
        assert_eq!(n_kept(&|made| made.order.len()), KEPT);
        assert!(!Arc::ptr_eq(&first, &ours.for_host("host-0.example").expect("made again")));
    }

    #[test]
    fn a_name_that_is_no_host_gets_nothing_and_no_key_is_shown() {
        let ours = certificates();
        assert!(ours.for_host("é.example").is_err());
        assert!(ours.authority_pem().starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(!ours.authority_pem().contains("PRIVATE"));
        assert_eq!(format!("{ours:?}"), "Certificates { .. }");
    }
}
