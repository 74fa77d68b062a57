//! Where the items of an expansion stand.

use proc_macro2::TokenStream;
use quote::quote;

/// A struct and the items that go with it, these in an attribute macro of the struct that puts them beside it.
///
/// In an impl block or a trait, which a macro can't know that it is in, there is no place for any of them. rustc drops
/// the struct there with its attributes, so that this is one error and not one for each item.
pub(crate) fn beside(structure: &TokenStream, items: &TokenStream) -> TokenStream {
    quote! {
        #[::activations::beside { #items }]
        #structure
    }
}
