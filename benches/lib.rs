//! Benches of the library; each is a file in `benches/`.
