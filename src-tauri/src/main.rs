//! The desktop app.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

// The system's allocator keeps what each of many threads once needed; this one gives it back while the app works.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    outrider::main()
}
