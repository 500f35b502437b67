//! The generated public surface as text, so that a change of the description shows what it
//! changes for users: names, signatures and names in JSON, no bodies.

use std::fmt::Write as _;

use syn::{Attribute, Fields, ImplItem, Item, Visibility};

/// Everything public in a generated file, a line each, indented below what holds it.
fn surface(code: &str) -> String {
    let file = syn::parse_file(code).expect("build.rs parsed the same text");
    let mut text = String::new();
    items(&file.items, 0, &mut text);
    text
}

fn items(items: &[Item], depth: usize, text: &mut String) {
    for item in items {
        self::item(item, depth, text);
    }
}

fn item(item: &Item, depth: usize, text: &mut String) {
    let mut line = |at: usize, entry: String| writeln!(text, "{:at$}{entry}", "", at = at * 2).expect("memory");
    match item {
        Item::Mod(module) if is_public(&module.vis) => {
            line(depth, format!("mod {}", module.ident));
            let content = module.content.iter().flat_map(|(_, items)| items);
            for inner in content {
                self::item(inner, depth + 1, text);
            }
        }
        Item::Struct(found) if is_public(&found.vis) => {
            line(depth, format!("struct {}{}", found.ident, attributes(&found.attrs)));
            fields(&found.fields, |entry| line(depth + 1, entry));
        }
        Item::Enum(found) if is_public(&found.vis) => {
            line(depth, format!("enum {}{}", found.ident, attributes(&found.attrs)));
            for variant in &found.variants {
                line(depth + 1, format!("{}{}", variant.ident, attributes(&variant.attrs)));
                fields(&variant.fields, |entry| line(depth + 2, entry));
            }
        }
        Item::Fn(found) if is_public(&found.vis) => {
            let mut bare = found.clone();
            bare.attrs.clear();
            bare.block = Box::new(syn::parse_quote! { {} });
            line(depth, render(Item::Fn(bare)));
        }
        Item::Const(found) if is_public(&found.vis) => {
            let mut bare = found.clone();
            bare.attrs.clear();
            line(depth, render(Item::Const(bare)));
        }
        Item::Type(found) if is_public(&found.vis) => {
            let mut bare = found.clone();
            bare.attrs.clear();
            line(depth, render(Item::Type(bare)));
        }
        Item::Use(found) if is_public(&found.vis) => line(depth, render(Item::Use(found.clone()))),
        Item::Macro(found) => {
            let mut bare = found.clone();
            bare.attrs.clear();
            line(depth, render(Item::Macro(bare)));
        }
        Item::Impl(block) => {
            let mut head = block.clone();
            head.attrs.clear();
            head.items.clear();
            let entries: Vec<_> = block.items.iter().filter_map(|item| member(item, block.trait_.is_some())).collect();
            if block.trait_.is_some() || !entries.is_empty() {
                line(depth, render(Item::Impl(head)));
                entries.into_iter().for_each(|entry| line(depth + 1, entry));
            }
        }
        _ => {}
    }
}

/// A public function or constant of a block; of a trait only the types, since the trait says
/// the rest.
fn member(item: &ImplItem, of_trait: bool) -> Option<String> {
    let block = |item: ImplItem| -> syn::ItemImpl {
        let mut block: syn::ItemImpl = syn::parse_quote! { impl X {} };
        block.items.push(item);
        block
    };
    let mut bare = item.clone();
    match &mut bare {
        ImplItem::Fn(found) if !of_trait && is_public(&found.vis) => {
            found.attrs.clear();
            found.block = syn::parse_quote! { {} };
        }
        ImplItem::Const(found) if !of_trait && is_public(&found.vis) => found.attrs.clear(),
        ImplItem::Type(_) => {}
        _ => return None,
    }
    let text = render(Item::Impl(block(bare)));
    Some(text.trim_start_matches("impl X {").trim_matches([' ', ',', '{', '}']).to_owned())
}

fn fields(fields: &Fields, mut line: impl FnMut(String)) {
    for field in fields.iter().filter(|field| is_public(&field.vis)) {
        let name = field.ident.as_ref().map_or_else(|| "_".to_owned(), ToString::to_string);
        let kind = &field.ty;
        let alias = render(Item::Type(syn::parse_quote! { type X = #kind; }));
        let kind = alias.trim_start_matches("type X = ").trim_end_matches(';');
        line(format!("{name}: {kind}{}", attributes(&field.attrs)));
    }
}

/// What derives and serde make of an item; not its documentation.
fn attributes(attributes: &[Attribute]) -> String {
    let kept = attributes
        .iter()
        .filter(|attribute| ["derive", "serde", "non_exhaustive"].iter().any(|name| attribute.path().is_ident(name)));
    kept.map(|attribute| {
        let item: syn::ItemStruct = syn::parse_quote! { #attribute struct X; };
        format!("  {}", render(Item::Struct(item)).trim_end_matches("struct X;").trim())
    })
    .collect()
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// An item on one line, without the paths that every generated type carries.
fn render(item: Item) -> String {
    let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
    let text = prettyplease::unparse(&file).split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text
        .trim_end_matches(" {}")
        .replace("( ", "(")
        .replace(", )", ")")
        .replace(" )", ")")
        .replace(", >", ">")
        .replace("< ", "<");
    ["::std::option::", "::std::string::", "::std::result::", "::std::convert::", "std::convert::"]
        .iter()
        .fold(text, |text, path| text.replace(path, ""))
}

/// One a generated module. What versions share is nothing in a build of one.
const SNAPSHOTS: &[&str] = &["surface_beta", "surface_v1", "surface_shared", "surface_versions"];

#[test]
fn the_generated_surface_is_the_reviewed_one() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (module, code) in include!(concat!(env!("OUT_DIR"), "/sources.rs")) {
            let name = SNAPSHOTS.iter().find(|name| name.strip_prefix("surface_") == Some(module));
            let (name, surface) = (name.expect("a snapshot is named here for each module"), surface(code));
            if !surface.is_empty() {
                insta::assert_snapshot!(*name, surface);
            }
        }
    });
}
