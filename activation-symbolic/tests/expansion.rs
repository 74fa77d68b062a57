//! The expansion is read by users: snapshots of ten functions, formatted.

use quote::quote;

fn expand(attribute: &str, item: &str) -> String {
    let tokens = activation_symbolic::activation(
        attribute.parse().expect("an attribute"),
        item.parse().expect("an item"),
    );
    let mut file: syn::File = syn::parse2(quote!(#tokens)).expect("the expansion is Rust");
    file.items = file.items.into_iter().flat_map(beside).collect();
    prettyplease::unparse(&file)
}

/// An item, and what `#[beside { … }]` puts beside it.
fn beside(mut item: syn::Item) -> Vec<syn::Item> {
    let syn::Item::Struct(structure) = &mut item else { return vec![item] };
    let is_ours = |attribute: &syn::Attribute| attribute.path() == &syn::parse_quote!(::activations::beside);
    let place = structure.attrs.iter().position(is_ours).expect("what is beside the struct");
    let attribute = structure.attrs.remove(place);
    let list = attribute.meta.require_list().expect("items");
    let items: syn::File = syn::parse2(list.tokens.clone()).expect("items are Rust");
    [item].into_iter().chain(items.items).collect()
}

macro_rules! snapshots {
    ($($name:ident: $attribute:literal, $item:literal;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(expand($attribute, $item));
        }
    )*};
}

snapshots! {
    custom_sigmoid: "", "/// Sigmoid rescaled to (-1, 1).\npub fn custom_sigmoid(x: f32) -> f32 { 2.0 * sigmoid(x) - 1.0 }";
    custom_relu: "", "pub fn custom_relu(x: f32) -> f32 { x.max(0.1 * x) }";
    leaky: "", "pub fn leaky(x: f32, #[param(0.01)] slope: f32) -> f32 { if x > 0.0 { x } else { slope * x } }";
    gelu: "", "pub fn gelu(x: f32) -> f32 { 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2)) }";
    mish: "", "pub fn mish(x: f32) -> f32 { x * (1.0 + x.exp()).ln().tanh() }";
    swish: "name = Swish", "fn swish_fn(x: f32, #[param(1.0)] beta: f32) -> f32 { x * sigmoid(beta * x) }";
    hard_swish: "", "pub fn hard_swish(x: f32) -> f32 { x * (x / 6.0 + 0.5).clamp(0.0, 1.0) }";
    squareplus: "", "pub fn squareplus(x: f32) -> f32 { 0.5 * (x + (x * x + 4.0).sqrt()) }";
    straight_through: "derivative = |x| 1.0, straight_through", "pub fn steps(x: f32) -> f32 { x.floor() }";
    swiglu: "", "pub fn swiglu(gate: f32, up: f32) -> f32 { gate * sigmoid(gate) * up }";
    softmax: "", "pub fn softmax(x: Row<f32>) -> Row<f32> { x.exp() / x.exp().sum() }";
    l2_norm: "", "/// The length of a row.\npub fn l2_norm(x: Row<f32>) -> f32 { x.norm() }";
    layer_norm: "", "pub fn layer_norm(x: Row<f32>) -> Row<f32> { let c = x - x.mean(); c / ((c * c).mean() + 1.0e-5).sqrt() }";
    own_norm: "vjp = |x, y, dy| dy * x / y", "pub fn own_norm(x: Row<f32>) -> f32 { x.norm() }";
    range: "", "pub fn range(x: Row<f32>) -> f32 { x.max() - x.min() }";
    attention: "", "/// What the values are to a query.\npub fn attention(q: Row<f32>, k: Row<f32>, v: Row<f32>) -> f32 { (softmax(q * k) * v).sum() }";
    composed: "order = 2", "pub fn composed(x: f32) -> f32 { x.tanh() * x }";
}
