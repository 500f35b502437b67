//! What is found where, as a table.

use super::*;

const APP: &[(&str, &str)] = &[("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "app")];

/// What is found, in a few words.
fn found(asked: &Asked, variables: &[&[(&str, &str)]]) -> String {
    let environment: Environment = variables.iter().flat_map(|some| some.iter().copied()).collect();
    match detect(asked, &environment) {
        Ok(Found { credential, tenant }) => {
            let what = match &credential {
                Credential::Token(held) | Credential::ClientSecret { secret: held, .. } => match held {
                    Held::File(path) => path.display().to_string(),
                    Held::Variable(name, _) => name.to_string(),
                },
                Credential::Certificate { path, .. } | Credential::TokenFile { path, .. } => path.display().to_string(),
                Credential::GithubActions { url, .. } => url.clone(),
                Credential::Pipelines { client_id, connection, .. } => format!("{connection} {client_id}"),
                Credential::ManagedIdentity(client) => client.clone().unwrap_or_default(),
                Credential::AzureCli => String::new(),
                Credential::DeviceCode(client) | Credential::Interactive(client) => client.clone(),
            };
            format!("{} {what} @{}", credential.auth().as_str(), tenant.unwrap_or_default())
        }
        Err(error) => format!("{error} | {}", error.remedy),
    }
}

#[test]
fn the_environment_is_looked_through_in_order() {
    let asked = Asked::default();
    let token: &[(&str, &str)] = &[("ENTRA_RISK_TOKEN", "x")];
    let secret: &[(&str, &str)] = &[("AZURE_CLIENT_SECRET", "s")];
    let ours: &[(&str, &str)] =
        &[("ENTRA_RISK_CLIENT_SECRET", "s2"), ("ENTRA_RISK_TENANT_ID", "t2"), ("ENTRA_RISK_CLIENT_ID", "app2")];
    let certificate: &[(&str, &str)] = &[("AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem")];
    let file: &[(&str, &str)] = &[("AZURE_FEDERATED_TOKEN_FILE", "/token")];
    let github: &[(&str, &str)] =
        &[("ACTIONS_ID_TOKEN_REQUEST_URL", "https://g"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x")];
    let pipelines: &[(&str, &str)] = &[
        ("SYSTEM_OIDCREQUESTURI", "https://p"),
        ("SYSTEM_ACCESSTOKEN", "x"),
        ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "connection"),
        ("AZURESUBSCRIPTION_TENANT_ID", "t3"),
        ("AZURESUBSCRIPTION_CLIENT_ID", "app3"),
    ];
    let managed: &[(&str, &str)] = &[("IDENTITY_ENDPOINT", "http://m"), ("IDENTITY_HEADER", "x")];
    for (variables, expected) in [
        (&[token, APP, secret, managed] as &[&[(&str, &str)]], "token ENTRA_RISK_TOKEN @t"),
        (&[APP, secret, certificate, managed], "client-secret AZURE_CLIENT_SECRET @t"),
        (&[APP, secret, ours], "client-secret ENTRA_RISK_CLIENT_SECRET @t2"),
        (&[APP, certificate, file], "certificate /c.pem @t"),
        (&[APP, file, github, managed], "workload-identity /token @t"),
        (&[APP, github, pipelines], "workload-identity https://g @t"),
        (&[pipelines, managed], "workload-identity connection app3 @t3"),
        (&[managed], "managed-identity  @"),
        (&[APP, managed], "managed-identity app @t"),
        // A secret without an app is none.
        (&[secret, managed], "managed-identity  @"),
    ] {
        assert_eq!(found(&asked, variables), expected);
    }
}

#[test]
fn what_is_asked_for_is_taken_and_nothing_else() {
    let secret: &[(&str, &str)] = &[("AZURE_CLIENT_SECRET", "s"), ("ENTRA_RISK_TOKEN", "x")];
    let asked = |auth| Asked { auth: Some(auth), ..Asked::default() };
    for (auth, expected) in [
        (Auth::Token, "token ENTRA_RISK_TOKEN @t"),
        (Auth::ClientSecret, "client-secret AZURE_CLIENT_SECRET @t"),
        (Auth::Certificate, "sign in with certificate: AZURE_CLIENT_CERTIFICATE_PATH is not set | give --certificate"),
        (Auth::WorkloadIdentity, "sign in with workload-identity: neither AZURE_FEDERATED_TOKEN_FILE"),
        (Auth::ManagedIdentity, "managed-identity app @t"),
        (Auth::AzureCli, "azure-cli  @t"),
        (Auth::DeviceCode, "device-code app @t"),
        (Auth::Interactive, "interactive app @t"),
    ] {
        let found = found(&asked(auth), &[APP, secret]);
        assert!(found.starts_with(expected), "{found}");
    }
    for (auth, expected) in [
        (Auth::ClientSecret, "sign in with client-secret: no app is named | give --client-id ID"),
        (Auth::Interactive, "sign in with interactive: no app is named | give --client-id ID"),
        (Auth::ManagedIdentity, "managed-identity  @"),
    ] {
        let found = found(&asked(auth), &[secret]);
        assert!(found.starts_with(expected), "{found}");
    }
    let named = Asked { tenant: Some("t9".to_owned()), client_id: Some("app9".to_owned()), ..asked(Auth::Interactive) };
    assert_eq!(found(&named, &[APP]), "interactive app9 @t9");
}

#[test]
fn an_option_that_names_a_file_says_how_to_sign_in() {
    let token: &[(&str, &str)] = &[("ENTRA_RISK_TOKEN", "x")];
    let file = || Some(PathBuf::from("/f"));
    for (asked, expected) in [
        (Asked { token_file: file(), ..Asked::default() }, "token /f @t"),
        (Asked { client_secret_file: file(), ..Asked::default() }, "client-secret /f @t"),
        (Asked { certificate: file(), ..Asked::default() }, "certificate /f @t"),
    ] {
        assert_eq!(found(&asked, &[APP, token]), expected);
    }
}

#[test]
fn a_person_is_asked_only_at_a_terminal_and_for_an_app_that_was_named() {
    let named = Asked { client_id: Some("app9".to_owned()), on_terminal: true, ..Asked::default() };
    assert_eq!(found(&named, &[]), "interactive app9 @");
    let ours: &[(&str, &str)] = &[("ENTRA_RISK_CLIENT_ID", "app2")];
    assert_eq!(found(&Asked { on_terminal: true, ..Asked::default() }, &[ours]), "interactive app2 @");
    let nobody = found(&Asked { on_terminal: false, ..named }, &[]);
    assert!(nobody.contains("interactive (nobody is at a terminal)"), "{nobody}");
    let unnamed = found(&Asked { on_terminal: true, ..Asked::default() }, &[APP]);
    assert!(unnamed.contains("interactive (no app is named)"), "{unnamed}");
}

#[test]
fn where_there_is_nothing_everything_that_was_looked_for_is_named() {
    // What is set to nothing is not set.
    let found = found(&Asked::default(), &[&[("ENTRA_RISK_TOKEN", " "), ("AZURE_CLIENT_SECRET", "s")]]);
    assert_eq!(
        found.split(" | ").next(),
        Some(
            "find a way to sign in; looked for token (ENTRA_RISK_TOKEN is not set), client-secret (no app is named), \
             certificate (AZURE_CLIENT_CERTIFICATE_PATH is not set), workload-identity (neither \
             AZURE_FEDERATED_TOKEN_FILE is set nor what GitHub Actions and Azure Pipelines set), managed-identity \
             (IDENTITY_ENDPOINT is not set), interactive (no app is named)"
        )
    );
    assert!(found.contains("--auth interactive --client-id ID"), "{found}");
}

#[test]
fn every_way_has_a_name_of_its_own() {
    for auth in Auth::ALL {
        assert_eq!(Auth::parse(auth.as_str()), Some(auth));
    }
    assert_eq!(Auth::parse("password"), None);
}
