//! Activation functions for neural networks: written once, differentiated at compile time.
