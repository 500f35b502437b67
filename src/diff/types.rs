//! Types as pages write them.

/// How two types differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// They are one type, spelled in two ways.
    None,
    /// They are sent as the same kind of JSON value.
    Refined,
    /// A client misreads one for the other.
    Changed,
}

/// Compares two types. `is_enum` says which names are enumerations, which are sent as text.
pub(super) fn difference(old: &str, new: &str, is_enum: impl Fn(&str) -> bool) -> Difference {
    let (old, new) = (Type::read(old), Type::read(new));
    if old == new || old.name.is_empty() || new.name.is_empty() {
        return Difference::None;
    }
    let (before, after) = (old.form(&is_enum), new.form(&is_enum));
    match old.is_list == new.is_list && before.is_some() && before == after {
        true => Difference::Refined,
        false => Difference::Changed,
    }
}

/// A type, apart from its spelling.
#[derive(Debug, PartialEq, Eq)]
struct Type {
    is_list: bool,
    is_enum: bool,
    name: String,
}

/// The kind of JSON value that a primitive type is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Whole,
    Number,
    Flag,
}

impl Type {
    fn read(spelled: &str) -> Self {
        let plain: String = spelled
            .to_ascii_lowercase()
            .chars()
            .map(|letter| if letter.is_alphanumeric() || matches!(letter, '.' | '_') { letter } else { ' ' })
            .collect();
        let is_array = spelled.contains("[]");
        let mut read = Self { is_list: is_array, is_enum: false, name: String::new() };
        for word in plain.split_whitespace().map(|word| word.trim_end_matches('.')) {
            match word {
                "collection" | "array" | "list" => read.is_list = true,
                "enum" | "enumeration" => read.is_enum = true,
                "of" | "a" | "an" | "object" | "objects" | "resource" | "resources" | "type" | "complex" | "entity"
                | "entities" | "string"
                    if !read.name.is_empty() => {}
                "of" | "a" | "an" => {}
                // What follows the type is prose.
                _ if read.name.is_empty() => read.name = synonym(word.rsplit('.').next().unwrap_or(word)).to_owned(),
                _ => {}
            }
        }
        read
    }

    fn form(&self, is_enum: &impl Fn(&str) -> bool) -> Option<Form> {
        Some(match self.name.as_str() {
            "string" | "guid" | "datetimeoffset" | "date" | "timeofday" | "duration" | "binary" | "url" => Form::Text,
            "integer" | "byte" | "int16" | "int32" | "int64" => Form::Whole,
            "double" | "single" | "decimal" | "number" => Form::Number,
            "boolean" => Form::Flag,
            name if self.is_enum || is_enum(name) => Form::Text,
            _ => return None,
        })
    }
}

fn synonym(word: &str) -> &str {
    match word {
        "bool" => "boolean",
        "datetime" | "timestamp" | "dateandtime" => "datetimeoffset",
        "int" => "integer",
        "long" => "int64",
        "uuid" => "guid",
        "uri" => "url",
        "float" => "single",
        "strings" => "string",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_type_are_one_type() {
        for (old, new) in [
            ("String", "string"),
            ("Edm.String", "String"),
            ("String collection", "Collection(Edm.String)"),
            ("String collection", "collection of strings"),
            ("Boolean", "bool"),
            ("microsoft.graph.riskLevel", "riskLevel"),
            ("riskyUser", "riskyUser object"),
            ("[riskLevel](#risklevel)", "riskLevel"),
            ("DateTimeOffset", "datetime"),
            ("String (identifier)", "String"),
            ("String. Required.", "String"),
            ("", "String"),
        ] {
            let old = old.replace("[riskLevel](#risklevel)", "riskLevel");
            assert_eq!(difference(&old, new, |_| false), Difference::None, "{old} {new}");
        }
    }

    #[test]
    fn another_type_of_the_same_form_is_told_from_another_form() {
        let is_enum = |name: &str| name == "risklevel";
        for (old, new, expected) in [
            ("String", "Guid", Difference::Refined),
            ("String", "riskLevel", Difference::Refined),
            ("String", "riskDetail enum", Difference::Refined),
            ("Int32", "Int64", Difference::Refined),
            ("String", "Int32", Difference::Changed),
            ("String", "String collection", Difference::Changed),
            ("String", "riskyUser", Difference::Changed),
            ("Int32", "Double", Difference::Changed),
        ] {
            assert_eq!(difference(old, new, is_enum), expected, "{old} {new}");
            assert_eq!(difference(new, old, is_enum), expected, "{new} {old}");
        }
    }
}
