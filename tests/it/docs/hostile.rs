//! Texts that are no pages: none makes the reader panic, and eight times the text takes no more
//! than a small multiple of eight times the time. A search that starts over at every line would
//! take sixty-four times.

use std::time::Duration;

use super::read;

const HEAD: &str = "# T\n\n## Permissions\n\n|Permission type|Permissions|\n|:--|:--|\n|Application|Ab.Read|\n\n\
    ## HTTP request\n\n```http\nGET /a\n```\n\n";

/// A name, and a text of `n` repetitions.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("fences that nothing closes", |n| below("## Example", &"```a b\n| x\n".repeat(n))),
    ("fences of every length", |n| {
        let fence = |index: usize| format!("{}a b\n| x\n", "`".repeat(3 + index % 40));
        below("## Example", &(0..n).map(fence).collect::<String>())
    }),
    ("comments that nothing closes", |n| below("", &"<!-- {\n".repeat(n))),
    ("headings", |n| below("", &"## Request body\n\nx\n".repeat(n))),
    ("opening brackets", |n| below("## Request headers", &format!("|N|D|\n|-|-|\n|{}|x|\n", "[".repeat(8 * n)))),
    ("links without an end", |n| below("## Request headers", &format!("|N|D|\n|-|-|\n|{}|x|\n", "[a](".repeat(4 * n)))),
    ("tags without an end", |n| below("## Request headers", &format!("|N|D|\n|-|-|\n|{}|x|\n", "<a".repeat(8 * n)))),
    ("one long line", |n| below("## Request body", &"x ".repeat(8 * n))),
    ("columns and rows of permissions", |n| {
        let (header, delimiter) = ("Application|".repeat(n), "-|".repeat(n));
        format!(
            "# T\n\n## HTTP request\n\n```http\nGET /a\n```\n\n## Permissions\n\n|{header}\n|{delimiter}\n{}",
            "|a|\n".repeat(n)
        )
    }),
    ("permissions of many names", |n| {
        let names: String = (0..n).map(|index| format!("Ab.C{index}, ")).collect();
        format!(
            "# T\n\n## HTTP request\n\n```http\nGET /a\n```\n\n## Permissions\n\n|Type|P|\n|-|-|\n|Application|{names}|\n"
        )
    }),
    ("query options of many names", |n| {
        let rows: String = (0..n).map(|index| format!("|n{index}|s|\n")).collect();
        below("## Query parameters", &format!("|N|T|\n|-|-|\n{rows}"))
    }),
    ("quotes in quotes", |n| below("## Request body", &format!("{} x\n", "> ".repeat(8 * n)))),
    ("blank lines in a message", |n| below("## Example", &format!("```http\nGET /a\n{}x\n```\n", "\n".repeat(8 * n)))),
    ("headers among blank lines", |n| {
        below("## Example", &format!("```http\nGET /a\n{}```\n", "\n a: b\n\nc\n".repeat(n)))
    }),
    ("requests that are none", |n| {
        below("## Example", &format!("```http\n{}\n{}```\n", "x".repeat(8 * n), "\nGET /a\n".repeat(n)))
    }),
    ("a URL of many lines", |n| below("## Example", &format!("```http\nGET /a\n{}```\n", "?a=b&\n".repeat(n)))),
    ("brackets of JSON", |n| below("## Example", &format!("```http\nPOST /a\n\n{}\n```\n", "[".repeat(8 * n)))),
    ("statuses", |n| below("## Response", &"`200 OK` `201`\n".repeat(n))),
    ("options in prose", |n| below("## Query parameters", &"a `$select` and `$filter`. ".repeat(n))),
    ("annotated fences", |n| {
        below("## Example", &"<!-- {\"blockType\":\"request\"} -->\n```http\nGET /x\n```\n".repeat(n))
    }),
    ("leads to lists of members", |n| {
        format!("# x resource type\n\n## Properties\n\n|P|T|D|\n|-|-|-|\n|a|S|{}|\n", "possible values ".repeat(n))
    }),
    ("words of a body", |n| {
        let members: Vec<String> = (0..n).map(|index| format!("\"k{index}\":1")).collect();
        let example = format!("```http\nPOST /a\n\n{{{}}}\n```\n", members.join(","));
        below("## Request body", &format!("{}\n\n## Example\n\n{example}", "user IDs ".repeat(n)))
    }),
    ("carriage returns", |n| "# T\r\r## HTTP request\r\r```http\rGET /a\r```\r".to_owned() + &"x\r".repeat(8 * n)),
    ("pipes without a table", |n| below("", &"a|b\n".repeat(n))),
    ("placeholders without an end", |n| HEAD.replace("GET /a", &format!("GET /{}", "{".repeat(8 * n)))),
];

fn below(heading: &str, text: &str) -> String {
    format!("{HEAD}{heading}\n\n{text}\n")
}

#[test]
fn eight_times_the_text_takes_about_eight_times_the_time() {
    for (name, shape) in SHAPES {
        let (short, long) = (shape(1_000), shape(8_000));
        // The least of several: what else runs here only adds to it.
        let least = |text: &str| (0..3).map(|_| spent(|| drop(read(text)))).min().unwrap();
        let (once, eight) = (least(&short), least(&long));
        let most = once * 24 + Duration::from_millis(60);
        assert!(eight <= most, "{name}: {once:?} for {} bytes, {eight:?} for {} bytes", short.len(), long.len());
    }
}

/// The processor time of this thread, where the system tells it.
#[cfg(target_os = "linux")]
fn spent(work: impl FnOnce()) -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    let now = || {
        let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
        let time = usage.user_time();
        Duration::new(time.tv_sec().try_into().unwrap(), u32::try_from(time.tv_usec()).unwrap() * 1_000)
    };
    let start = now();
    work();
    now() - start
}

#[cfg(not(target_os = "linux"))]
fn spent(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}

#[test]
fn a_line_of_ten_megabytes_and_a_hundred_thousand_headings_are_read() {
    let page = read(&below("## Request body", &"x".repeat(10_000_000)));
    assert_eq!(page.requests.map(|requests| requests.len()), Some(1));
    let page = read(&below("", &"## Response\n".repeat(100_000)));
    assert_eq!(page.requests.map(|requests| requests.len()), Some(1));
}

#[test]
fn texts_without_any_sense_make_a_page_without_facts() {
    for text in [
        "",
        "\n",
        "\r",
        "\u{feff}",
        "---",
        "---\n",
        "```",
        "<!--",
        "|",
        "#",
        "[!INCLUDE",
        "\u{feff}---\n---",
        "-->",
        "> ",
    ] {
        let page = read(text);
        assert!(page.requests.is_none() && page.permissions.is_none() && page.examples.is_none(), "{text:?}");
    }
}
