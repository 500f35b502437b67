//! The page: valid, self-contained, and whole without scripts.

use std::cell::RefCell;

use entra_risk::report::Format;
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use super::{hostile, ordinary, rendered};

/// Its name, and its attributes.
type Element = (String, Vec<(String, String)>);

/// A page as a browser reads it, and what it would have to put right.
struct Page {
    elements: RefCell<Vec<Element>>,
    text: RefCell<String>,
    errors: Vec<String>,
}

impl Page {
    fn read(html: &str) -> Self {
        let mut options = ParseOpts::default();
        options.tokenizer.exact_errors = true;
        let dom = parse_document(RcDom::default(), options).one(html);
        let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
        let page = Self { elements: RefCell::default(), text: RefCell::default(), errors };
        page.walk(&dom.document);
        page
    }

    fn walk(&self, node: &Handle) {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes =
                    attrs.borrow().iter().map(|attr| (attr.name.local.to_string(), attr.value.to_string())).collect();
                self.elements.borrow_mut().push((name.local.to_string(), attributes));
            }
            NodeData::Text { contents } => self.text.borrow_mut().push_str(&contents.borrow()),
            _ => {}
        }
        node.children.borrow().iter().for_each(|child| self.walk(child));
    }

    fn values(&self, attribute: &str) -> Vec<String> {
        let elements = self.elements.borrow();
        let attributes = elements.iter().flat_map(|(_, attributes)| attributes);
        attributes.filter(|(name, _)| name == attribute).map(|(_, value)| value.clone()).collect()
    }

    fn count(&self, element: &str) -> usize {
        self.elements.borrow().iter().filter(|(name, _)| name == element).count()
    }
}

#[test]
fn the_page_is_valid_and_needs_nothing_from_elsewhere() {
    for report in [ordinary(), hostile()] {
        for strict in [false, true] {
            let page = Page::read(&rendered(&report, strict, Format::Html));
            assert_eq!(page.errors, [""; 0]);
            for element in ["script", "link", "img", "iframe", "object", "form", "base"] {
                assert_eq!(page.count(element), 0, "{element}");
            }
            assert_eq!(page.values("src"), [""; 0]);
            assert!(page.values("href").iter().all(|target| target.starts_with('#')));
            let mut ids = page.values("id");
            let n_ids = ids.len();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), n_ids, "an id names one element");
            for target in page.values("href") {
                assert!(ids.contains(&target[1..].to_owned()), "{target} leads nowhere");
            }
            assert!(page.values("http-equiv").contains(&"Content-Security-Policy".to_owned()));
        }
    }
    assert!(!Page::read("<p><div></p></b>").errors.is_empty(), "the reader sees errors");
}

#[test]
fn the_page_has_matrix_coverage_and_both_sides_of_each_failure() {
    let report = ordinary();
    let page = Page::read(&rendered(&report, false, Format::Html));
    let text = page.text.borrow();
    for judged in report.checks.iter().filter(|judged| !judged.check.id.ends_with("fence_unclosed")) {
        assert!(text.contains(&judged.seen), "{}", judged.check.id);
        assert!(text.contains(judged.check.facts[0].as_str()));
    }
    for part in
        ["Documented", "Seen", "riskLevel: high\nafter 3 reads", "curl -sS -i -X POST", "only that cloud could show it"]
    {
        assert!(text.contains(part), "{part}");
    }
    // An article for each of the five that are not as documented, and the entry that is out of date.
    assert_eq!(page.count("article"), 6);
    assert_eq!(page.count("table"), 4 + 1, "a matrix of each side, and the facts");
    // A filter for each standing that occurs.
    let n_boxes = page.values("type").iter().filter(|kind| *kind == "checkbox").count();
    assert_eq!(n_boxes, 7);
    let style = include_str!("../../../../src/report/run/html/style.css");
    for id in page.values("id").iter().filter(|id| id.starts_with("show-")) {
        assert!(style.contains(&format!("#{id}:not(:checked)")), "{id} filters");
    }
}
