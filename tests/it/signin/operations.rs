//! A token's claims against what operations need, for every operation of the descriptions.

use entra_risk::contract::{Contract, Operation};
use entra_risk::embedded;
use entra_risk::emulator::{Config, Emulator, Identity, Kind};
use entra_risk::signin::{Account, Advised, Auth, Checked, Claims, Register, Service, check};

use super::*;

const SERVICE: Service<'_> = Service { root: GRAPH, cloud: Some("global") };

fn operations() -> impl Iterator<Item = &'static Operation> {
    embedded::contracts().iter().flat_map(|contract| &contract.operations)
}

struct Issuer(Emulator);

impl Issuer {
    async fn start() -> Self {
        let contracts: Vec<Contract> = embedded::contracts().to_vec();
        Self(Emulator::start(Config::new(&contracts)).await.unwrap())
    }

    fn claims(&self, identity: &Identity) -> Claims {
        Claims::read(&self.0.token(identity)).unwrap()
    }
}

fn now() -> SystemTime {
    SystemClock::new().now()
}

#[tokio::test]
async fn what_the_emulator_would_refuse_is_refused_beforehand() {
    let issuer = Issuer::start().await;
    let everything = [
        Identity::all(embedded::contracts()),
        Identity::all_delegated(embedded::contracts()),
        Identity::none(),
        Identity::new(Kind::DelegatedWork, ["User.Read"]),
        Identity::new(Kind::DelegatedPersonal, ["User.Read"]),
    ];
    for identity in &everything {
        let claims = issuer.claims(identity);
        for operation in operations() {
            let checked = check(Some(&claims), operation, SERVICE, now());
            // The emulator judges by the same page's rows.
            let kind = identity.kind.as_str();
            let permitted = match identity.kind {
                Kind::Application => &operation.permissions.application,
                Kind::DelegatedWork => &operation.permissions.delegated_work,
                Kind::DelegatedPersonal => &operation.permissions.delegated_personal,
            };
            let higher = operation.permissions.higher(kind);
            let allowed = identity.permissions.iter().any(|has| permitted.contains(has) || higher.contains(has));
            assert_eq!(!checked.is_refusal(), allowed, "{} for {kind}: {checked:?}", operation.id);
        }
    }
}

#[tokio::test]
async fn each_reason_is_told_with_what_to_do() {
    let issuer = Issuer::start().await;
    let register = Register::parse(embedded::SIGNIN).unwrap();
    let operation = operations().find(|operation| {
        let p = &operation.permissions;
        let known = |names: &[String], account| {
            names.first().is_some_and(|name| register.permission_id(name, account).is_some())
        };
        operation.acts()
            && !operation.roles.is_empty()
            && known(&p.application, Account::Application)
            && known(&p.delegated_work, Account::Work)
            && p.delegated_personal.is_empty()
            && operation.clouds.is_none()
    });
    let operation = operation.expect("an action with roles, not for personal accounts");
    let needed = &operation.permissions.application[0];
    let id = register.permission_id(needed, Account::Application).unwrap();
    let told = |identity: Option<Identity>, service: Service<'_>, auth: Auth, at: SystemTime| {
        let claims = identity.map(|identity| issuer.claims(&identity));
        let checked = check(claims.as_ref(), operation, service, at);
        let authority = Some("https://login.example");
        let advised = Advised { register: &register, cloud: service.cloud, authority, auth, claims: claims.as_ref() };
        let advice = advised.advice(&checked);
        (checked.is_refusal(), advice.map(|advice| format!("{} | {}", advice.what, advice.remedy)).unwrap_or_default())
    };
    let app = |permissions: &[&String]| Some(Identity::application(permissions.iter().map(|name| name.to_string())));
    let user = || Identity::new(Kind::DelegatedWork, operation.permissions.delegated_work.clone());
    let later = now() + Duration::from_secs(7200);
    let unlike = Service { root: "https://graph.example", ..SERVICE };
    for (identity, service, auth, at, refused, parts) in [
        (app(&[needed]), SERVICE, Auth::ClientSecret, now(), false, &[][..]),
        (None, SERVICE, Auth::Token, now(), false, &["cannot be read"]),
        (app(&[needed]), SERVICE, Auth::ClientSecret, later, true, &["the token expired at"]),
        (app(&[needed]), unlike, Auth::ClientSecret, now(), true, &["the token is for https://graph.microsoft.com"]),
        (
            app(&[]),
            SERVICE,
            Auth::ClientSecret,
            now(),
            true,
            &[
                "application permission",
                id,
                "https://entra.microsoft.com",
                "/adminconsent?client_id=",
                "run this again",
            ],
        ),
        (app(&[]), SERVICE, Auth::ManagedIdentity, now(), true, &["New-MgServicePrincipalAppRoleAssignment", id]),
        (
            Some(user()),
            SERVICE,
            Auth::Interactive,
            now(),
            false,
            &["directory roles", "activate the role, then sign in again"],
        ),
        (
            Some(Identity::new(Kind::DelegatedWork, ["x"])),
            SERVICE,
            Auth::Interactive,
            now(),
            true,
            &["the delegated permission", "sign in again"],
        ),
        (Some(Identity::new(Kind::DelegatedWork, ["x"])), SERVICE, Auth::AzureCli, now(), true, &["an app of yours"]),
        (
            Some(Identity::new(Kind::DelegatedPersonal, ["x"])),
            SERVICE,
            Auth::Interactive,
            now(),
            true,
            &["not supported for personal Microsoft accounts", "work or school account"],
        ),
    ] {
        let (is_refusal, text) = told(identity, service, auth, at);
        assert_eq!(is_refusal, refused, "{text}");
        assert_eq!(text.is_empty(), parts.is_empty(), "{text}");
        parts.iter().for_each(|part| assert!(text.contains(part), "'{part}' is not in: {text}"));
    }
    // A role that the pages name is enough.
    let (_, text) = told(Some(user().with_roles([operation.roles[0].name.clone()])), SERVICE, Auth::Interactive, now());
    assert_eq!(text, "");
}

#[test]
fn an_operation_is_not_offered_in_every_cloud() {
    let elsewhere = operations().find_map(|operation| {
        let clouds = operation.clouds.as_ref()?;
        let missing =
            entra_risk::Cloud::ALL.iter().find(|cloud| !clouds.names.iter().any(|name| name == cloud.name()))?;
        Some((operation, missing.name()))
    });
    let (operation, cloud) = elsewhere.expect("an operation that a cloud lacks");
    let checked = check(None, operation, Service { root: GRAPH, cloud: Some(cloud) }, now());
    assert!(matches!(checked, Checked::NotInCloud { .. }) && checked.is_refusal(), "{checked:?}");
    let double = check(None, operation, Service { root: "http://127.0.0.1", cloud: None }, now());
    assert_eq!(double, Checked::Opaque);
}

#[test]
fn every_cloud_has_an_authority_and_every_id_is_one() {
    let register = Register::parse(embedded::SIGNIN).unwrap();
    for cloud in entra_risk::Cloud::ALL {
        let place = &register.clouds[cloud.name()];
        assert!(Authority::parse(&place.authority).is_ok_and(|authority| !authority.is_local()));
        assert!(!place.source.is_empty() && place.portal.starts_with("https://"));
    }
    assert_eq!(register.clouds.len(), entra_risk::Cloud::ALL.len());
    let mut seen = std::collections::BTreeSet::new();
    for (name, ids) in &register.permissions {
        let known = operations().any(|operation| {
            let higher = operation.permissions.higher.values().flatten();
            operation.permissions.kinds().flat_map(|(_, names)| names).chain(higher).any(|known| known == name)
        });
        assert!(known && !ids.source.is_empty(), "{name}: no operation needs it, or nobody says so");
        for id in [&ids.delegated, &ids.application].into_iter().flatten() {
            assert!(uuid::Uuid::try_parse(id).is_ok() && seen.insert(id.clone()), "{name}: {id}");
        }
    }
}
