//! The binary. Must not know anything but where the program begins.

fn main() -> std::process::ExitCode {
    server::cli::main()
}
