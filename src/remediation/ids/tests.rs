use std::io::{self, Read};

use super::*;

const A: &str = "04487ee0-f4f6-4e7f-8999-facc5a30e232";
const B: &str = "13387ee0-f4f6-4e7f-8999-facc5120e345";

/// What comes of a list: the identities, and what was malformed, in one text.
fn check(input: &[u8], column: Option<&str>) -> String {
    let mut lines = Vec::new();
    let read =
        Ids::read(input, IdForm::Guid, column, |it| lines.push(format!("{}: '{}' {}", it.line, it.text, it.reason)));
    lines.insert(
        0,
        match read {
            Ok(ids) => {
                let texts: Vec<String> = ids.ids.iter().map(|id| id.to_string()[..4].to_owned()).collect();
                format!(
                    "{} of {}, {} again, {} malformed",
                    texts.join(" "),
                    ids.n_read,
                    ids.n_repeated(),
                    ids.n_malformed
                )
            }
            Err(error) => format!("failed to {error}"),
        },
    );
    lines.join("\n")
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn one_a_line_however_it_was_written_down() {
    let list = format!("# ticket 17\r\n\r\n {}\t\r\n{B}\r\n{A}", A.to_uppercase());
    let expected = "0448 1338 of 3, 1 again, 0 malformed";
    let marked = |mark: &str| format!("{mark}{list}");
    assert_eq!(check(list.as_bytes(), None), expected);
    assert_eq!(check(marked("\u{feff}").as_bytes(), None), expected);
    for little in [true, false] {
        assert_eq!(check(&utf16(&list, little), None), expected);
        assert_eq!(check(&utf16(&marked("\u{feff}"), little), None), expected);
    }
    assert_eq!(check(list.replace("\r\n", "\n").as_bytes(), None), expected);
    assert_eq!(check(format!("{A}\n\u{feff}{B}\u{a0}\n\"{A}\"\n").as_bytes(), None), expected);
}

#[test]
fn every_malformed_one_is_named_with_its_line() {
    let list = format!("{A}\nalex@contoso.com\n\n# no\n04487ee0\u{1b}[31m\n{}\n", "é".repeat(90));
    let long = "é".repeat(60);
    assert_eq!(
        check(list.as_bytes(), None),
        format!(
            "0448 of 1, 0 again, 3 malformed\n\
             2: 'alex@contoso.com' it is a user principal name; Graph wants the object id (`users list` shows both)\n\
             5: '04487ee0\\u{{1b}}[31m' it is not a GUID\n\
             6: '{long}…' it is not a GUID"
        )
    );
}

#[test]
fn a_column_of_a_table_is_found_by_its_name() {
    let expected = "0448 1338 of 3, 1 again, 0 malformed";
    for delimiter in [",", ";", "\t"] {
        let table =
            format!("Name,Object Id,Note\r\n\"Vance, A.\",{A},\"two\r\nlines\"\r\n\r\nLee,{B}\r\nAda,\"{A}\",x");
        let table = table.replace("Vance, A.", "Vance").replace(',', delimiter);
        assert_eq!(check(table.as_bytes(), Some("Object Id")), expected, "{delimiter:?}");
        assert_eq!(check(&utf16(&format!("\u{feff}{table}"), true), Some(" object id ")), expected, "{delimiter:?}");
    }
    let quoted = format!("name,id\n\"Vance, Adele\",{A}\n\"say \"\"hi\"\"\",{B}\n");
    assert_eq!(check(quoted.as_bytes(), Some("id")), "0448 1338 of 2, 0 again, 0 malformed");
}

#[test]
fn rows_are_counted_as_an_editor_does() {
    let table = format!("\nname,id\n\"a\nb\",{A}\n\nc,nobody\nd\n{B},{B}\n");
    assert_eq!(
        check(table.as_bytes(), Some("id")),
        "0448 1338 of 2, 0 again, 2 malformed\n6: 'nobody' it is not a GUID\n7: '' it is not a GUID"
    );
}

#[test]
fn what_is_missing_is_said() {
    let there = "; there is name, id";
    for (input, column, expected) in [
        ("", None, "there is no id in it".to_owned()),
        (" \r\n# nothing\n", None, "there is no id in it".to_owned()),
        ("\u{feff}", Some("id"), "there is no id in it".to_owned()),
        ("name,id\n", Some("id"), "there is no id in it".to_owned()),
        ("name;id\nx;y\n", Some("oid"), format!("there is no column 'oid'{there}")),
        (&format!("{A},{B}\n"), Some("id"), "there is no column 'id'; the first row names no columns".to_owned()),
        ("name\tid\nx\ty\n", None, format!("this is a table, and which column holds the ids was not said{there}")),
        ("[{\"id\": 1}]", None, "line 1: this is no list of ids: it is JSON".to_owned()),
    ] {
        assert_eq!(check(input.as_bytes(), column), format!("failed to read the ids: {expected}"), "{input:?}");
    }
}

/// A stream that says the same for ever, and counts how much of it was heard.
struct Endless<'a> {
    saying: &'a [u8],
    n_read: usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.saying[self.n_read % self.saying.len()];
            self.n_read += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn garbage_without_end_ends_soon() {
    let noise: Vec<u8> = (0..=255).map(|byte: u8| byte.wrapping_mul(167)).collect();
    let no_lines: Vec<u8> = noise.iter().copied().filter(|byte| !matches!(byte, 0 | b'\n')).collect();
    for (saying, reason) in [
        (&noise[..], "it has zero bytes"),
        (&no_lines, "the line does not end"),
        (b"a", "the line does not end"),
        (b"no id\n", "100,000 lines of it hold none"),
        (b"\n", "100,000 lines in succession hold none"),
        (b"# no id\r\n", "100,000 lines in succession hold none"),
        (b"\"", "the line does not end"),
    ] {
        let mut endless = Endless { saying, n_read: 0 };
        let mut n_malformed = 0;
        match Ids::read(&mut endless, IdForm::Guid, None, |_| n_malformed += 1) {
            Err(IdsError::NotAList { reason: said, .. }) => assert_eq!(said, reason),
            other => panic!("{saying:?}: {other:?}"),
        }
        assert!(endless.n_read < 2_000_000, "{saying:?}: {}", endless.n_read);
        assert!(n_malformed <= MOST_IDLE);
    }
}

#[test]
fn a_table_without_end_ends_soon() {
    for (first, saying, reason) in [
        ("\"", &b"x,y\n"[..], "the line does not end"),
        ("", b",", "the line does not end"),
        ("", b",nobody\n", "100,000 lines of it hold none"),
        ("", b"\r\n", "100,000 lines in succession hold none"),
    ] {
        let mut endless = Endless { saying, n_read: 0 };
        let begin = format!("name,id\n{first}");
        match Ids::read(begin.as_bytes().chain(&mut endless), IdForm::Guid, Some("id"), |_| {}) {
            Err(IdsError::NotAList { reason: said, .. }) => assert_eq!(said, reason),
            other => panic!("{saying:?}: {other:?}"),
        }
        assert!(endless.n_read < 2_000_000, "{saying:?}: {}", endless.n_read);
    }
    let wide = format!("name,id\n{}\n", ",".repeat(5000));
    assert!(check(wide.as_bytes(), Some("id")).contains("more columns than a table"));
}

#[test]
fn a_stream_that_breaks_is_no_list() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable"))
        }
    }
    let list = format!("{A}\n");
    let error = Ids::read(list.as_bytes().chain(Broken), IdForm::Guid, None, |_| {}).map(|_| ());
    assert_eq!(error.map_err(|error| error.to_string()), Err("read the ids: the cable".to_owned()));
}

#[test]
fn given_ones_are_counted_as_well() {
    let mut lines = Vec::new();
    let ids = Ids::given([A, "x", B, A], IdForm::Guid, |malformed| lines.push(malformed.line)).expect("some");
    assert_eq!((ids.ids.len(), ids.n_read, ids.n_repeated(), ids.n_malformed, lines), (2, 3, 1, 1, vec![2]));
    assert!(matches!(Ids::given([], IdForm::Guid, |_| {}), Err(IdsError::Empty)));
}
