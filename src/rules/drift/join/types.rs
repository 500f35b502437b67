//! The types of pages and of descriptions, and which fit which.
//!
//! Pages speak the language of OData (`Edm.Boolean`, `String collection`, `riskLevel`),
//! descriptions that of JSON Schema (`boolean`, `list of uuid`). A description may be narrower
//! than a page's String, and must not be wider than a page's narrow type.

use crate::contract::{Contract, Shape};

/// Whether the description's type fits the page's. `None` where the page's words name no type.
pub(in crate::rules::drift) fn fits(page: &str, described: &str, contract: &Contract) -> Option<bool> {
    let (page_is_list, page) = item(page)?;
    let (described_is_list, described) = match described.strip_prefix("list of ") {
        Some(item) => (true, item),
        None => (false, described),
    };
    if described == "any" {
        return Some(true);
    }
    Some(page_is_list == described_is_list && item_fits(&page, described, contract))
}

/// Whether the page's type is a list, and its bare item type in lower case.
fn item(page: &str) -> Option<(bool, String)> {
    // `riskLevel, nullable` and `String (identifier)` say more than a type.
    let words = page.split([',', ';']).next()?.trim();
    let mut words = words.split('(').next().filter(|word| !word.trim().is_empty()).unwrap_or(words).trim();
    let lower = words.to_ascii_lowercase();
    let mut is_list = false;
    if let Some(inside) = page.trim().to_ascii_lowercase().strip_prefix("collection(") {
        let start = page.len() - page.trim_start().len() + "collection(".len();
        let end = inside.find(')').map_or(page.len(), |end| start + end);
        words = page.get(start..end)?.trim();
        is_list = true;
    } else if lower.starts_with("collection of ") {
        words = words.get("collection of ".len()..)?;
        is_list = true;
    } else {
        for suffix in [" collection", "collection", "[]", " array"] {
            if lower.len() > suffix.len() && lower.ends_with(suffix) {
                words = words.get(..words.len() - suffix.len())?;
                is_list = true;
                break;
            }
        }
    }
    let bare = words.trim().rsplit('.').next()?.trim();
    let is_name = !bare.is_empty() && bare.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_name.then(|| (is_list, bare.to_ascii_lowercase()))
}

fn item_fits(page: &str, described: &str, contract: &Contract) -> bool {
    let is_enum = || matches!(contract.shapes.get(described), Some(Shape::Enum { .. })) || described == "enum";
    match page {
        // Formats narrow a string; an enumeration lists some.
        "string" | "text" => {
            !matches!(described, "boolean" | "integer" | "number" | "object") && {
                !matches!(contract.shapes.get(described), Some(Shape::Object { .. }))
                    && !described.starts_with("list of ")
            }
        }
        "guid" | "uuid" => matches!(described, "uuid" | "string"),
        "boolean" | "bool" => described == "boolean",
        "int" | "int16" | "int32" | "int64" | "integer" | "byte" | "sbyte" | "long" => {
            matches!(described, "integer" | "number")
        }
        "double" | "single" | "float" | "decimal" | "number" => described == "number",
        "datetimeoffset" | "datetime" | "timestamp" => described == "date-time",
        "date" => described == "date",
        "timeofday" | "time" => matches!(described, "time" | "string"),
        "duration" | "timespan" => matches!(described, "duration" | "string"),
        "binary" | "stream" | "base64url" => matches!(described, "byte" | "binary" | "base64url" | "string"),
        "object" | "json" | "complextype" | "untyped" => {
            described == "object" || matches!(contract.shapes.get(described), Some(Shape::Object { .. }))
        }
        named => {
            let same = described.eq_ignore_ascii_case(named);
            // A schema without a name cannot have another one.
            same || described == "object" || described == "enum" && is_enum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_pages_fit_words_of_descriptions() {
        let contract = crate::embedded::contract("beta").expect("this build has beta");
        for (page, described, expected) in [
            ("String collection", "list of uuid", Some(true)),
            ("Collection(Edm.String)", "list of string", Some(true)),
            ("Collection of String", "list of string", Some(true)),
            ("string[]", "list of uuid", Some(true)),
            ("String", "uuid", Some(true)),
            ("string", "RiskLevel", Some(true)),
            ("Edm.Boolean", "boolean", Some(true)),
            ("boolean", "boolean", Some(true)),
            ("Boolean, nullable", "boolean", Some(true)),
            ("DateTimeOffset", "date-time", Some(true)),
            ("riskLevel", "RiskLevel", Some(true)),
            ("microsoft.graph.riskLevel", "RiskLevel", Some(true)),
            ("riskyUser collection", "list of RiskyUser", Some(true)),
            ("String (identifier)", "string", Some(true)),
            ("Int32", "integer", Some(true)),
            ("Guid", "uuid", Some(true)),
            ("riskLevel", "any", Some(true)),
            ("String", "list of string", Some(false)),
            ("String collection", "string", Some(false)),
            ("String", "boolean", Some(false)),
            ("String", "RiskyUser", Some(false)),
            ("Boolean", "string", Some(false)),
            ("DateTimeOffset", "string", Some(false)),
            ("riskLevel", "RiskState", Some(false)),
            ("riskLevel", "string", Some(false)),
            ("Int32", "string", Some(false)),
            ("Double", "integer", Some(false)),
            ("see below", "string", None),
            ("", "string", None),
            ("Collection(", "string", None),
            ("(é", "string", None),
        ] {
            assert_eq!(fits(page, described, contract), expected, "{page} / {described}");
        }
    }
}
