//! The dispatcher: an operation id and JSON arguments become one typed call.

use proc_macro2::TokenStream;
use quote::quote;

use super::client::{NEXT_LINK, Surface};
use super::types::{builder, ident, method};
use crate::contract::{Contract, Operation, Shape};

pub(super) fn generate(contract: &Contract, surface: &Surface) -> Result<TokenStream, String> {
    let mut arms = Vec::new();
    let mut templates = Vec::new();
    for operation in &contract.operations {
        arms.push(arm(contract, operation, surface)?);
        let (generated, template) = (method(&operation.id), operation.path.as_str());
        templates.push(quote! { #generated => #template });
    }
    let pages = pages(contract, surface)?;
    let hooks = hooks();
    Ok(quote! {
        #hooks
        #pages

        /// The path template of a generated operation, to see that a path parameter did not
        /// lead to another one.
        fn template(generated: &str) -> &'static str {
            match generated {
                #(#templates,)*
                _ => "",
            }
        }

        /// Calls an operation by its id, with arguments by their documented names and the body
        /// under `body`.
        ///
        /// # Errors
        /// What the call itself gives; an operation or argument that is not known, or an
        /// argument of another form, is [`crate::client::ErrorKind::Invalid`] and sends nothing.
        pub async fn dispatch(
            client: &Client,
            operation: &str,
            arguments: &::serde_json::Map<String, ::serde_json::Value>,
        ) -> ::std::result::Result<crate::client::Answer, crate::client::Error> {
            match operation {
                #(#arms)*
                _ => Err(crate::client::Error::invalid(operation, "there is no such operation".to_owned())),
            }
        }
    })
}

fn arm(contract: &Contract, operation: &Operation, surface: &Surface) -> Result<TokenStream, String> {
    let setters = surface.builder(contract, operation)?;
    let mut known: Vec<String> = Vec::new();
    let headers = operation.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("authorization"));
    known.extend(operation.parameters.iter().map(|(name, _)| name.clone()));
    known.extend(operation.query.iter().map(|query| query.name.clone()));
    known.extend(headers.map(|header| header.name.clone()));
    if operation.body.is_some() {
        known.push("body".to_owned());
    }
    let mut steps = Vec::new();
    for name in &known {
        let setter = method(name);
        let Some(kind) = setters.get(&setter) else {
            return Err(format!("{}: {}: the generator made no setter for '{name}'", operation.origin, operation.id));
        };
        let setter = ident(&setter);
        steps.push(quote! {
            if let Some(value) = arguments.take::<#kind>(#name)? {
                call = call.#setter(value);
            }
        });
    }
    if let Some(other) = setters.keys().find(|setter| !known.iter().any(|name| method(name) == **setter)) {
        return Err(format!("{}: {}: nothing explains the generated setter '{other}'", operation.origin, operation.id));
    }
    let id = &operation.id;
    let function = ident(&method(id));
    let answer = &surface.answers[&builder(id)];
    let empty = matches!(answer, syn::Type::Tuple(tuple) if tuple.elems.is_empty());
    let finish = match empty {
        true => quote! { crate::client::Answer::empty(&call.await?) },
        false => quote! { crate::client::Answer::json(&call.await?) },
    };
    let mutable = (!steps.is_empty()).then(|| quote! { mut });
    Ok(quote! {
        #id => {
            let mut arguments = crate::client::Arguments::new(#id, arguments);
            let #mutable call = client.#function();
            #(#steps)*
            arguments.finish()?;
            Ok(#finish)
        }
    })
}

/// Pages of entities, told by their shape.
fn pages(contract: &Contract, surface: &Surface) -> Result<TokenStream, String> {
    let mut names: Vec<(&String, &Shape)> = Vec::new();
    for operation in &contract.operations {
        if let Some(Shape::Named { name }) = &operation.success.shape
            && let Some(item) = operation.success.shape.as_ref().and_then(|shape| contract.page_of(shape))
            && !names.iter().any(|(known, _)| *known == name)
        {
            names.push((name, item));
        }
    }
    let mut implementations = Vec::new();
    for (name, item) in names {
        let Shape::Named { name: item } = item else {
            return Err(format!("{}:1: {name}: the entities of a page need a name", contract.file));
        };
        let fields = &surface.fields[name];
        let (next, value) = (&fields[NEXT_LINK], &fields["value"]);
        let (name, item) = (ident(name), ident(item));
        implementations.push(quote! {
            impl crate::client::Page for types::#name {
                type Item = types::#item;
                fn next_link(&self) -> Option<&str> { self.#next.as_deref() }
                fn into_items(self) -> Vec<Self::Item> { self.#value }
            }
        });
    }
    Ok(quote! { #(#implementations)* })
}

/// The session does the work of the hooks; the client of each version passes it on.
fn hooks() -> TokenStream {
    quote! {
        impl Client {
            /// A client of this API version on a session.
            pub(crate) fn on(session: &crate::client::Session, base_url: &str) -> Self {
                Self::new_with_client(base_url, session.http().clone(), session.clone())
            }

            /// The same client, with a context that feeds the error of one call.
            fn for_call(&self, call: &::std::sync::Arc<crate::client::Call>) -> Self {
                Self { baseurl: self.baseurl.clone(), client: self.client.clone(), inner: self.inner.for_call(call) }
            }
        }

        impl ClientHooks<crate::client::Session> for Client {
            async fn pre<E>(
                &self,
                request: &mut reqwest::Request,
                info: &OperationInfo,
            ) -> ::std::result::Result<(), Error<E>> {
                self.inner.prepare(request, &self.baseurl, template(info.operation_id)).await.map_err(Error::Custom)
            }

            async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
                self.inner.execute(request).await
            }
        }
    }
}
