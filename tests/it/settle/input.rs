//! Lists of ids as people and programs make them.

use super::*;

const HEADER: &str = "Name;Object Id;Risk";

/// As spreadsheets write text: UTF-16 with a mark, and Windows line ends.
fn utf16(text: &str) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[tokio::test]
async fn a_list_is_read_however_it_was_written() {
    let place = Place::with(3).await;
    let (one, two) = (uuid(0), uuid(1));
    let table = format!("{HEADER}\r\n\"A;B\";{one};low\r\nC;{two};low\r\n");
    for (name, content, flags) in [
        ("lines", format!("{one}\n{two}\n").into_bytes(), ""),
        ("no-end", format!("{one}\n\n  {two} ").into_bytes(), ""),
        ("capitals-twice", format!("{}\n{one}\n{two}\n", one.to_uppercase()).into_bytes(), ""),
        ("windows", format!("\u{feff}{one}\r\n# the second\r\n{two}\r\n").into_bytes(), ""),
        ("utf16", utf16(&format!("{one}\r\n{two}\r\n")), ""),
        ("table", table.clone().into_bytes(), "--csv-column ObjectId"),
        ("table", table.replace("Object Id", "ObjectId").into_bytes(), "--csv-column objectid"),
        ("utf16-table", utf16(&table.replace("Object Id", "id").replace(';', "\t")), "--csv-column id"),
    ] {
        place.write("ids", content);
        let ran = place.run(&format!("users dismiss --from ids {flags} --dry-run --rate unlimited")).await;
        match (name, flags) {
            ("table", "--csv-column ObjectId") => {
                ran.ends(2, &["there is no column 'ObjectId'; there is Name, Object Id, Risk", "--csv-column NAME"])
            }
            _ => ran.ends(0, &["whom      2 ids of ids", "to do     2 in 1 call"]),
        };
    }
}

#[tokio::test]
async fn what_is_no_list_is_told_soon_and_nothing_is_sent() {
    let place = Place::with(3).await;
    place.write("empty", "");
    place.write("blank", "\r\n \r\n# nobody\r\n");
    place.write("nul", format!("{}\n\0\0\0\n", uuid(0)));
    place.write("table", format!("{HEADER}\nA;{};low\n", uuid(0)));
    place.write("object", "{\"value\": []}");
    place.write("headless", format!("someone@contoso.com,{}\n", uuid(0)));
    for (file, said) in [
        ("empty", "there is no id in it"),
        ("blank", "there is no id in it"),
        ("nul", "it has zero bytes"),
        ("table", "which column holds the ids was not said; there is Name, Object Id, Risk"),
        ("object", "it is JSON"),
        ("headless", "the first row names no columns"),
        ("/dev/zero", "this is no list of ids"),
        ("/dev/urandom", "failed to"),
        ("/tmp", "it is a folder"),
        ("missing", "No such file"),
        #[cfg(target_os = "linux")]
        ("/proc/self/mem", "read the ids"),
    ] {
        for flag in ["--from", "--level low --exclude"] {
            let arguments = format!("users dismiss {flag} {file} --yes --max 9");
            let ran = tokio::time::timeout(Duration::from_secs(10), place.run(&arguments)).await.expect(file);
            assert!(ran.stderr.len() < 20_000_000, "{file}");
            ran.ends(2, &[said]);
        }
    }
    assert!(place.emulator.received().is_empty());
}

#[tokio::test]
async fn every_malformed_id_is_named_with_its_line_and_nothing_is_sent() {
    let place = Place::with(9).await;
    let mut lines: Vec<String> = (0..5000).map(uuid).collect();
    for (line, text) in
        [(7, "someone@contoso.com"), (2500, "c0000000-0000-4000-8000-00000000000"), (4999, "\u{1b}[2Jx")]
    {
        lines[line - 1] = text.to_owned();
    }
    place.write("ids", lines.join("\n"));
    let mut command = place.command("users dismiss --from - --yes");
    command.stdin(std::fs::File::open(place.path().join("ids")).unwrap());
    let named = [
        "-, line 7: 'someone@contoso.com'",
        "-, line 2500: ",
        "-, line 4999: ",
        "3 of 5000 are none, each named above",
    ];
    let ran = ended(command).await.ends(2, &named);
    assert!(!ran.stderr.contains('\u{1b}') && ran.stderr.lines().count() <= 6, "{ran:?}");
    let given = place.run(&format!("users dismiss {} x {} --yes", uuid(0), uuid(1))).await;
    given.ends(2, &["ids, argument 2: 'x'", "1 of 3 are none"]);
    assert!(place.emulator.received().is_empty());
}
