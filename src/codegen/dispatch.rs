//! The dispatcher: an operation id and JSON arguments become one typed call.

use proc_macro2::TokenStream;
use quote::quote;

use super::surface::Surface;
use super::types::{builder, ident, method};
use crate::contract::{Contract, Operation};

pub(super) fn generate(contract: &Contract, surface: &Surface) -> Result<TokenStream, String> {
    let (mut calls, mut known, mut templates) = (Vec::new(), Vec::new(), Vec::new());
    for operation in &contract.operations {
        calls.push(call(contract, operation, surface)?);
        let (id, generated, template) = (&operation.id, method(&operation.id), operation.path.as_str());
        let function = ident(&generated);
        known.push(quote! { #id => Some((#id, #function)) });
        templates.push(quote! { #generated => #template });
    }
    let hooks = hooks();
    Ok(quote! {
        #hooks

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
        /// argument of another form, is [`ErrorKind::Invalid`](::entra_risk::client::ErrorKind::Invalid)
        /// and sends nothing.
        pub async fn dispatch(
            client: &Client,
            operation: &str,
            arguments: &::serde_json::Map<String, ::serde_json::Value>,
        ) -> ::std::result::Result<::entra_risk::client::Answer, ::entra_risk::client::Error> {
            ::entra_risk::client::generated::dispatch(client, calls::find(operation), operation, arguments).await
        }

        impl ::entra_risk::client::Dispatch for Client {
            fn dispatch<'a>(
                &'a self,
                operation: &'a str,
                arguments: &'a ::serde_json::Map<String, ::serde_json::Value>,
            ) -> ::entra_risk::client::generated::BoxedAnswer<'a> {
                Box::pin(dispatch(self, operation, arguments))
            }
        }

        /// One function for each operation, which only prepares its call: an `async` one over all
        /// of them would be as large as all calls together.
        mod calls {
            // A description may have answers with a body alone, or none with one.
            #[allow(unused_imports)]
            use super::{Client, types};
            #[allow(unused_imports)]
            use ::entra_risk::client::generated::{Arguments, Begun, Prepare, answer, empty};

            pub(super) fn find(operation: &str) -> Option<(&'static str, Prepare<Client>)> {
                match operation {
                    #(#known,)*
                    _ => None,
                }
            }

            #(#calls)*
        }
    })
}

/// The function of an operation.
fn call(contract: &Contract, operation: &Operation, surface: &Surface) -> Result<TokenStream, String> {
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
    let function = ident(&method(&operation.id));
    let result = &surface.answers[&builder(&operation.id)];
    let finish = match result {
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => quote! { empty },
        _ => quote! { answer },
    };
    let mutable = (!steps.is_empty()).then(|| quote! { mut });
    Ok(quote! {
        fn #function<'a>(client: &'a Client, #[allow(unused_variables)] arguments: &mut Arguments<'_>) -> Begun<'a> {
            let #mutable call = client.#function();
            #(#steps)*
            Ok(#finish(call.into_future()))
        }
    })
}

/// The session does the work of the hooks; the client of each version passes it on.
fn hooks() -> TokenStream {
    quote! {
        impl Client {
            /// A client of this API version on a session.
            pub(crate) fn on(session: &::entra_risk::client::Session, base_url: &str) -> Self {
                let http = ::entra_risk::client::generated::http(session).clone();
                Self::new_with_client(base_url, http, session.clone())
            }

            /// The same client, with a context that feeds the error of one call.
            fn for_call(&self, call: &::entra_risk::client::generated::SharedCall) -> Self {
                Self {
                    baseurl: self.baseurl.clone(),
                    client: self.client.clone(),
                    inner: ::entra_risk::client::generated::for_call(&self.inner, call),
                }
            }
        }

        impl ClientHooks<::entra_risk::client::Session> for Client {
            async fn pre<E>(
                &self,
                request: &mut reqwest::Request,
                info: &OperationInfo,
            ) -> ::std::result::Result<(), Error<E>> {
                let template = template(info.operation_id);
                let prepared = ::entra_risk::client::generated::prepare(&self.inner, request, &self.baseurl, template);
                prepared.await.map_err(Error::Custom)
            }

            async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
                ::entra_risk::client::generated::execute(&self.inner, request).await
            }
        }
    }
}
