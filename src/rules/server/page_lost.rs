//! A list in pages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ServerCase, ServerSeen, Unread, documented_request};
use crate::contract::{Query, Shape};
use crate::rules::{Reply, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule =
    Rule { id: "page_lost", side: Side::Server, reason: "accounts on a page that nobody is led to keep their risk" };

/// Entities a page, where the number can be chosen, and the further pages that are read: few of
/// few, so that a short list has a next page, and more of more, so that a long one has an end.
const SIZES: &[(usize, usize)] = &[(2, 3), (25, 20)];

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    match subject.operation.query.iter().find(|query| query.name == "$top") {
        Some(top) => SIZES.iter().filter_map(|size| case(subject, Some((top, size.0)), size.1)).collect(),
        None => case(subject, None, SIZES.iter().map(|size| size.1).max().unwrap_or_default()).into_iter().collect(),
    }
}

fn case(subject: &Subject<'_>, top: Option<(&Query, usize)>, n_further: usize) -> Option<ServerCase> {
    let contract = subject.facts.contract;
    let entity = contract.page_of(subject.operation.success.shape.as_ref()?)?;
    let key = contract.entity_set(entity)?.key.clone();
    let mut request = documented_request(subject);
    request.query.clear();
    let mut whole = request.clone();
    if let Some((top, size)) = top {
        request.query = vec![(top.name.clone(), size.to_string())];
        if let Shape::Integer { max: Some(max), .. } = contract.resolve(&top.shape) {
            whole.query = vec![(top.name.clone(), max.to_string())];
        }
    }
    let mut case = ServerCase::new(subject, request);
    case.before = vec![whole];
    case.follows = n_further;
    let fact = subject.convention("paging");
    let by = top.map_or_else(String::new, |(_, size)| format!("-by-{size}"));
    let check = |name: &str, fact, documented: String, asserts| {
        subject.check(&RULE, &format!("{name}{by}"), fact, documented, asserts)
    };
    let text = str::to_owned;
    let asserts = "every next link leads to a page of this server";
    case.assert(check("next-link", fact, text("links to pages of the same server"), asserts), |seen| {
        if let Some(page) = seen.pages.iter().find(|page| !is_page(page)) {
            return Verdict::fail(format!("a next link is answered with {}", page.summary()));
        }
        pages(seen, |seen, pages| match &seen.unread {
            // Its address may hold a token; only that it leads away is told.
            Some(Unread::Elsewhere(_)) => Verdict::fail("a next link leads to another server, or above the root"),
            _ if pages.len() == 1 => Verdict::pass("one page, without a link"),
            _ => Verdict::pass(format!("{} pages", pages.len())),
        })
    });
    let id = key.clone();
    case.assert(check("once", fact, text("each entity once"), "no entity is on two pages"), move |seen| {
        pages(seen, |_, pages| {
            let listed = ids(pages, &id);
            let unique: BTreeSet<&String> = listed.iter().collect();
            let said = format!("{} listed, {} of them different", listed.len(), unique.len());
            Verdict::when(unique.len() == listed.len(), said)
        })
    });
    let id = key.clone();
    case.assert(check("all", fact, text("every entity"), "the pages have what one long page has"), move |seen| {
        pages(seen, |seen, pages| match compared(seen, pages, &id) {
            None => Verdict::pass(format!("{} pages read, and there are more", pages.len())),
            Some((some, every)) if pages.len() == 1 && some != every => {
                Verdict::not_applicable("there are no links to follow")
            }
            Some((some, every)) => Verdict::when(some == every, format!("{some} of {every}")),
        })
    });
    if let Some((top, size)) = top {
        let fact = subject.fact("query", Some(&top.name));
        let bound = check(&top.name, fact, format!("at most {size} a page"), "no page has more entities than $top");
        case.assert(bound, move |seen| {
            pages(seen, |_, pages| {
                let most = pages.iter().map(|page| items(page).len()).max().unwrap_or_default();
                Verdict::when(most <= size, format!("at most {most} a page"))
            })
        });
        // With Graph the option is the size of a page; with OData as such, that of the list.
        let cut = check(
            "cut-short",
            subject.convention("page-size"),
            text("a link to what is left"),
            "a list that $top cuts short names its next page",
        );
        case.assert(cut, move |seen| {
            pages(seen, |seen, pages| match compared(seen, pages, &key) {
                Some((some, every)) if pages.len() == 1 => {
                    Verdict::when(some == every, format!("{some} of {every}, and no link"))
                }
                _ => Verdict::pass(format!("{} pages", pages.len())),
            })
        });
    }
    Some(case)
}

/// How many of the entities the pages have, and how many there are; `None` where not all pages
/// are known.
fn compared(seen: &ServerSeen, pages: &[Reply], key: &str) -> Option<(usize, usize)> {
    let whole = seen.before.get(..1)?;
    let is_whole = whole.iter().all(|page| page.status == 200 && page.next_link().is_none());
    if seen.unread.is_some() || !is_whole {
        return None;
    }
    let set = |pages| ids(pages, key).into_iter().collect::<BTreeSet<String>>();
    let (some, every) = (set(pages), set(whole));
    Some((some.intersection(&every).count(), every.union(&some).count()))
}

/// Judges the pages, if they are pages.
fn pages(seen: &ServerSeen, judge: impl FnOnce(&ServerSeen, &[Reply]) -> Verdict) -> Verdict {
    if seen.reply.status != 200 {
        return Verdict::not_run(format!("there is no first page ({})", seen.reply.summary()));
    }
    let pages: Vec<Reply> = std::iter::once(&seen.reply).chain(&seen.pages).cloned().collect();
    match pages.iter().find(|page| !is_page(page)) {
        Some(page) => Verdict::not_run(format!("a page is answered with {}", page.summary())),
        None => judge(seen, &pages),
    }
}

fn is_page(reply: &Reply) -> bool {
    reply.status == 200 && reply.json().is_some_and(|body| body.get("value").is_some_and(Value::is_array))
}

fn items(page: &Reply) -> Vec<Value> {
    page.json().and_then(|body| body.get("value")?.as_array().cloned()).unwrap_or_default()
}

fn ids(pages: &[Reply], key: &str) -> Vec<String> {
    let of = |page: &Reply| {
        items(page).iter().filter_map(|item| item.get(key)?.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    pages.iter().flat_map(of).collect()
}
