//! Tests of the workspace's own commands: that every rule can fail, and what is generated.

mod codegen;
mod mutate;
mod server;
mod source;
mod tidy;
