//! Listings whose next page cannot be found.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "page_without_link",
    reason: "a listing goes on where @odata.nextLink says; a page that cannot hold it would pass for the last one",
    check: |lint, findings| {
        for (name, line, schema) in lint.schemas() {
            let Some(properties) = schema.get("properties") else { continue };
            let items = properties.get("value").filter(|value| value.str("type") == Some("array"));
            let of = items.and_then(|value| lint.document.follow(value.get("items")?));
            if of.is_some_and(|of| of.get("x-entra-set").is_some()) && properties.get(NEXT_LINK).is_none() {
                findings.push(lint.finding(
                    line,
                    name,
                    format!("a page of entities has no {NEXT_LINK}"),
                    "add the property '@odata.nextLink': {type: string}",
                ));
            }
            let link = properties.get(NEXT_LINK).filter(|link| {
                let typed = ["uuid", "date", "date-time"].contains(&link.str("format").unwrap_or_default());
                link.str("type") != Some("string") || typed
            });
            if let Some(link) = link {
                findings.push(lint.finding(
                    link.line,
                    name,
                    format!("{NEXT_LINK} is not a plain string"),
                    "write {type: string}",
                ));
            }
        }
    },
};

/// OData's name for the address of the next page.
const NEXT_LINK: &str = "@odata.nextLink";
