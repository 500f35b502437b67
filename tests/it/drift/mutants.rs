//! Each kind of fact altered in the description, in a transcript or on a page, and the rule that
//! must see it; and alterations that no rule may see.

use entra_risk::rules::drift;

use super::{Texts, found};

/// Rule, fact, file, text to find, text instead.
type Mutant = (&'static str, &'static str, &'static str, &'static str, &'static str);

const STAMP: &str = "POST /parcels/stamp";

const MUTANTS: &[Mutant] = &[
    ("method_differs", "PUT /parcels/stamp#method", "beta.yaml", "    post:", "    put:"),
    ("method_differs", "POST /parcels/stamp#method", "parcel-stamp.md", "POST /parcels/stamp", "PATCH /parcels/stamp"),
    ("path_differs", "POST /parcels/mark#path", "beta.yaml", "/parcels/stamp:", "/parcels/mark:"),
    ("path_differs", "GET /boxes#path", "beta.yaml", "  /parcels:", "  /boxes:"),
    ("path_differs", "POST /parcels/stamp#path", "parcel-stamp.md", "POST /parcels/stamp", "POST /parcels/mark"),
    ("path_differs", "GET /parcels#path", "parcel-list.md", "GET /parcels\n", ""),
    ("alias_differs", "GET /parcels#alias[/depot/parcels]", "parcel-list.md", "GET /depot/parcels\n", ""),
    ("alias_differs", "GET /parcels#alias[/yard/parcels]", "beta.yaml", "[/depot/parcels]", "[/yard/parcels]"),
    ("alias_differs", "GET /parcels#alias[/depot/parcels]", "beta.yaml", "[/depot/parcels]", "[/yard/parcels]"),
    (
        "alias_differs",
        "POST /parcels/stamp#alias[/depot/parcels/stamp]",
        "parcel-stamp.md",
        "POST /parcels/stamp\n",
        "POST /parcels/stamp\nPOST /depot/parcels/stamp\n",
    ),
    (
        "permission_differs",
        "POST /parcels/stamp#permission[delegatedWork]",
        "beta.yaml",
        "delegated: [Parcel.ReadWrite.All]",
        "delegated: [Parcel.Read.All]",
    ),
    (
        "permission_differs",
        "POST /parcels/stamp#permission[application]",
        "parcel-stamp.md",
        "|Application|Parcel.ReadWrite.All|",
        "|Application|Parcel.Stamp.All|",
    ),
    (
        "permission_differs",
        "POST /parcels/stamp#permission[delegatedPersonal]",
        "parcel-stamp.md",
        "account)|Not supported.|",
        "account)|Parcel.ReadWrite|",
    ),
    (
        "permission_differs",
        "POST /parcels/stamp#permission[delegatedPersonal]",
        "beta.yaml",
        "{personal: notSupported}",
        "{personal: [Parcel.Read]}",
    ),
    (
        "permission_differs",
        "POST /parcels/stamp#permission[application]",
        "parcel-stamp.md",
        "|Application|Parcel.ReadWrite.All|Not available.|",
        "|Application|Parcel.ReadWrite.All|Depot.ReadWrite.All|",
    ),
    (
        "permission_differs",
        "GET /parcels#higher[application]",
        "beta.yaml",
        "application: [Parcel.ReadWrite.All]}",
        "application: [Depot.ReadWrite.All]}",
    ),
    (
        "permission_differs",
        "GET /parcels#permission[delegatedWork]",
        "parcel-list.md",
        "account)|Parcel.Read.All, Parcel.ReadWrite.All|",
        "account)|Parcel.ReadWrite.All, Parcel.Read.All|",
    ),
    ("header_differs", "POST /parcels/stamp#header[X-Desk]", "beta.yaml", "name: X-Counter", "name: X-Desk"),
    ("header_differs", "POST /parcels/stamp#header[X-Counter]", "beta.yaml", "name: X-Counter", "name: X-Desk"),
    (
        "header_differs",
        "POST /parcels/stamp#header[X-Counter]",
        "beta.yaml",
        "          in: header\n",
        "          in: header\n          required: true\n",
    ),
    (
        "header_differs",
        "POST /parcels/stamp#header[X-Counter]",
        "parcel-stamp.md",
        "|X-Counter|Number of the counter. Optional.|\n",
        "",
    ),
    (
        "header_differs",
        "POST /parcels/stamp#header[Authorization]",
        "parcel-stamp.md",
        "Bearer {token}. Required.",
        "Bearer {token}. Optional.",
    ),
    ("query_differs", "GET /parcels#query[$search]", "beta.yaml", "name: $filter", "name: $search"),
    ("query_differs", "GET /parcels#query[$filter]", "beta.yaml", "name: $filter", "name: $search"),
    (
        "query_differs",
        "GET /parcels#query[$orderby]",
        "parcel-list.md",
        "supports `$filter`",
        "supports `$filter` and `$orderby`",
    ),
    (
        "content_type_differs",
        "POST /parcels/stamp#contentType",
        "beta.yaml",
        "          application/json:\n            schema: {$ref: '#/components/schemas/StampRequest'}",
        "          text/json:\n            schema: {$ref: '#/components/schemas/StampRequest'}",
    ),
    (
        "content_type_differs",
        "POST /parcels/stamp#contentType",
        "parcel-stamp.md",
        "Content-Type: application/json",
        "Content-Type: text/plain",
    ),
    ("body_differs", "POST /parcels/stamp#body[parcels]", "beta.yaml", "        parcelIds: {", "        parcels: {"),
    ("body_differs", "POST /parcels/stamp#body[parcelIds]", "beta.yaml", "        parcelIds: {", "        parcels: {"),
    ("body_differs", "POST /parcels/stamp#body[parcelIds]", "beta.yaml", "required: [parcelIds]", "required: [urgent]"),
    ("body_differs", "POST /parcels/stamp#body[urgent]", "parcel-stamp.md", "go first. Optional", "go first. Required"),
    (
        "body_differs",
        "POST /parcels/stamp#body[urgent]",
        "parcel-stamp.md",
        "|urgent|Boolean|Whether they go first. Optional.|\n",
        "",
    ),
    (
        "type_differs",
        "POST /parcels/stamp#body[urgent]",
        "beta.yaml",
        "urgent: {type: boolean}",
        "urgent: {type: string}",
    ),
    ("type_differs", "POST /parcels/stamp#body[parcelIds]", "parcel-stamp.md", "|String collection|", "|String|"),
    (
        "type_differs",
        "Parcel#property[isFragile]",
        "beta.yaml",
        "isFragile: {type: boolean",
        "isFragile: {type: integer",
    ),
    ("type_differs", "Parcel#property[stampedDateTime]", "parcel.md", "|DateTimeOffset|", "|Boolean|"),
    ("type_differs", "Parcel#property[stampState]", "parcel.md", "|stampState|stampState|", "|stampState|postage|"),
    ("limit_differs", "POST /parcels/stamp#limit[parcelIds]", "beta.yaml", "maxItems: 40", "maxItems: 41"),
    ("limit_differs", "POST /parcels/stamp#limit[parcelIds]", "beta.yaml", "      maxItems: 40\n", ""),
    ("limit_differs", "POST /parcels/stamp#limit[parcelIds]", "parcel-stamp.md", "one call is 40", "one call is 39"),
    (
        "success_differs",
        "POST /parcels/stamp#success",
        "beta.yaml",
        "'204': {description: Taken.}",
        "'202': {description: Taken.}",
    ),
    ("success_differs", "GET /parcels#success", "parcel-list.md", "`200 OK`", "`206 Partial Content`"),
    (
        "example_differs",
        "POST /parcels/stamp#exchange[stamp_parcels]",
        "stamp_parcels",
        "\"urgent\": false",
        "\"urgent\": true",
    ),
    ("example_differs", "POST /parcels/stamp#exchange[stamp_parcels]", "stamp_parcels", "POST https", "PUT https"),
    (
        "example_differs",
        "POST /parcels/stamp#exchange[stamp_parcels]",
        "stamp_parcels",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 202 Accepted",
    ),
    ("example_differs", "GET /parcels#exchange[list_parcels]", "list_parcels", "eq 'none'", "eq 'stamped'"),
    ("example_differs", "GET /parcels#exchange[list_parcels]", "list_parcels", "/depot/parcels", "/parcels"),
    (
        "example_differs",
        "GET /parcels#exchange[list_parcels]",
        "parcel-list.md",
        "\"isFragile\": true",
        "\"isFragile\": false",
    ),
    ("example_differs", "GET /parcels#exchange[list_parcels]", "parcel-list.md", "HTTP/1.1 200 OK", "HTTP/1.1 203 OK"),
    (
        "example_renamed",
        "POST /parcels/stamp#exchange[stamp_parcels]",
        "parcel-stamp.md",
        "\"stamp_parcels\"",
        "\"stamp_two\"",
    ),
    ("property_differs", "Parcel#property[isBroken]", "beta.yaml", "        isFragile:", "        isBroken:"),
    ("property_differs", "Parcel#property[isFragile]", "beta.yaml", "        isFragile:", "        isBroken:"),
    ("property_differs", "Parcel#property[isFragile]", "parcel.md", "|isFragile|Boolean|Whether it breaks.|\n", ""),
    ("member_differs", "StampState#member[lost]", "beta.yaml", "refused, unknown", "refused, lost, unknown"),
    ("member_differs", "StampState#member[refused]", "beta.yaml", "refused, unknown", "unknown"),
    ("member_differs", "StampState#member[lost]", "parcel.md", "`refused`", "`refused`, `lost`"),
    ("member_differs", "StampState#member[refused]", "parcel.md", "`refused`, ", ""),
];

#[test]
fn every_alteration_is_seen_by_the_rule_that_is_named_for_it() {
    for (rule, fact, place, from, to) in MUTANTS {
        let comparison = Texts::new().with(place, from, to).compare();
        let found = found(&comparison);
        assert!(
            found.iter().any(|(found, about)| found == rule && about == fact),
            "{place}: '{to}' is not seen as {rule} of {fact}: {found:#?}"
        );
    }
}

/// What only a missing text shows.
#[test]
fn an_example_or_a_transcript_without_its_partner_is_seen() {
    let mut texts = Texts::new();
    texts.transcripts.remove(1);
    assert_eq!(
        found(&texts.compare()),
        [("example_unrecorded".to_owned(), format!("{STAMP}#exchange[stamp_parcels]"))]
    );
    let mut texts = Texts::new();
    let (page, _) = texts.pages[1].1.split_once("## Examples").expect("examples");
    texts.pages[1].1 = page.to_owned();
    assert_eq!(
        found(&texts.compare()),
        [("transcript_unfounded".to_owned(), format!("{STAMP}#exchange[stamp_parcels]"))]
    );
}

#[test]
fn a_new_operation_beside_the_described_ones_is_a_note() {
    let mut texts = Texts::new();
    let new = texts.pages[1].1.replace("/parcels/stamp", "/parcels/weigh").replace("stamp_parcels", "weigh_parcels");
    texts.pages.push(("docs/beta/api/parcel-weigh.md", new));
    let comparison = texts.compare();
    assert_eq!(found(&comparison), []);
    let notes: Vec<&str> = comparison.findings().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(notes, ["drift/operation_new"]);
    assert!(comparison.findings().all(|note| note.origin.file == "docs/beta/api/parcel-weigh.md"));
}

#[test]
fn every_rule_has_an_alteration_that_it_sees() {
    // These four are shown by the tests around.
    let elsewhere = ["example_unrecorded", "transcript_unfounded", "operation_new", "fact_unspoken"];
    for rule in drift::RULES {
        let stem = rule.id.trim_start_matches("drift/");
        let shown = MUTANTS.iter().any(|(rule, ..)| *rule == stem) || elsewhere.contains(&stem);
        assert!(shown, "{} sees nothing", rule.id);
    }
}

/// File, text to find, text instead: the two sides still agree, or one says nothing.
const QUIET: &[(&str, &str, &str)] = &[
    // Placeholders and spelling.
    ("parcel-list.md", "GET /depot/parcels\n", "GET https://graph.microsoft.com/beta/depot/parcels/\n"),
    ("parcel-stamp.md", "|Authorization|", "|authorization|"),
    ("parcel-stamp.md", "|String collection|", "|Collection(Edm.String)|"),
    ("parcel.md", "|Boolean|", "|Edm.Boolean|"),
    ("parcel.md", "|stampState|stampState|", "|stampState|[stampState](enums.md)|"),
    // A page that is silent.
    ("parcel-stamp.md", "The maximum count of parcels in one call is 40.", ""),
    ("parcel-stamp.md", "|Authorization|Bearer {token}. Required.|\n", ""),
    ("parcel-stamp.md", "Bearer {token}. Required.", "Bearer {token}."),
    ("parcel-stamp.md", "|String collection|", "||"),
    ("parcel-list.md", "This method supports `$filter`.", "This method supports some of the OData query parameters."),
    ("parcel-list.md", "## Optional query parameters\n\nThis method supports `$filter`.\n", ""),
    // A description that is narrower than a page's words.
    ("beta.yaml", "        id: {type: string, format: uuid}", "        id: {type: string}"),
    // What rests on an assumption is not expected on a page.
    ("beta.yaml", "name: $top", "name: $skip"),
    // The same values, written otherwise.
    ("parcel-stamp.md", "  \"urgent\": false\n", "  \"urgent\" : false\n"),
    ("parcel-list.md", "eq 'none'\n", "eq%20'none'\n"),
    ("parcel-list.md", "      \"stampState\": \"none\"\n", "      \"stampState\": \"none\",\n"),
    ("parcel-stamp.md", "\"name\": \"stamp_parcels\"", "\"name\": \"stamp.parcels\""),
    // Several statuses, one of which is described.
    ("parcel-stamp.md", "a `204 No Content` response code", "a `204 No Content` or `202 Accepted` response code"),
    // A relationship is no property that is missing.
    ("parcel.md", "None.\n", "|Relationship|Type|Description|\n|:---|:---|:---|\n|owner|person|Who.|\n"),
    // Revisions of a source do not count.
    ("beta.yaml", "beta/api/parcel-list.md (2024)", "beta/api/parcel-list.md (2019)"),
];

#[test]
fn what_is_no_disagreement_is_not_seen() {
    for (place, from, to) in QUIET {
        let comparison = Texts::new().with(place, from, to).compare();
        assert_eq!(found(&comparison), [], "{place}: '{to}'");
    }
}

/// A fact that another page documents, or nobody, is not expected here.
#[test]
fn silence_of_a_page_that_is_not_the_source_is_no_disagreement() {
    let drop_header =
        |texts: Texts| texts.with("parcel-stamp.md", "|X-Counter|Number of the counter. Optional.|\n", "");
    let rested = |source: &str| {
        let to = format!("          schema: {{type: string}}\n          x-entra-source: {source}\n      requestBody:");
        drop_header(Texts::new()).with("beta.yaml", "          schema: {type: string}\n      requestBody:", &to)
    };
    for source in [
        "{page: beta/api/other.md, rests: documented}",
        "{page: none, rests: assumption}",
        "{page: RFC, rests: convention}",
    ] {
        assert_eq!(found(&rested(source).compare()), [], "{source}");
    }
    // Saying something else is another matter.
    let texts = rested("{page: none, rests: assumption}");
    let says = texts.with("parcel-stamp.md", "|Authorization|", "|X-Counter|Required.|\n|Authorization|");
    assert_eq!(found(&says.compare()), [("header_differs".to_owned(), format!("{STAMP}#header[X-Counter]"))]);
}

/// Whatever is left of a page, it is compared.
#[test]
fn a_page_that_breaks_off_anywhere_is_compared() {
    let texts = Texts::new();
    for index in 0..texts.pages.len() {
        let whole = &texts.pages[index].1;
        for cut in (0..whole.len()).step_by(17).filter(|cut| whole.is_char_boundary(*cut)) {
            let mut cut_off = texts.clone();
            cut_off.pages[index].1.truncate(cut);
            let findings: Vec<_> = cut_off.compare().findings().cloned().collect();
            assert!(findings.iter().all(|finding| finding.origin.line > 0), "{findings:?}");
        }
    }
}
