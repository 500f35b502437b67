//! Tokens: signing them (ES256), verifying them, and a bounded cache of those verified. Which
//! permission a request needs is decided elsewhere. Nothing here may be printed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::identity::{AUDIENCE, Identity, Kind, PERSONAL_TENANT};
use super::state::Cell;
use crate::contract::Contract;

/// The issuer and judge of tokens. It has no `Debug`, so that no key can be printed.
pub(super) struct Authority {
    key: EcdsaKeyPair,
    public: UnparsedPublicKey<Vec<u8>>,
    random: SystemRandom,
    /// What tokens name the key by: its thumbprint (RFC 7638).
    key_id: String,
    /// The ids of directory roles by their names, as the contracts have them.
    roles: HashMap<String, String>,
    verified: Mutex<Cache>,
    clock: Clock,
}

/// What a verified token says, as far as serving goes.
pub(super) struct Caller {
    /// The object id of the user, or of the application's service principal.
    pub(super) id: Cell,
    pub(super) kind: Kind,
    /// The id of the tenant that it signed in to.
    pub(super) tenant: String,
    pub(super) permissions: Vec<String>,
    /// The ids of the directory roles of a user.
    pub(super) roles: Vec<String>,
    pub(super) not_before: i64,
    expires: i64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    tid: String,
    oid: String,
    appid: String,
    idtyp: String,
    ver: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scp: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wids: Vec<String>,
}

/// The public key as JSON Web Keys have it (RFC 7518, 6.2).
#[derive(Serialize)]
pub(super) struct PublicKey {
    // In the order that the thumbprint is made of.
    crv: &'static str,
    kty: &'static str,
    x: String,
    y: String,
}

impl Authority {
    /// Makes a new key. `None` if the system has no randomness.
    pub(super) fn new(contracts: &[Contract], clock: Clock) -> Option<Self> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).ok()?;
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref().to_vec());
        let thumbprint = serde_json::to_vec(&PublicKey::of(&key)).ok()?;
        let key_id = BASE64.encode(ring::digest::digest(&ring::digest::SHA256, &thumbprint));
        let operations = contracts.iter().flat_map(|contract| &contract.operations);
        let roles = operations.flat_map(|operation| &operation.roles);
        let roles = roles.map(|role| (role.name.clone(), role.id.clone())).collect();
        Some(Self { key, public, random, key_id, roles, verified: Mutex::new(Cache::default()), clock })
    }

    /// The key that tokens are verified with, and its name.
    pub(super) fn public_key(&self) -> (PublicKey, &str) {
        (PublicKey::of(&self.key), &self.key_id)
    }

    /// A signed token for a caller, from who is at `root`: `http://127.0.0.1:8080`.
    pub(super) fn issue(&self, identity: &Identity, root: &str) -> String {
        let now = self.clock.now_seconds();
        let is_application = identity.kind == Kind::Application;
        let starts = now.min(now.saturating_add(identity.lifetime));
        let claims = Claims {
            aud: identity.audience.clone(),
            iss: issuer(root, &identity.tenant),
            tid: identity.tenant.clone(),
            oid: identity.object_id.clone(),
            appid: identity.client_id.clone(),
            idtyp: if is_application { "app" } else { "user" }.to_owned(),
            ver: "1.0".to_owned(),
            iat: starts,
            nbf: starts,
            exp: now.saturating_add(identity.lifetime),
            roles: is_application.then(|| identity.permissions.clone()),
            scp: (!is_application).then(|| identity.permissions.join(" ")),
            wids: identity.roles.iter().filter_map(|name| self.roles.get(name).cloned()).collect(),
        };
        let header = Header { typ: "JWT".to_owned(), alg: "ES256".to_owned(), kid: self.key_id.clone() };
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.key.sign(&self.random, signed.as_bytes());
        let signature = signature.expect("the system had randomness when the key was made");
        format!("{signed}.{}", BASE64.encode(signature))
    }

    /// The caller behind the headers of a request, or why there is none.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<Arc<Caller>, &'static str> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or("Access token is empty: the request has no Authorization header.")?;
        if values.next().is_some() {
            return Err("The request has more than one Authorization header.");
        }
        let value = value.as_bytes();
        let (scheme, token) = value.split_at(value.iter().position(|byte| *byte == b' ').unwrap_or(value.len()));
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            return Err("The Authorization header has a scheme other than Bearer.");
        }
        let token = token.trim_ascii();
        let found = self.cache().get(token);
        let caller = match found {
            Some(caller) => caller,
            None => {
                let caller = Arc::new(self.verify(token)?);
                self.cache().insert(token, &caller);
                caller
            }
        };
        let now = self.clock.now_seconds();
        if now >= caller.expires {
            return Err("Lifetime validation failed, the token is expired.");
        }
        if now + LEEWAY < caller.not_before {
            return Err("Lifetime validation failed, the token is not yet valid.");
        }
        Ok(caller)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything about a token but its lifetime.
    fn verify(&self, token: &[u8]) -> Result<Caller, &'static str> {
        const MALFORMED: &str = "The access token is not a JSON web token of the expected form.";
        let token = std::str::from_utf8(token).map_err(|_| MALFORMED)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, claims) = signed.split_once('.').ok_or(MALFORMED)?;
        let header: Header = decode(header).ok_or(MALFORMED)?;
        if header.alg != "ES256" {
            return Err("The access token is signed with an unexpected algorithm.");
        }
        let signature = BASE64.decode(signature).map_err(|_| MALFORMED)?;
        self.public
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| "Signature validation of the access token failed.")?;
        let claims: Claims = decode(claims).ok_or(MALFORMED)?;
        if claims.aud != AUDIENCE {
            return Err("Access token validation failure: invalid audience.");
        }
        if !claims.iss.ends_with(&issuer("", &claims.tid)) {
            return Err("Access token validation failure: invalid issuer.");
        }
        let (kind, permissions) = match (claims.roles, claims.scp) {
            (Some(roles), None) => (Kind::Application, roles),
            (None, Some(scopes)) => {
                let personal = claims.tid == PERSONAL_TENANT;
                let kind = if personal { Kind::DelegatedPersonal } else { Kind::DelegatedWork };
                (kind, scopes.split_ascii_whitespace().map(str::to_owned).collect())
            }
            _ => return Err("The access token has to have either roles or scp."),
        };
        Ok(Caller {
            id: Cell::Text(claims.oid.into()),
            kind,
            tenant: claims.tid,
            permissions,
            roles: claims.wids,
            not_before: claims.nbf,
            expires: claims.exp,
        })
    }
}

impl PublicKey {
    fn of(key: &EcdsaKeyPair) -> Self {
        // An uncompressed point: a byte, then two coordinates.
        let point = key.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at(point.len() / 2);
        Self { crv: "P-256", kty: "EC", x: BASE64.encode(x), y: BASE64.encode(y) }
    }
}

/// Seconds that clocks may differ.
const LEEWAY: i64 = 300;

/// Tokens whose signature was verified; the oldest gives way. They are found by their
/// signatures, which are short, and then compared whole.
#[derive(Default)]
struct Cache {
    callers: HashMap<Arc<[u8]>, Verified>,
    order: VecDeque<Arc<[u8]>>,
}

struct Verified {
    token: Box<[u8]>,
    caller: Arc<Caller>,
}

/// More than the tenants that anybody tries at once.
const CACHED: usize = 1024;

impl Cache {
    fn get(&self, token: &[u8]) -> Option<Arc<Caller>> {
        let found = self.callers.get(signature(token))?;
        (*found.token == *token).then(|| found.caller.clone())
    }

    fn insert(&mut self, token: &[u8], caller: &Arc<Caller>) {
        let signature: Arc<[u8]> = signature(token).into();
        if self.callers.contains_key(&signature) {
            return;
        }
        if self.order.len() == CACHED
            && let Some(oldest) = self.order.pop_front()
        {
            self.callers.remove(&oldest);
        }
        self.order.push_back(signature.clone());
        self.callers.insert(signature, Verified { token: token.into(), caller: caller.clone() });
    }
}

fn signature(token: &[u8]) -> &[u8] {
    token.rsplit(|byte| *byte == b'.').next().unwrap_or_default()
}

/// Who issues the tokens of a tenant, for clients at `root`.
pub(super) fn issuer(root: &str, tenant: &str) -> String {
    format!("{root}/{tenant}/v2.0")
}

fn encode(value: &impl Serialize) -> String {
    BASE64.encode(serde_json::to_vec(value).expect("claims are plain strings and numbers"))
}

fn decode<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "http://127.0.0.1";

    fn caller(authority: &Authority, value: &str) -> Result<Arc<Caller>, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().expect("header"));
        authority.caller(&headers)
    }

    #[test]
    fn a_token_says_who_calls_and_with_which_permissions() {
        let authority = Authority::new(&[], Clock::default()).expect("randomness");
        for kind in [Kind::Application, Kind::DelegatedWork, Kind::DelegatedPersonal] {
            let token = authority.issue(&Identity::new(kind, ["A.Read", "B.Read"]), ROOT);
            for scheme in ["Bearer", "bearer", "BEARER"] {
                let caller =
                    caller(&authority, &format!("{scheme} {token}")).unwrap_or_else(|reason| panic!("{reason}"));
                assert_eq!(caller.kind, kind);
                assert_eq!(caller.permissions, ["A.Read", "B.Read"]);
            }
        }
    }

    #[test]
    fn a_token_that_was_changed_in_any_byte_is_refused() {
        let authority = Authority::new(&[], Clock::default()).expect("randomness");
        let token = authority.issue(&Identity::none(), ROOT);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(caller(&authority, &format!("Bearer {changed}")).is_err(), "byte {at}");
        }
        assert!(authority.cache().callers.is_empty());
    }

    #[test]
    fn another_key_an_unsigned_token_and_an_expired_one_are_refused() {
        let (ours, theirs) = (
            Authority::new(&[], Clock::default()).expect("randomness"),
            Authority::new(&[], Clock::default()).expect("randomness"),
        );
        let token = ours.issue(&Identity::none(), ROOT);
        assert!(caller(&theirs, &format!("Bearer {token}")).is_err());
        let claims = token.split('.').nth(1).expect("claims");
        let unsigned = BASE64.encode(r#"{"typ":"JWT","alg":"none","kid":""}"#);
        assert!(caller(&ours, &format!("Bearer {unsigned}.{claims}.")).is_err());
        let expired = ours.issue(&Identity::none().expiring_in(0), ROOT);
        for _ in 0..2 {
            assert!(caller(&ours, &format!("Bearer {expired}")).is_err(), "also when its signature is known");
        }
    }

    #[test]
    fn the_cache_is_bounded_and_forgets_the_oldest() {
        let authority = Authority::new(&[], Clock::default()).expect("randomness");
        let tokens: Vec<_> =
            (0..CACHED + 10).map(|n| authority.issue(&Identity::application([n.to_string()]), ROOT)).collect();
        for token in &tokens {
            assert!(caller(&authority, &format!("Bearer {token}")).is_ok());
        }
        let cache = authority.cache();
        assert_eq!((cache.callers.len(), cache.order.len()), (CACHED, CACHED));
        assert!(cache.get(tokens[0].as_bytes()).is_none() && cache.get(tokens[CACHED].as_bytes()).is_some());
    }
}
