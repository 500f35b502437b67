//! The environment of the program that is judged: what leads to the recorder is set, and what is
//! secret or leads elsewhere is taken out. No value of the parent's is looked at.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::cli::exit::Failure;
use crate::cli::serve::{base_urls, quoted};
use crate::contract::Contract;
use crate::emulator::{Config, Emulator};

/// What is set, and the files that it names: they are gone with it.
pub(super) struct Environment {
    set: Vec<(Cow<'static, str>, String)>,
    _files: TempDir,
}

/// What an application signs in with.
pub(super) struct SigningIn {
    tenant: String,
    client_id: String,
    client_secret: String,
}

impl SigningIn {
    /// The first application of an emulator, in the first tenant.
    pub(super) fn new(config: &Config) -> Option<Self> {
        let (app, tenant) = (config.directory.apps.first()?, config.directory.tenants.first()?);
        Some(Self {
            tenant: app.tenant.clone().unwrap_or_else(|| tenant.id.clone()),
            client_id: app.client_id.clone(),
            client_secret: app.client_secret.reveal().to_owned(),
        })
    }
}

/// Credentials, and addresses of services that hand them out: those of the Azure SDKs and tools,
/// of managed identities, of pipelines, and our own.
const TAKEN_OUT: &[&str] = &[
    "AZURE_",
    "ARM_",
    "AAD_",
    "MSI_",
    "IDENTITY_",
    "IMDS_",
    "ENTRA_RISK_",
    "ACTIONS_ID_TOKEN_REQUEST_",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
    // Proxies of the parent: ours are set instead, where there are such.
    "ALL_PROXY",
];

/// How the recorder is named as a proxy: programs differ in the letters that they read.
const PROXY: [&str; 4] = ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"];
/// What is not asked for by way of a proxy.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Files of certificates to trust: OpenSSL, Go and rustls; Python's requests; curl; Node.
const TRUST: [&str; 4] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

impl Environment {
    /// What leads to this recorder. Where other hosts can be reached, those whom the system trusts
    /// are trusted too.
    pub(super) fn new(
        emulator: &Emulator,
        contracts: &[Contract],
        token: &str,
        others_too: bool,
    ) -> Result<Self, Failure> {
        let fail = |error: io::Error| Failure::input(format!("write the certificate to trust: {error}"), "");
        let files = tempfile::Builder::new().prefix("entra-risk-check-").tempdir().map_err(fail)?;
        let mut trusted = emulator.authority_pem().unwrap_or_default().to_owned();
        if others_too {
            trusted += &system_roots();
        }
        let (trust, profile) = (files.path().join("trusted.pem"), files.path().join("azure"));
        std::fs::write(&trust, trusted).and_then(|()| std::fs::create_dir(&profile)).map_err(fail)?;
        let (root, trust) = (emulator.root(), trust.to_string_lossy().into_owned());
        let mut set = vec![("ENTRA_RISK_GRAPH_ROOT".into(), root.clone())];
        let base_urls = base_urls(contracts, &root, "");
        set.extend(base_urls.into_iter().map(|(name, url)| (Cow::from(name), url)));
        set.push(("ENTRA_RISK_TOKEN".into(), token.to_owned()));
        set.extend(PROXY.map(|name| (name.into(), root.clone())));
        set.extend(NO_PROXY.map(|name| (name.into(), "127.0.0.1,localhost,::1".to_owned())));
        set.extend(TRUST.map(|name| (name.into(), trust.clone())));
        // Node asks proxies only if it is told to (from 22.21 and 24.5 on).
        set.push(("NODE_USE_ENV_PROXY".into(), "1".to_owned()));
        // Where the Azure command line has its accounts: it has none.
        set.push(("AZURE_CONFIG_DIR".into(), profile.to_string_lossy().into_owned()));
        Ok(Self { set, _files: files })
    }

    /// What to sign in with, under the names that the Azure SDKs read, and ours.
    pub(super) fn sign_in(&mut self, with: Option<SigningIn>) {
        let Some(with) = with else { return };
        for (names, value) in [
            (["AZURE_TENANT_ID", "ENTRA_RISK_TENANT_ID"], with.tenant),
            (["AZURE_CLIENT_ID", "ENTRA_RISK_CLIENT_ID"], with.client_id),
            (["AZURE_CLIENT_SECRET", "ENTRA_RISK_CLIENT_SECRET"], with.client_secret),
        ] {
            self.set.extend(names.map(|name| (name.into(), value.clone())));
        }
    }

    /// Lines for a shell.
    pub(super) fn exports(&self) -> String {
        self.set.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect()
    }

    /// What is set.
    pub(super) fn set(&self) -> &[(Cow<'static, str>, String)] {
        &self.set
    }

    /// Whether a variable of ours is kept from the program.
    pub(super) fn takes_out(name: &OsStr) -> bool {
        let name = name.to_string_lossy().to_ascii_uppercase();
        TAKEN_OUT.iter().any(|beginning| name.starts_with(beginning))
    }

    /// The names of variables that are kept from the program.
    #[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
    pub(super) fn taken_out() -> Vec<OsString> {
        std::env::vars_os().map(|(name, _)| name).filter(|name| Self::takes_out(name)).collect()
    }
}

/// The certificates that the system trusts, in PEM; those that cannot be read are left out.
fn system_roots() -> String {
    let found = rustls_native_certs::load_native_certs();
    let pem = |der: &[u8]| {
        let text = STANDARD.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    };
    found.certs.iter().map(|certificate| pem(certificate)).collect()
}
