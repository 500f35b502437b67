//! OpenAPI and API versions, and roots that do not fit them.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "version_unusable",
    reason: "the generator reads OpenAPI 3.0 only, and the API version names a module and a URL segment",
    check: |lint, findings| {
        let root = &lint.document.root;
        let openapi = root.get("openapi");
        if !openapi.and_then(Node::text).is_some_and(|version| version.starts_with("3.0.")) {
            let line = openapi.map_or(1, |node| node.line);
            findings.push(lint.finding(line, "openapi", "the OpenAPI version is not 3.0.x", "write openapi: 3.0.3"));
        }
        let version = root.at("/info/version");
        let usable = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_lowercase())
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.')
        };
        if !version.and_then(Node::text).is_some_and(usable) {
            let line = version.map_or(1, |node| node.line);
            findings.push(lint.finding(
                line,
                "info",
                "the version is not the API version as in URLs",
                "write beta or v1.0",
            ));
        }
        let servers: Vec<_> = root.get("servers").into_iter().flat_map(Node::items).collect();
        if servers.is_empty() {
            findings.push(lint.finding(
                1,
                "servers",
                "no server is named",
                "add the root with the version, such as https://graph.microsoft.com/beta",
            ));
        }
        for server in servers {
            let url = server.str("url").unwrap_or_default();
            let wanted = version.and_then(Node::text).unwrap_or_default();
            if !url.starts_with("https://") || !url.ends_with(&format!("/{wanted}")) {
                let message = format!("'{url}' is not an https URL that ends in the version");
                findings.push(lint.finding(server.line, "servers", message, "a root is https://HOST/VERSION"));
            }
        }
    },
};
