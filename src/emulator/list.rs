//! One page of an entity set, and one entity: `$filter`, `$select`, `$top`, `$count`, the
//! address of the next page. Whether an operation takes an option was decided before.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Bound;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hyper::body::Bytes;

use super::refusal::{Outcome, Refusal};
use super::state::{Key, Row, Rows, Table, write_text};
use super::view::View;
use crate::odata::{Filter, Order, QueryOption, compare_by, order_by, select};

/// The address that a request came to, for addresses in its answer.
pub(super) struct Place<'a> {
    /// `http://127.0.0.1:8080/beta`.
    pub(super) base: String,
    /// The path below the version, as requested.
    pub(super) path: &'a str,
    /// The set and identity of the entity that the answered members belong to.
    pub(super) owner: Option<(String, String)>,
}

/// The members that a page is made of.
pub(super) enum Members<'a> {
    All(&'a Rows),
    /// A single one, made for this answer.
    One(Row),
    None,
}

impl<'a> Members<'a> {
    /// The member with this identity.
    pub(super) fn get(&self, table: &Table, key: &Key) -> Option<&Row> {
        match self {
            Self::All(rows) => rows.get(key),
            Self::One(row) => (Key::of(table.id(row)) == *key).then_some(row),
            Self::None => None,
        }
    }

    /// Those behind a member, or all.
    fn after(&'a self, table: &Table, after: Option<&Key>) -> impl Iterator<Item = &'a Row> + use<'a> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let (rows, one) = match self {
            Self::All(rows) => (Some(rows.range((start, Bound::Unbounded))), None),
            Self::One(row) => (None, Some(row).filter(|row| after.is_none_or(|after| Key::of(table.id(row)) > *after))),
            Self::None => (None, None),
        };
        rows.into_iter().flatten().map(|(_, row)| row).chain(one)
    }

    fn len(&self) -> usize {
        match self {
            Self::All(rows) => rows.len(),
            Self::One(_) => 1,
            Self::None => 0,
        }
    }
}

/// The options of one request.
pub(super) struct Wanted<'a> {
    filter: Option<Filter>,
    selected: Option<Vec<usize>>,
    top: usize,
    count: bool,
    order: Vec<Order>,
    /// How many come before the first one, in an order of the client's.
    skipped: usize,
    after: Option<Key>,
    /// Whether the client knows members behind the sentinel of an enumeration.
    pub(super) all_members: bool,
    options: &'a [QueryOption<'a>],
}

/// The options that are understood.
pub(super) const KNOWN: [&str; 8] =
    ["$filter", "$select", "$top", "$count", "$orderby", "$skip", "$format", SKIP_TOKEN];

/// The option of Graph's own making in the address of a next page.
pub(super) const SKIP_TOKEN: &str = "$skiptoken";

impl<'a> Wanted<'a> {
    /// Reads the options against the columns of a view.
    pub(super) fn read(view: &View, options: &'a [QueryOption<'a>], page_size: usize) -> Outcome<Self> {
        let mut wanted = Self {
            filter: None,
            selected: None,
            top: page_size.max(1),
            count: false,
            order: Vec::new(),
            skipped: 0,
            after: None,
            all_members: false,
            options,
        };
        let mut taken = None;
        for option in options {
            let refuse = |why: String| Refusal::bad_request(format!("Invalid {}: {why}", option.name));
            let value = option.value.as_str();
            match option.name.as_str() {
                "$filter" => {
                    let filter = Filter::parse(value, &view.columns).map_err(|error| refuse(error.to_string()))?;
                    wanted.filter = Some(filter);
                }
                "$select" => {
                    let selected = select(value, &view.columns).map_err(|error| refuse(error.to_string()))?;
                    wanted.selected = Some(selected);
                }
                "$top" => {
                    let top = value.parse().ok().filter(|top| *top > 0);
                    wanted.top = top.ok_or_else(|| refuse("it is not a positive whole number".to_owned()))?;
                }
                "$count" => {
                    wanted.count = match value {
                        "true" => true,
                        "false" => false,
                        _ => return Err(refuse("it is neither true nor false".to_owned())),
                    }
                }
                "$orderby" => {
                    wanted.order = order_by(value, &view.columns).map_err(|error| refuse(error.to_string()))?;
                }
                "$skip" => {
                    wanted.skipped = value.parse().map_err(|_| refuse("it is not a whole number".to_owned()))?;
                }
                "$format" if !value.eq_ignore_ascii_case("json") && !value.starts_with("application/json") => {
                    return Err(refuse("there is nothing but JSON".to_owned()));
                }
                SKIP_TOKEN => {
                    let mark = read_token(view, options, value);
                    match mark.ok_or_else(|| refuse("it is not one that was given out for this listing".to_owned()))? {
                        Mark::After(key) => wanted.after = Some(Key::of(&key)),
                        Mark::Skipped(skipped) => taken = Some(skipped),
                    }
                }
                _ => {}
            }
        }
        wanted.skipped = taken.unwrap_or(wanted.skipped);
        Ok(wanted)
    }

    fn meets(&self, view: &View, row: &Row) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(|column| row[view.places[column]].datum()))
    }

    fn context(&self, view: &View, place: &Place<'_>, entity: &str) -> Vec<u8> {
        let mut context = format!("{}/$metadata#", place.base);
        match &place.owner {
            // A nested set is named for the one that it belongs to: `owners/members`.
            Some((owners, id)) => {
                let within = view.set.strip_prefix(owners.as_str()).unwrap_or(&view.set);
                context.push_str(&format!("{owners}('{id}')/{}", within.trim_start_matches('/')));
            }
            None => context.push_str(&view.set),
        }
        if let Some(selected) = &self.selected {
            let names: Vec<_> = selected.iter().map(|column| view.columns[*column].name.as_str()).collect();
            context.push_str(&format!("({})", names.join(",")));
        }
        context.push_str(entity);
        let mut json = Vec::with_capacity(512);
        if view.open {
            json.extend_from_slice(br#""@odata.context":"#);
            write_text(&context, &mut json);
            json.push(b',');
        }
        json
    }

    /// The page as JSON.
    pub(super) fn page(&self, view: &View, table: &Table, members: &Members<'_>, place: &Place<'_>) -> Bytes {
        let mut json = vec![b'{'];
        json.append(&mut self.context(view, place, ""));
        if self.count {
            let count = match self.filter {
                None => members.len(),
                Some(_) => members.after(table, None).filter(|row| self.meets(view, row)).count(),
            };
            json.extend_from_slice(format!(r#""@odata.count":{count},"#).as_bytes());
        }
        json.extend_from_slice(br#""value":["#);
        let rows = members.after(table, self.after.as_ref()).filter(|row| self.meets(view, row));
        let mark = match self.order.is_empty() && self.skipped == 0 {
            true => self.write(view, rows, &mut json).map(|last| Mark::After(table.id(last).to_owned())),
            false => {
                let mut rows: Vec<&Row> = rows.collect();
                rows.sort_by(|left, right| {
                    compare_by(
                        &self.order,
                        &view.columns,
                        |column| left[view.places[column]].datum(),
                        |column| right[view.places[column]].datum(),
                    )
                });
                let last = self.write(view, rows.into_iter().skip(self.skipped), &mut json);
                last.map(|_| Mark::Skipped(self.skipped + self.top))
            }
        };
        json.push(b']');
        if let Some(mark) = mark {
            json.extend_from_slice(br#","@odata.nextLink":"#);
            write_text(&self.next(view, place, &mark), &mut json);
        }
        json.push(b'}');
        json.into()
    }

    /// Writes as many members as a page holds. The last of them, where there are more.
    fn write<'r>(&self, view: &View, mut rows: impl Iterator<Item = &'r Row>, json: &mut Vec<u8>) -> Option<&'r Row> {
        let mut last = None;
        for (nth, row) in rows.by_ref().take(self.top).enumerate() {
            json.extend_from_slice(if nth > 0 { b",{" } else { b"{" });
            view.write(row, self.selected.as_deref(), self.all_members, json);
            json.push(b'}');
            last = Some(row);
        }
        rows.next().and(last)
    }

    /// The address of the next page, with every option but the old place.
    fn next(&self, view: &View, place: &Place<'_>, mark: &Mark) -> String {
        let mut address = format!("{}{}?", place.base, place.path);
        for option in self.options.iter().filter(|option| option.name != SKIP_TOKEN) {
            address.push_str(option.raw);
            address.push('&');
        }
        address.push_str(SKIP_TOKEN);
        address.push('=');
        address.push_str(&token(view, self.options, mark));
        address
    }

    /// One member as JSON.
    pub(super) fn entity(&self, view: &View, row: &Row, place: &Place<'_>) -> Bytes {
        let mut json = vec![b'{'];
        json.append(&mut self.context(view, place, "/$entity"));
        view.write(row, self.selected.as_deref(), self.all_members, &mut json);
        json.push(b'}');
        json.into()
    }
}

/// Where the next page begins.
enum Mark {
    /// Behind the member with this identity.
    After(String),
    /// Behind so many members.
    Skipped(usize),
}

/// Seals tokens, so that only what this process gave out is taken.
static SEAL: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A token for a place in one listing with these options; for another it is none.
fn token(view: &View, options: &[QueryOption<'_>], mark: &Mark) -> String {
    let mut bytes = match mark {
        Mark::After(key) => [b"k", key.as_bytes()].concat(),
        Mark::Skipped(skipped) => format!("s{skipped}").into_bytes(),
    };
    let seal = seal(view, options, &bytes).to_be_bytes();
    bytes.splice(0..0, seal);
    BASE64.encode(bytes)
}

fn read_token(view: &View, options: &[QueryOption<'_>], token: &str) -> Option<Mark> {
    let bytes = BASE64.decode(token).ok()?;
    let (sealed, mark) = bytes.split_at_checked(size_of::<u64>())?;
    if sealed != seal(view, options, mark).to_be_bytes() {
        return None;
    }
    let (kind, text) = mark.split_first()?;
    let text = std::str::from_utf8(text).ok()?;
    match kind {
        b'k' => Some(Mark::After(text.to_owned())),
        _ => text.parse().ok().map(Mark::Skipped),
    }
}

fn seal(view: &View, options: &[QueryOption<'_>], mark: &[u8]) -> u64 {
    let others = options.iter().filter(|option| option.name != SKIP_TOKEN);
    let others: Vec<_> = others.map(|option| (&option.name, &option.value)).collect();
    SEAL.hash_one((&view.set, others, mark))
}
