//! The description as a whole.

use std::collections::BTreeMap;

use super::call::Call;
use super::operation::{assumed, documented};
use super::schema::convention;
use crate::regen::emit::{Entry, Yaml, entry};
use crate::regen::kind::{Kind, reference};

const HEAD: &str = "\
# Derived by entra-risk from documentation pages. Each statement has the page and line that makes
# it in a comment, and says on what it rests; what no page states is left out, or an assumption.
";

const ERRORS: &str = "concepts/errors.md";
const SIGN_IN: &str = "https://login.microsoftonline.com/organizations/oauth2/v2.0";

pub(super) fn document(
    api: &str,
    calls: &[Call<'_>],
    operations: Vec<Vec<Entry>>,
    schemas: BTreeMap<String, Vec<Entry>>,
) -> String {
    let mut paths: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    for (call, operation) in calls.iter().zip(operations) {
        let method = call.method.to_ascii_lowercase();
        paths.entry(&call.template).or_default().push(entry(&method, Yaml::Map(operation)));
    }
    let paths = paths.into_iter().map(|(path, item)| entry(path, Yaml::Map(item))).collect();
    let mut components = vec![security_schemes(calls), responses()];
    let mut named = schemas;
    named.extend(errors());
    let named = named.into_iter().map(|(name, schema)| entry(&name, Yaml::Map(schema))).collect();
    components.push(entry("schemas", Yaml::Map(named)));
    let document = Yaml::Map(vec![
        entry("openapi", Yaml::text("3.0.3")),
        entry("info", Yaml::Map(vec![entry("title", Yaml::text(title(calls))), entry("version", Yaml::text(api))])),
        entry("servers", Yaml::List(vec![server(api, calls)])),
        entry("paths", Yaml::Map(paths)),
        entry("components", Yaml::Map(components)),
    ]);
    format!("{HEAD}{}", document.to_file())
}

fn title(calls: &[Call<'_>]) -> String {
    match calls {
        [call] => format!("1 operation of Microsoft Graph: {}", call.id),
        calls => format!("{} operations of Microsoft Graph", calls.len()),
    }
}

/// The root at which examples call the version; Graph's own, as an assumption, where none does.
fn server(api: &str, calls: &[Call<'_>]) -> Yaml {
    let shown = calls.iter().flat_map(|call| call.examples.iter().map(move |example| (call, example)));
    let root =
        shown.filter_map(|(call, example)| Some((call, root(api, example.request.as_ref()?.url.as_deref()?)?))).next();
    let (url, source) = match root {
        Some((call, root)) => (root, documented(&call.page.page)),
        None => (format!("https://graph.microsoft.com/{api}"), assumed("none shows a root")),
    };
    Yaml::Map(vec![
        entry("url", Yaml::text(url)),
        entry("x-entra-cloud", Yaml::text("global")),
        entry("x-entra-source", source),
    ])
}

/// `https://HOST/VERSION` of a URL.
pub(super) fn root(api: &str, url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let versioned = path.strip_prefix(api).is_some_and(|rest| rest.starts_with('/'));
    (plain && versioned).then(|| format!("https://{host}/{api}"))
}

fn security_schemes(calls: &[Call<'_>]) -> Entry {
    let scopes = |application: bool| {
        let mut scopes: BTreeMap<&str, &str> = BTreeMap::new();
        for call in calls {
            let stated = call.page.permissions.as_ref();
            let names =
                stated.and_then(
                    |stated| if application { stated.application.as_ref() } else { stated.delegated_work.as_ref() },
                );
            for name in names.into_iter().flatten() {
                scopes.entry(name).or_insert(&call.page.page);
            }
        }
        let scopes = scopes.into_iter().map(|(name, page)| entry(name, Yaml::text(format!("Named by {page}."))));
        entry("scopes", Yaml::Map(scopes.collect()))
    };
    let scheme = |description: &str, flow: &str, entries: Vec<Entry>| {
        Yaml::Map(vec![
            entry("type", Yaml::text("oauth2")),
            entry("description", Yaml::text(description)),
            entry("flows", Yaml::Map(vec![entry(flow, Yaml::Map(entries))])),
        ])
    };
    let token = || entry("tokenUrl", Yaml::text(format!("{SIGN_IN}/token")));
    let authorize = entry("authorizationUrl", Yaml::text(format!("{SIGN_IN}/authorize")));
    let delegated =
        scheme("A signed-in work or school account.", "authorizationCode", vec![authorize, token(), scopes(false)]);
    let application =
        scheme("An application without a signed-in user.", "clientCredentials", vec![token(), scopes(true)]);
    entry("securitySchemes", Yaml::Map(vec![entry("delegated", delegated), entry("application", application)]))
}

fn responses() -> Entry {
    let media = Yaml::Map(vec![entry("schema", reference("schemas", "ODataError"))]);
    let error = Yaml::Map(vec![
        entry("description", Yaml::text("The request was refused, or the service failed.")),
        entry("content", Yaml::Map(vec![entry("application/json", media)])),
    ]);
    entry("responses", Yaml::Map(vec![entry("Error", error)]))
}

/// What every refusal of Graph looks like.
fn errors() -> [(String, Vec<Entry>); 2] {
    let open = || entry("additionalProperties", Yaml::Braces(Vec::new()));
    let schema = |required: &[&str], properties: Vec<Entry>| {
        vec![
            entry("type", Yaml::text("object")),
            entry("required", Yaml::row(required)),
            entry("properties", Yaml::Map(properties)),
            open(),
            entry("x-entra-source", convention(ERRORS)),
        ]
    };
    let inner = Yaml::Map(vec![entry("type", Yaml::text("object")), open()]);
    let body =
        vec![entry("code", Kind::Text.schema()), entry("message", Kind::Text.schema()), entry("innerError", inner)];
    [
        ("ODataError".to_owned(), schema(&["error"], vec![entry("error", reference("schemas", "ODataErrorBody"))])),
        ("ODataErrorBody".to_owned(), schema(&["code", "message"], body)),
    ]
}
