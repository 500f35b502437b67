//! A contract as CSDL, in our own words: what a service would declare that is as described. One
//! declaration a line, so that each can be altered by itself.

use std::collections::{BTreeMap, BTreeSet};

use entra_risk::contract::{Contract, Operation, Shape};

/// The lines of a whole document.
pub(super) fn render(contract: &Contract) -> Vec<String> {
    let mut rendering = Rendering { contract, entities: BTreeMap::new(), roots: BTreeMap::new(), calls: Vec::new() };
    contract.operations.iter().for_each(|operation| rendering.operation(operation));
    let mut lines = vec!["<Edmx Version=\"4.0\">".to_owned(), "<Schema Namespace=\"n\" Alias=\"graph\">".to_owned()];
    let mut complex = BTreeSet::new();
    for (name, shape) in &contract.shapes {
        match shape {
            Shape::Enum { members, .. } => {
                lines.push(format!("<EnumType Name=\"{}\">", lower(name)));
                lines.extend(members.iter().map(|member| format!("<Member Name=\"{member}\" />")));
                lines.push("</EnumType>".to_owned());
            }
            Shape::Object { set: Some(set), .. } => {
                rendering.entities.entry(lower(name)).or_default();
                let key = format!("<Key><PropertyRef Name=\"{}\" /></Key>", set.key);
                rendering.entities.get_mut(&lower(name)).unwrap().insert(0, key);
                rendering.properties(shape, &mut complex, &lower(name));
            }
            _ => {}
        }
    }
    while let Some(name) =
        complex.iter().find(|name| !rendering.entities.contains_key(&format!("~{}", lower(name)))).cloned()
    {
        rendering.entities.insert(format!("~{}", lower(&name)), Vec::new());
        rendering.properties(&contract.shapes[&name], &mut complex, &format!("~{}", lower(&name)));
    }
    for (name, own) in rendering.entities {
        let element = if name.starts_with('~') { "ComplexType" } else { "EntityType" };
        lines.push(format!("<{element} Name=\"{}\">", name.trim_start_matches('~')));
        lines.extend(own);
        lines.push(format!("</{element}>"));
    }
    lines.extend(rendering.calls);
    lines.push("<EntityContainer Name=\"service\">".to_owned());
    lines.extend(rendering.roots.into_values());
    lines.extend(["</EntityContainer>", "</Schema>", "</Edmx>"].map(str::to_owned));
    lines
}

struct Rendering<'a> {
    contract: &'a Contract,
    /// The lines of each type with properties; those of complex types begin with `~`.
    entities: BTreeMap<String, Vec<String>>,
    roots: BTreeMap<String, String>,
    calls: Vec<String>,
}

impl Rendering<'_> {
    fn operation(&mut self, operation: &Operation) {
        for path in operation.paths() {
            let path = path.as_str();
            let (parent, last) = path.rsplit_once('/').unwrap();
            let is_call = operation.method == "POST" || !last.starts_with('{') && self.calls_function(operation, path);
            if !is_call {
                self.place(path);
                continue;
            }
            let (on, is_collection) = self.place(parent);
            let on = if is_collection { format!("Collection(graph.{on})") } else { format!("graph.{on}") };
            let element = if operation.method == "POST" { "Action" } else { "Function" };
            let begin = format!("<{element} Name=\"{last}\" IsBound=\"true\">");
            let binding = format!("<Parameter Name=\"bindingParameter\" Type=\"{on}\" />");
            if self.calls.windows(2).any(|two| two == [begin.clone(), binding.clone()]) {
                continue;
            }
            self.calls.extend([begin, binding]);
            let body = operation.body.as_ref().map(|body| self.contract.resolve(&body.shape));
            if let Some(Shape::Object { properties, .. }) = body {
                for property in properties {
                    let nullable = if property.required { " Nullable=\"false\"" } else { "" };
                    let of = self.of(&property.shape);
                    self.calls.push(format!("<Parameter Name=\"{}\" Type=\"{of}\"{nullable} />", property.name));
                }
            }
            if let Some(shape) = &operation.success.shape {
                let of = self.answer(shape);
                self.calls.push(format!("<ReturnType Type=\"{of}\" />"));
            }
            self.calls.push(format!("</{element}>"));
        }
    }

    /// Whether what is read at a literal segment is neither a set nor below one.
    fn calls_function(&self, operation: &Operation, path: &str) -> bool {
        let is_page = operation.success.shape.as_ref().is_some_and(|shape| self.contract.page_of(shape).is_some());
        !is_page && path.matches('/').count() > 1
    }

    /// Declares what is at a path, and says its type and whether there are many.
    fn place(&mut self, path: &str) -> (String, bool) {
        let (parent, last) = path.rsplit_once('/').unwrap();
        if last.starts_with('{') {
            return (self.place(parent).0, false);
        }
        let below = format!("{path}/{{");
        let reads =
            |operation: &&Operation| operation.method == "GET" && operation.paths().any(|other| other.as_str() == path);
        let page = self
            .contract
            .operations
            .iter()
            .find(reads)
            .and_then(|operation| Some(schema(self.contract.page_of(operation.success.shape.as_ref()?)?)));
        let has_items =
            self.contract.operations.iter().flat_map(Operation::paths).any(|other| other.as_str().starts_with(&below));
        let of = page.clone().unwrap_or_else(|| format!("{last}Thing"));
        let is_collection = page.is_some() || has_items;
        self.entities.entry(of.clone()).or_default();
        let text = if is_collection { format!("Collection(graph.{of})") } else { format!("graph.{of}") };
        if parent.is_empty() {
            let root = match is_collection {
                true => format!("<EntitySet Name=\"{last}\" EntityType=\"graph.{of}\" />"),
                false => format!("<Singleton Name=\"{last}\" Type=\"graph.{of}\" />"),
            };
            self.roots.insert(last.to_owned(), root);
        } else {
            let (on, _) = self.place(parent);
            let line = format!("<NavigationProperty Name=\"{last}\" Type=\"{text}\" />");
            let own = self.entities.get_mut(&on).unwrap();
            if !own.contains(&line) {
                own.push(line);
            }
        }
        (of, is_collection)
    }

    fn properties(&mut self, shape: &Shape, complex: &mut BTreeSet<String>, on: &str) {
        let Shape::Object { properties, set, .. } = shape else { return };
        for property in properties.iter().filter(|property| !property.name.starts_with('@')) {
            let is_named = matches!(property.shape, Shape::Named { .. });
            let is_key = set.as_ref().is_some_and(|set| set.key == property.name);
            let nullable = if property.nullable || is_named && !is_key { "" } else { " Nullable=\"false\"" };
            let of = self.of(&property.shape);
            let line = format!("<Property Name=\"{}\" Type=\"{of}\"{nullable} />", property.name);
            self.entities.get_mut(on).unwrap().push(line);
            let item = match &property.shape {
                Shape::List { of, .. } => of,
                shape => shape,
            };
            if let (Shape::Named { name }, Shape::Object { set: None, .. }) = (item, self.contract.resolve(item)) {
                complex.insert(name.clone());
            }
        }
    }

    fn answer(&self, shape: &Shape) -> String {
        match self.contract.resolve(shape) {
            Shape::Object { properties, set: None, .. } => {
                let value = properties.iter().find(|property| property.name == "value");
                self.of(value.map_or(shape, |value| &value.shape))
            }
            _ => self.of(shape),
        }
    }

    fn of(&self, shape: &Shape) -> String {
        match (shape, self.contract.resolve(shape)) {
            (Shape::Named { .. }, Shape::Object { .. } | Shape::Enum { .. }) => format!("graph.{}", schema(shape)),
            (_, Shape::List { of, .. }) => format!("Collection({})", self.of(of)),
            (_, Shape::Text { format, .. }) => match format.as_deref() {
                Some("date-time") => "Edm.DateTimeOffset".to_owned(),
                Some("date") => "Edm.Date".to_owned(),
                _ => "Edm.String".to_owned(),
            },
            (_, Shape::Boolean) => "Edm.Boolean".to_owned(),
            (_, Shape::Integer { .. }) => "Edm.Int32".to_owned(),
            (_, Shape::Number) => "Edm.Double".to_owned(),
            _ => "Edm.Untyped".to_owned(),
        }
    }
}

fn schema(shape: &Shape) -> String {
    let Shape::Named { name } = shape else { panic!("a schema of its own: {shape:?}") };
    lower(name)
}

/// `riskyUser`, as services write it.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
