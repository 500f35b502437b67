//! What the reader makes of documents.

use entra_risk::metadata::{self, Base, Kind, Leads};

use super::{WHOLE, fragment, read, with};

#[test]
fn a_whole_document_is_read_with_its_lines() {
    let metadata = read(WHOLE);
    let at = |words: &str| WHOLE.lines().position(|line| line.contains(words)).expect("the words") + 1;
    let lantern = metadata.find("harbour.lamps.lantern").expect("the type");
    assert_eq!(lantern.line, at("EntityType Name=\"lantern\""));
    let inherited = metadata.inherited(lantern).expect("it has properties");
    assert_eq!((inherited.base, inherited.is_open()), (Base::Known, false));
    let (key, line) = inherited.key().expect("a key");
    assert_eq!((key, line), (&["id".to_owned()][..], at("<Key>")));
    let property = inherited.property("isLit").expect("a property");
    assert_eq!((property.of.text.as_str(), property.is_nullable, property.line), ("Edm.Boolean", true, at("isLit")));
    assert!(!inherited.property("id").expect("inherited").is_nullable);
    assert!(inherited.property("log").expect("a relationship").is_navigation);
    // The same alias means another namespace in another schema.
    let older = metadata.find("harbour.lamps.older.lantern").expect("the type");
    let Kind::Structured(structured) = &older.kind else { panic!("a complex type") };
    assert_eq!(structured.properties[0].of.name, "harbour.lamps.older.wick");
    assert!(std::ptr::eq(metadata.named("Lantern").expect("the type"), lantern), "the shortest namespace");
    let Some(Kind::Enumeration(members)) = metadata.named("lanternstate").map(|named| &named.kind) else {
        panic!("an enumeration")
    };
    assert_eq!(
        members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(" "),
        "dark lit unknownFutureValue broken smoking"
    );
    let light = metadata.calls("self.light").next().or_else(|| metadata.calls("light").next()).expect("the action");
    assert_eq!((light.is_action, light.given().len(), light.line), (true, 2, at("Action Name=\"light\"")));
    assert_eq!(light.binding().map(|binding| binding.of.is_collection), Some(true));
    let nearest = metadata.calls("nearest").next().expect("the function");
    assert_eq!(
        (nearest.word(), nearest.returns.as_ref().map(|returns| returns.of.simple())),
        ("function", Some("lantern"))
    );
    let Some(Leads::To(of)) = metadata.root("lanterns").map(|root| &root.leads) else { panic!("a set") };
    assert!(of.is_collection);
    assert!(metadata.is_whole && metadata.findings.is_empty());
}

#[test]
fn encodings_are_told_by_their_first_bytes() {
    let expected = read(WHOLE);
    let with_mark = format!("\u{feff}{WHOLE}");
    let encoded = |unit: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> { text.encode_utf16().flat_map(unit).collect() };
    let windows = WHOLE.replace('\n', "\r\n");
    for (what, bytes) in [
        ("UTF-8 with its mark", with_mark.clone().into_bytes()),
        ("UTF-16, little end first", encoded(u16::to_le_bytes, &with_mark)),
        ("UTF-16, big end first", encoded(u16::to_be_bytes, &with_mark)),
        ("UTF-16 without mark", encoded(u16::to_le_bytes, WHOLE)),
        ("lines of Windows", windows.into_bytes()),
    ] {
        let metadata = metadata::read(&bytes, "metadata.xml").unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(metadata, expected, "{what}");
    }
}

#[test]
fn a_fragment_has_no_namespace_and_lacks_what_it_lacks() {
    let metadata = read(&fragment(WHOLE));
    assert!(!metadata.is_whole);
    assert!(metadata.find("graph.lantern").is_some() && metadata.find("lantern").is_some());
    let cut =
        read("<EntityType Name='kite' BaseType='graph.entity'><Property Name='tail' Type='Edm.String'/></EntityType>");
    let kite = cut.named("Kite").expect("the type");
    assert_eq!(cut.inherited(kite).map(|inherited| inherited.base), Some(Base::Absent("graph.entity")));
    // A type that inherits from itself ends where it began.
    let circle = read("<EntityType Name='a' BaseType='x.b'/><EntityType Name='b' BaseType='x.a'/>");
    assert_eq!(circle.inherited(circle.named("a").unwrap()).map(|inherited| inherited.line.len()), Some(2));
}

#[test]
fn what_is_declared_badly_is_a_finding_and_the_rest_is_read() {
    let of = |from: &str, to: &str| {
        let metadata = read(&with(WHOLE, from, to));
        assert!(metadata.types.len() >= 8, "the rest is read");
        metadata.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.origin.line)).collect::<Vec<_>>()
    };
    let at = |words: &str| WHOLE.lines().position(|line| line.contains(words)).expect("the words") + 1;
    for (from, to, rule, line) in [
        (
            "<Property Name=\"pier\" Type=\"Edm.String\" />",
            "<Property Name=\"pier\" />",
            "attribute_missing",
            at("pier"),
        ),
        ("<EntityType Name=\"harbour\">", "<EntityType>", "attribute_missing", at("Name=\"harbour\"")),
        ("<EntityType Name=\"harbour\">", "<EntityType Name=\" \">", "attribute_missing", at("Name=\"harbour\"")),
        ("EntityType=\"harbour.lamps.lantern\"", "", "attribute_missing", at("EntitySet")),
        (
            "<ReturnType Type=\"Edm.Boolean\" />",
            "<Returns Type=\"Edm.Boolean\" />",
            "element_unknown",
            at("ReturnType Type=\"Edm.Boolean\""),
        ),
        ("Name=\"isLit\"", "Name=\"colour\"", "name_repeated", at("isLit")),
        ("Name=\"lit\"", "Name=\"dark\"", "name_repeated", at("Name=\"lit\"")),
        (
            "ComplexType Name=\"place\"",
            "ComplexType Name=\"entity\"",
            "name_repeated",
            at("EntityType Name=\"entity\""),
        ),
        ("Name=\"bright\"", "Name=\"lanternIds\"", "name_repeated", at("bright")),
        ("Singleton Name=\"harbour\"", "Singleton Name=\"lanterns\"", "name_repeated", at("Singleton")),
        ("Nullable=\"false\"", "Nullable=\"no\"", "value_unreadable", at("Nullable=\"false\"")),
        ("Value=\"1\"", "Value=\"one\"", "value_unreadable", at("Value=\"1\"")),
    ] {
        assert_eq!(of(from, to), [format!("metadata/{rule} {line}")], "{to}");
    }
    // Overloads are no repetition.
    let overload =
        "<Function Name=\"nearest\" IsBound=\"true\"><Parameter Name=\"b\" Type=\"self.lantern\"/></Function>";
    assert_eq!(of("<EntityContainer", &format!("{overload}<EntityContainer")), [""; 0]);
    // Whatever annotations hold is not looked at.
    assert_eq!(of("<String>It shines", "<Nonsense><Member/></Nonsense><String>It shines"), [""; 0]);
}

#[test]
fn what_is_no_metadata_is_refused_with_place_and_remedy() {
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Edmx>&b;</Edmx>";
    let cut = &WHOLE[..WHOLE.find("</EntityType>").unwrap()];
    let cut_line = cut.lines().position(|line| line.contains("EntityType Name=\"entity\"")).unwrap() + 1;
    let deep = "<Schema><Annotation>".to_owned() + &"<a>".repeat(100_000);
    let cases: Vec<(&str, Vec<u8>, String)> = vec![
        ("nothing", Vec::new(), "m.xml: it is empty".to_owned()),
        ("white space", b" \r\n\t".to_vec(), "m.xml: it is empty".to_owned()),
        ("JSON", b"\xef\xbb\xbf {\"$Version\": \"4.01\"}".to_vec(), "m.xml: it is JSON".to_owned()),
        ("a page", b"<!doctype HTML><html><body>Sign in".to_vec(), "m.xml: it is an HTML page".to_owned()),
        ("words", b"Not Found".to_vec(), "m.xml: it is not XML".to_owned()),
        ("gzip", vec![0x1f, 0x8b, 8, 0], "m.xml: it is compressed with gzip".to_owned()),
        ("bytes", b"<a>\n\xff\xff".to_vec(), "m.xml:2: it is neither UTF-8 nor".to_owned()),
        ("half of UTF-16", vec![0xff, 0xfe, b'<'], "m.xml: it begins as UTF-16 and is cut".to_owned()),
        ("a bomb", bomb.into(), "m.xml:1: it has a document type definition".to_owned()),
        (
            "an entity",
            b"<Schema>\n<EntityType Name='&lol;'/></Schema>".to_vec(),
            "m.xml:2: the attributes of <EntityType>".to_owned(),
        ),
        (
            "an attribute twice",
            b"<Schema>\n<Term a='1' a='2'/></Schema>".to_vec(),
            "m.xml:2: the attributes of <Term>".to_owned(),
        ),
        ("half a document", cut.into(), format!("m.xml:{cut_line}: it ends before the element that begins here")),
        (
            "half a tag",
            b"<Schema>\n\n<EntityType Na".to_vec(),
            "m.xml:3: it ends in the middle of what begins here".to_owned(),
        ),
        ("crossed tags", b"<Schema>\n<EnumType></Schema>".to_vec(), "m.xml:2: it is not well-formed XML".to_owned()),
        ("text", b"<Schema>\n</Schema>\nmore".to_vec(), "m.xml:2: it has text where only elements".to_owned()),
        (
            "a feed",
            b"<?xml version='1.0'?>\n<feed/>".to_vec(),
            "m.xml:2: <feed> is no element of OData metadata".to_owned(),
        ),
        ("OData 3", b"<Edmx Version='1.0'/>".to_vec(), "m.xml:1: it is metadata of OData version '1.0'".to_owned()),
        ("only a comment", b"<!-- -->".to_vec(), "m.xml: it has no elements".to_owned()),
        ("deep", deep.into(), "m.xml:1: it ends before".to_owned()),
    ];
    for (what, bytes, expected) in cases {
        let error = metadata::read(&bytes, "m.xml").expect_err(what);
        assert!(error.to_string().starts_with(&format!("read the metadata {expected}")), "{what}: {error}");
        assert!(error.remedy.contains("curl"), "{what}");
    }
}
