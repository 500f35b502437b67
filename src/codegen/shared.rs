//! Types that are equal in several versions are one: `v1::types::X` and `beta::types::X`.
//!
//! What is compared is what was generated, without its documentation: two types are equal where
//! their text is, and where what they refer to is equal in turn. So a type that differs anywhere
//! below is its version's own. Equal ones move to a module of their own, and each version names them
//! where it would have had them, so that nothing else in its code changes; of several texts of
//! documentation the first version's stays.
//!
//! Replacing schemas in the generator (its `with_replacement`) was the other way: it takes schemas
//! alone, not the types of parameters, and has to guess from a schema what the generator makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};

use super::surface::{items, items_mut};
use super::types::ident;
use super::{File, text};

/// The module of what versions share.
pub(super) const SHARED: &str = "shared";

/// A type with all that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) items: Vec<syn::Item>,
}

/// What was generated for an API version.
pub(super) struct Module {
    /// Its name in Rust.
    pub(super) name: String,
    /// Types at its root.
    pub(super) own: Vec<Group>,
    /// Types of its module `types`.
    pub(super) types: Vec<Group>,
    /// The rest, with an empty module `types`.
    pub(super) code: syn::File,
}

/// Takes the types out of a generated file: each with its `impl` blocks.
pub(super) fn take_types(file: &mut syn::File) -> Result<Vec<Group>, String> {
    let content = std::mem::take(items_mut(file, "types")?);
    let mut groups: Vec<Group> = Vec::new();
    let mut blocks = Vec::new();
    for item in content {
        let name = match &item {
            syn::Item::Struct(item) => &item.ident,
            syn::Item::Enum(item) => &item.ident,
            syn::Item::Type(item) => &item.ident,
            syn::Item::Mod(item) => &item.ident,
            syn::Item::Impl(_) => {
                blocks.push(item);
                continue;
            }
            _ => return Err("progenitor generated types in another way: its version changed".to_owned()),
        };
        groups.push(Group { name: name.to_string(), items: vec![item] });
    }
    for block in blocks {
        // Of its own type, or of another one for it: `impl From<Own> for String`.
        let syn::Item::Impl(found) = &block else { continue };
        let of_type = mentioned(found.self_ty.to_token_stream());
        let of_trait = mentioned(found.trait_.as_ref().map(|(path, _)| path.to_token_stream()).unwrap_or_default());
        let names: Vec<&String> = of_type.iter().chain(&of_trait).collect();
        let Some(group) = names.iter().find_map(|name| groups.iter().position(|group| group.name == **name)) else {
            return Err(format!("progenitor generated an impl of no type, {names:?}: its version changed"));
        };
        groups[group].items.push(block);
    }
    Ok(groups)
}

/// The files of all modules, and that of what they share, which is empty where it is nothing.
pub(super) fn files(mut modules: Vec<Module>) -> Result<Vec<File>, String> {
    let shared = decide(&modules);
    let mut files = Vec::new();
    let (mut own, mut types): (BTreeMap<String, Group>, BTreeMap<String, Group>) = Default::default();
    for (at, module) in modules.iter_mut().enumerate() {
        let is_shared = |group: &Group| shared.get(&group.name).is_some_and(|of| of.contains(&at));
        let (leave, keep) = std::mem::take(&mut module.own).into_iter().partition(&is_shared);
        let (types_leave, types_keep) = std::mem::take(&mut module.types).into_iter().partition(&is_shared);
        let code = assemble(module, keep, &leave, types_keep, &types_leave)?;
        files.push(File { module: module.name.clone(), code });
        add(&mut own, leave);
        add(&mut types, types_leave);
    }
    let (own, types) = (own.into_values().flat_map(|group| group.items), types.into_values());
    let types = types.flat_map(|group| group.items);
    let code = match shared.is_empty() {
        true => TokenStream::new(),
        false => quote! { #(#own)* pub mod types { #(#types)* } },
    };
    files.push(File { module: SHARED.to_owned(), code: text(&parse(code)?) });
    Ok(files)
}

/// The first version's text stays.
fn add(shared: &mut BTreeMap<String, Group>, groups: Vec<Group>) {
    for group in groups {
        shared.entry(group.name.clone()).or_insert(group);
    }
}

/// The file of a version: what is its own, and the names of what it shares.
fn assemble(
    module: &mut Module,
    own: Vec<Group>,
    own_shared: &[Group],
    types: Vec<Group>,
    types_shared: &[Group],
) -> Result<String, String> {
    let of_root = names(own_shared, &quote! { super });
    let of_types = names(types_shared, &quote! { super::super }).map(|(path, names)| quote! { #path::types::{#names} });
    let of_root = of_root.map(|(path, names)| quote! { #path::{#names} });
    let (of_root, of_types) = (of_root.into_iter(), of_types.into_iter());
    let content = items_mut(&mut module.code, "types")?;
    content.extend(parse(quote! { #(pub use #of_types;)* })?.items);
    content.extend(types.into_iter().flat_map(|group| group.items));
    module.code.items.extend(parse(quote! { #(pub use #of_root;)* })?.items);
    module.code.items.extend(own.into_iter().flat_map(|group| group.items));
    Ok(text(&module.code))
}

fn names(groups: &[Group], above: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let (shared, names) = (ident(SHARED), groups.iter().map(|group| ident(&group.name)));
    (!groups.is_empty()).then(|| (quote! { #above::#shared }, quote! { #(#names),* }))
}

fn parse(code: TokenStream) -> Result<syn::File, String> {
    syn::parse2(code).map_err(|error| format!("the generated code is not Rust: {error}"))
}

/// Which types are shared, and by which modules. Where one name is of several equal pairs, only the
/// first of them is shared.
fn decide(modules: &[Module]) -> BTreeMap<String, BTreeSet<usize>> {
    let (signatures, references): (Vec<_>, Vec<_>) = modules.iter().map(signatures).unzip();
    let mut shared = BTreeMap::new();
    for name in signatures.iter().flat_map(BTreeMap::keys) {
        let having = |at: &usize| signatures[*at].contains_key(name);
        let equal = (0..modules.len()).filter(having).map(|one| -> BTreeSet<usize> {
            (0..modules.len()).filter(|other| signatures[*other].get(name) == signatures[one].get(name)).collect()
        });
        if let Some(of) = equal.into_iter().find(|of| of.len() > 1) {
            shared.insert(name.clone(), of);
        }
    }
    // What a shared type refers to is shared by the same modules, or it is not shared itself.
    loop {
        let fits = |name: &String, of: &BTreeSet<usize>| {
            let mut below = of.iter().flat_map(|at| &references[*at][name]);
            below.all(|other| shared.get(other).is_some_and(|theirs| of.is_subset(theirs)))
        };
        let Some(misfit) = shared.iter().find(|(name, of)| !fits(name, of)).map(|(name, _)| name.clone()) else {
            return shared;
        };
        shared.remove(&misfit);
    }
}

type References = BTreeMap<String, BTreeSet<String>>;

/// For each type of a module what it is, with all that it refers to; and what that is by name.
fn signatures(module: &Module) -> (BTreeMap<String, u64>, References) {
    let groups = || module.own.iter().chain(&module.types);
    let known: BTreeSet<&str> = groups().map(|group| group.name.as_str()).collect();
    let (mut texts, mut references) = (BTreeMap::new(), References::new());
    for group in groups() {
        let mut bare = String::new();
        let mut found = BTreeSet::new();
        let tokens = group.items.iter().map(syn::Item::to_token_stream).collect();
        without_documentation(tokens, &mut bare, &mut found);
        found.retain(|name| known.contains(name.as_str()) && *name != group.name);
        texts.insert(group.name.clone(), hash(&bare));
        references.insert(group.name.clone(), found);
    }
    let mut all = texts.clone();
    // As often as a chain of references can be long: types may refer to each other in circles.
    for _ in 0..texts.len() {
        let deeper = |name: &String| {
            let below: Vec<_> = references[name].iter().map(|other| all[other]).collect();
            hash(&(texts[name], below))
        };
        all = texts.keys().map(|name| (name.clone(), deeper(name))).collect();
    }
    (all, references)
}

/// The tokens without `#[doc]`, and every name among them.
fn without_documentation(tokens: TokenStream, bare: &mut String, names: &mut BTreeSet<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        if is_hash && tokens.peek().is_some_and(is_documentation) {
            tokens.next();
            continue;
        }
        match token {
            TokenTree::Group(group) => {
                bare.push_str(&format!("{:?}", group.delimiter()));
                without_documentation(group.stream(), bare, names);
                bare.push(')');
            }
            other => {
                bare.push_str(&other.to_string());
                if let TokenTree::Ident(name) = other {
                    names.insert(name.to_string());
                }
            }
        }
        bare.push(' ');
    }
}

fn is_documentation(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}

/// The names in a type or path.
fn mentioned(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) => found.push(name.to_string()),
            TokenTree::Group(group) => found.extend(mentioned(group.stream())),
            _ => {}
        }
    }
    found
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
