//! The `entra-risk` program; see `entra_risk::cli`.

fn main() -> std::process::ExitCode {
    entra_risk::cli::main()
}
