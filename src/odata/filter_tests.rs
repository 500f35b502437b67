//! What `$filter` accepts, what it means, and what it refuses and where.

use proptest::prelude::*;

use super::*;

const ID: &str = "c2b6c2b9-dddc-acd0-2b39-d519d803dbc3";

fn columns() -> Vec<Column> {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    let members = ["low", "medium", "high"].map(str::to_owned).to_vec();
    vec![
        column("id", Kind::Guid),
        column("riskLevel", Kind::Enum { name: Some("RiskLevel".to_owned()), members }),
        column("isDeleted", Kind::Boolean),
        column("riskLastUpdatedDateTime", Kind::Instant),
        column("userDisplayName", Kind::Text),
        column("attempts", Kind::Number),
        column("gone", Kind::Text),
    ]
}

fn datum(column: usize) -> Datum<'static> {
    match column {
        0 => Datum::Text(ID),
        1 => Datum::Text("medium"),
        2 => Datum::Boolean(false),
        3 => Datum::Text("2020-07-01T12:00:00.0000000Z"),
        4 => Datum::Text("O'Hara"),
        5 => Datum::Number(3.0),
        _ => Datum::Null,
    }
}

#[track_caller]
fn check(text: &str, expected: bool) {
    let filter = Filter::parse(text, &columns()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(filter.matches(datum), expected, "{text}");
}

#[track_caller]
fn refused(text: &str, position: usize) {
    let error = Filter::parse(text, &columns()).expect_err(text);
    assert_eq!(error.position, position, "{text}: {error}");
}

#[test]
fn both_documented_forms_of_an_enum_value_mean_the_same() {
    check("riskLevel eq 'medium'", true);
    check("riskLevel eq microsoft.graph.riskLevel'medium'", true);
    check("riskLevel ne microsoft.graph.riskLevel'medium'", false);
    refused("riskLevel eq microsoft.graph.riskState'medium'", 14);
    refused("riskLevel eq 'extreme'", 14);
    refused("riskLevel gt 'low'", 11);
}

#[test]
fn property_names_are_found_without_regard_to_case() {
    check("(RiskLevel ne 'low')", true);
    check("ISDELETED eq false", true);
}

#[test]
fn each_kind_is_compared_in_its_own_way() {
    check("riskLastUpdatedDateTime gt 2020-07-01T00:00:00Z", true);
    check("riskLastUpdatedDateTime le 2020-07-01T14:00:00+02:00", true);
    check("riskLastUpdatedDateTime lt 2020-07-01", false);
    check("userDisplayName eq 'O''Hara'", true);
    check("userDisplayName ge 'P'", false);
    check("attempts ge 3 and attempts lt 3.5 and attempts gt -1", true);
    check("3 le attempts", true);
    check("4 le attempts", false);
    check(&format!("id eq '{}'", ID.to_uppercase()), true);
    check(&format!("id eq {ID}"), true);
    check("isDeleted", false);
    check("not isDeleted", true);
    check("true", true);
}

#[test]
fn null_equals_only_null_and_has_no_order() {
    check("gone eq null", true);
    check("gone ne null", false);
    check("gone ne 'x'", true);
    check("gone lt 'x'", false);
    check("gone ge null", false);
    check("riskLevel ne null", true);
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    check("isDeleted eq true and isDeleted eq true or riskLevel eq 'medium'", true);
    check("isDeleted eq true and (isDeleted eq true or riskLevel eq 'medium')", false);
    check("not isDeleted eq true and riskLevel eq 'medium'", true);
    check("not (not (riskLevel eq 'medium'))", true);
}

#[test]
fn what_is_wrong_is_named_with_its_position() {
    refused("", 1);
    refused("nope eq 1", 1);
    refused("riskLevel", 10);
    refused("riskLevel eq", 13);
    refused("riskLevel equals 'low'", 11);
    refused("riskLevel eq 'low' and", 23);
    refused("riskLevel eq 'low' isDeleted", 20);
    refused("(riskLevel eq 'low'", 20);
    refused("riskLevel eq 'low", 14);
    refused("riskLevel eq ; 'low'", 14);
    refused("isDeleted eq 'true'", 14);
    refused("isDeleted gt false", 11);
    refused("riskLastUpdatedDateTime gt '2020-07-01T00:00:00Z'", 28);
    refused("riskLastUpdatedDateTime gt 2020-07-41", 28);
    refused("attempts eq NaN", 13);
    refused("attempts eq 1e999", 13);
    refused("length(userDisplayName)", 1);
    refused("riskLevel eq length(userDisplayName)", 14);
    refused("contains (id)", 13);
    refused("startswith(riskLevel,'a')", 12);
    refused("startswith(userDisplayName)", 27);
    refused("startswith(userDisplayName,a)", 28);
    refused("startswith(userDisplayName,'a'", 31);
    refused("riskLevel eq userDisplayName", 1);
    refused("'a' eq 'a'", 1);
}

#[test]
fn functions_look_for_text() {
    check("startsWith(userDisplayName,'O')", true);
    check("startswith( userDisplayName , 'o' )", false);
    check("not endswith(userDisplayName,'ara') or contains(userDisplayName,'''H')", true);
    check("startswith(id,'C2B6')", true);
    check("contains(gone,'')", false);
}

#[test]
fn nesting_is_bounded() {
    let deep = |depth: usize| format!("{}isDeleted{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&deep(60), &columns()).is_ok());
    refused(&deep(100_000).replace("isDeleted", ""), 65);
    refused(&"not ".repeat(100_000), 64 * 4 + 1);
    assert!(Filter::parse(&vec!["isDeleted"; 50_000].join(" or "), &columns()).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = Filter::parse(&text, &columns()).map(|filter| filter.matches(datum));
    }

    #[test]
    fn no_sequence_of_its_own_words_makes_it_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "(", ")", "not", "and", "or", "eq", "ne", "gt", "riskLevel", "isDeleted", "id", "attempts", "null",
                "true", "'low'", "microsoft.graph.riskLevel'low'", "1", "-", "2020-07-01", "''", "'",
            ]),
            0..24,
        ),
    ) {
        let _ = Filter::parse(&words.join(" "), &columns()).map(|filter| filter.matches(datum));
    }

    #[test]
    fn any_text_can_be_quoted(text in "\\PC{0,20}") {
        let filter = Filter::parse(&format!("userDisplayName eq '{}'", text.replace('\'', "''")), &columns());
        prop_assert!(filter.expect("quoted").matches(|_| Datum::Text(&text)));
    }
}
