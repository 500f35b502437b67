//! How to sign in: as was asked for, or by what the environment has. A pure function of both.

use std::borrow::Cow;
use std::path::PathBuf;

use super::environment::Environment;
use super::error::SignInError;
use super::secret::Secret;

/// A way to sign in, as `--auth` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Auth {
    /// A token that somebody else got.
    Token,
    /// The secret of an app.
    ClientSecret,
    /// The certificate of an app.
    Certificate,
    /// The token of another identity provider.
    WorkloadIdentity,
    /// What Azure says of a machine.
    ManagedIdentity,
    /// What the Azure CLI is signed in as.
    AzureCli,
    /// A person, with a code that is entered elsewhere.
    DeviceCode,
    /// A person, in the browser of this machine.
    Interactive,
}

impl Auth {
    /// Each of them.
    pub const ALL: [Self; 8] = [
        Self::Token,
        Self::ClientSecret,
        Self::Certificate,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::DeviceCode,
        Self::Interactive,
    ];

    /// Those that are found without being asked for, in the order in which they are looked for.
    const FOUND: [Self; 6] = [
        Self::Token,
        Self::ClientSecret,
        Self::Certificate,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::Interactive,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ClientSecret => "client-secret",
            Self::Certificate => "certificate",
            Self::WorkloadIdentity => "workload-identity",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
            Self::DeviceCode => "device-code",
            Self::Interactive => "interactive",
        }
    }

    /// Reads its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|auth| auth.as_str() == name)
    }
}

/// What was asked for on the command line.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The way to sign in.
    pub auth: Option<Auth>,
    /// Id or domain of the tenant.
    pub tenant: Option<String>,
    /// Id of the app, or of the identity.
    pub client_id: Option<String>,
    /// A file with a token.
    pub token_file: Option<PathBuf>,
    /// A variable with a token.
    pub token_variable: Option<String>,
    /// A file with the secret of the app.
    pub client_secret_file: Option<PathBuf>,
    /// A variable with the secret of the app.
    pub client_secret_variable: Option<String>,
    /// A PEM file with the certificate of the app and its key.
    pub certificate: Option<PathBuf>,
    /// Whether a person is there to be asked.
    pub on_terminal: bool,
}

/// A text that stands in a file or was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// In a file.
    File(PathBuf),
    /// In this variable.
    Variable(Cow<'static, str>, Secret),
}

/// What to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A token.
    Token(Held),
    /// An app and its secret.
    ClientSecret {
        /// The app.
        client_id: String,
        /// Its secret.
        secret: Held,
    },
    /// An app and its certificate.
    Certificate {
        /// The app.
        client_id: String,
        /// The PEM file.
        path: PathBuf,
    },
    /// An app, and a file that is renewed with tokens of another identity provider.
    TokenFile {
        /// The app.
        client_id: String,
        /// The file.
        path: PathBuf,
    },
    /// An app, and a job of GitHub Actions.
    GithubActions {
        /// The app.
        client_id: String,
        /// Where the job gets its token.
        url: String,
        /// What it gets it with.
        token: Secret,
    },
    /// An app, and a service connection of Azure Pipelines.
    Pipelines {
        /// The app.
        client_id: String,
        /// The id of the service connection.
        connection: String,
        /// What the pipeline gets its token with.
        token: Secret,
    },
    /// The identity of a machine: its only one, or this one.
    ManagedIdentity(Option<String>),
    /// The account of the Azure CLI.
    AzureCli,
    /// A person who enters a code, and the app.
    DeviceCode(String),
    /// A person with a browser, and the app.
    Interactive(String),
}

impl Credential {
    /// The way to sign in that it is of.
    #[must_use]
    pub fn auth(&self) -> Auth {
        match self {
            Self::Token(_) => Auth::Token,
            Self::ClientSecret { .. } => Auth::ClientSecret,
            Self::Certificate { .. } => Auth::Certificate,
            Self::TokenFile { .. } | Self::GithubActions { .. } | Self::Pipelines { .. } => Auth::WorkloadIdentity,
            Self::ManagedIdentity(_) => Auth::ManagedIdentity,
            Self::AzureCli => Auth::AzureCli,
            Self::DeviceCode(_) => Auth::DeviceCode,
            Self::Interactive(_) => Auth::Interactive,
        }
    }
}

/// A credential, and the tenant that it is of, where one was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What to sign in with.
    pub credential: Credential,
    /// Id or domain of the tenant.
    pub tenant: Option<String>,
}

// Ours come first: whoever sets them means this program.
const TENANT: &[&str] = &["ENTRA_RISK_TENANT_ID", "AZURE_TENANT_ID"];
const CLIENT: &[&str] = &["ENTRA_RISK_CLIENT_ID", "AZURE_CLIENT_ID"];
const TOKEN: &str = "ENTRA_RISK_TOKEN";
const SECRET: [&str; 2] = ["ENTRA_RISK_CLIENT_SECRET", "AZURE_CLIENT_SECRET"];
const CERTIFICATE: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
// GitHub docs, "OpenID Connect reference".
const GITHUB: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
// Azure DevOps docs, "predefined variables", and what the task AzureCLI@2 sets beside them.
const PIPELINES: [&str; 3] = ["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"];
const PIPELINES_TENANT: &[&str] = &["ENTRA_RISK_TENANT_ID", "AZURE_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID"];
const PIPELINES_CLIENT: &[&str] = &["ENTRA_RISK_CLIENT_ID", "AZURE_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID"];
// How App Service and its like tell an app who it is. A virtual machine has no variables, so that
// its identity is used only where it is asked for.
const MANAGED: [&str; 2] = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"];

/// Finds out how to sign in.
///
/// # Errors
/// Where what was asked for lacks something; where nothing was, and nothing is there, with all that
/// was looked for.
pub fn detect(asked: &Asked, environment: &Environment) -> Result<Found, SignInError> {
    let looking = Looking { asked, environment };
    if let Some(auth) = asked.auth.or_else(|| asked.implied()) {
        return looking.credential(auth).map_err(|lack| {
            SignInError::given(format!("sign in with {}: {}", auth.as_str(), lack.0), format!("give {}", lack.1))
        });
    }
    let mut missing = Vec::new();
    for auth in Auth::FOUND {
        match looking.credential(auth) {
            Ok(found) if looking.is_meant(auth) => return Ok(found),
            Ok(_) => missing.push(format!("{} (nobody is at a terminal)", auth.as_str())),
            Err(lack) => missing.push(format!("{} ({})", auth.as_str(), lack.0)),
        }
    }
    Err(SignInError::given(
        format!("find a way to sign in; looked for {}", missing.join(", ")),
        "people: --auth interactive --client-id ID; machines: set AZURE_TENANT_ID, AZURE_CLIENT_ID and \
         AZURE_CLIENT_SECRET, or give --certificate FILE; with a token: ENTRA_RISK_TOKEN or --token-file FILE; on \
         request: --auth azure-cli, managed-identity or device-code",
    ))
}

impl Asked {
    /// The way that another option means.
    fn implied(&self) -> Option<Auth> {
        let of = [
            (self.token_file.is_some() || self.token_variable.is_some(), Auth::Token),
            (self.client_secret_file.is_some() || self.client_secret_variable.is_some(), Auth::ClientSecret),
            (self.certificate.is_some(), Auth::Certificate),
        ];
        of.into_iter().find(|(is_given, _)| *is_given).map(|(_, auth)| auth)
    }
}

/// What is missing, and how to give it.
struct Lack(String, &'static str);

type Sought<T> = Result<T, Lack>;

struct Looking<'a> {
    asked: &'a Asked,
    environment: &'a Environment,
}

impl Looking<'_> {
    /// Whether what is there was put there for this.
    fn is_meant(&self, auth: Auth) -> bool {
        auth != Auth::Interactive || self.asked.on_terminal
    }

    fn credential(&self, auth: Auth) -> Sought<Found> {
        let of_app = |credential: Credential, tenants: &[&str]| {
            let tenant = Some(self.tenant(tenants)?);
            Ok(Found { credential, tenant })
        };
        let anywhere = |credential| {
            let tenant = self.given_tenant(TENANT);
            Ok(Found { credential, tenant })
        };
        match auth {
            Auth::Token => anywhere(Credential::Token(self.token()?)),
            Auth::ClientSecret => {
                let secret = self.secret()?;
                of_app(Credential::ClientSecret { client_id: self.client(CLIENT)?, secret }, TENANT)
            }
            Auth::Certificate => {
                let path = self.asked.certificate.clone().or_else(|| self.value(CERTIFICATE).map(PathBuf::from));
                let path =
                    path.ok_or_else(|| lack(CERTIFICATE, "--certificate FILE, with certificate and key in PEM"))?;
                of_app(Credential::Certificate { client_id: self.client(CLIENT)?, path }, TENANT)
            }
            Auth::WorkloadIdentity => self.federated(of_app),
            Auth::ManagedIdentity => {
                if self.asked.auth.is_none() {
                    self.all(MANAGED, "--auth managed-identity where a machine has an identity and no such variables")?;
                }
                anywhere(Credential::ManagedIdentity(self.client(CLIENT).ok()))
            }
            Auth::AzureCli => anywhere(Credential::AzureCli),
            Auth::DeviceCode => anywhere(Credential::DeviceCode(self.client(CLIENT)?)),
            // An app of the environment is one that signs in by itself, unless it is ours.
            Auth::Interactive if self.asked.auth.is_none() => {
                anywhere(Credential::Interactive(self.client(&CLIENT[..1])?))
            }
            Auth::Interactive => anywhere(Credential::Interactive(self.client(CLIENT)?)),
        }
    }

    fn token(&self) -> Sought<Held> {
        if let Some(path) = &self.asked.token_file {
            return Ok(Held::File(path.clone()));
        }
        if let Some(name) = &self.asked.token_variable {
            return self.named(name);
        }
        self.held(&[TOKEN]).ok_or_else(|| lack(TOKEN, "ENTRA_RISK_TOKEN, or --token-file FILE"))
    }

    fn secret(&self) -> Sought<Held> {
        if let Some(path) = &self.asked.client_secret_file {
            return Ok(Held::File(path.clone()));
        }
        if let Some(name) = &self.asked.client_secret_variable {
            return self.named(name);
        }
        self.held(&SECRET).ok_or_else(|| lack(SECRET[1], "AZURE_CLIENT_SECRET, or --client-secret-file FILE"))
    }

    fn federated(&self, of_app: impl Fn(Credential, &[&str]) -> Sought<Found>) -> Sought<Found> {
        if let Some(path) = self.value(TOKEN_FILE).map(PathBuf::from) {
            return of_app(Credential::TokenFile { client_id: self.client(CLIENT)?, path }, TENANT);
        }
        if let Ok([url, token]) = self.all(GITHUB, "") {
            let (url, token) = (url.to_owned(), Secret::new(token));
            return of_app(Credential::GithubActions { client_id: self.client(CLIENT)?, url, token }, TENANT);
        }
        if let Ok([_, token, connection]) = self.all(PIPELINES, "") {
            let (connection, token) = (connection.to_owned(), Secret::new(token));
            let client_id = self.client(PIPELINES_CLIENT)?;
            return of_app(Credential::Pipelines { client_id, connection, token }, PIPELINES_TENANT);
        }
        Err(Lack(
            format!("neither {TOKEN_FILE} is set nor what GitHub Actions and Azure Pipelines set"),
            "AZURE_FEDERATED_TOKEN_FILE; in GitHub Actions the permission `id-token: write`; in Azure Pipelines the \
             task AzureCLI@2 and SYSTEM_ACCESSTOKEN",
        ))
    }

    fn client(&self, names: &[&str]) -> Sought<String> {
        let given = self.asked.client_id.as_deref().or_else(|| self.environment.get(names));
        let given = given.map(str::trim).filter(|id| !id.is_empty());
        given.map(str::to_owned).ok_or_else(|| Lack("no app is named".to_owned(), "--client-id ID, or AZURE_CLIENT_ID"))
    }

    fn tenant(&self, names: &[&str]) -> Sought<String> {
        let lack = || Lack("no tenant is named".to_owned(), "--tenant ID-or-domain, or AZURE_TENANT_ID");
        self.given_tenant(names).ok_or_else(lack)
    }

    fn given_tenant(&self, names: &[&str]) -> Option<String> {
        self.asked.tenant.as_deref().or_else(|| self.environment.get(names)).map(str::to_owned)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.environment.get(&[name])
    }

    fn held(&self, names: &[&'static str]) -> Option<Held> {
        let name = self.environment.first(names)?;
        Some(Held::Variable(name.into(), Secret::new(self.value(name)?)))
    }

    /// What a variable holds that was asked for by its name.
    fn named(&self, name: &str) -> Sought<Held> {
        let text = self.value(name).ok_or_else(|| lack(name, "the variable that is named"))?;
        Ok(Held::Variable(name.to_owned().into(), Secret::new(text)))
    }

    /// The values of all of these variables.
    fn all<const N: usize>(&self, names: [&str; N], remedy: &'static str) -> Sought<[&str; N]> {
        let mut values = [""; N];
        for (value, name) in values.iter_mut().zip(names) {
            *value = self.value(name).ok_or_else(|| lack(name, remedy))?;
        }
        Ok(values)
    }
}

fn lack(name: &str, remedy: &'static str) -> Lack {
    Lack(format!("{name} is not set"), remedy)
}

#[cfg(test)]
#[path = "detect_tests.rs"]
mod tests;
