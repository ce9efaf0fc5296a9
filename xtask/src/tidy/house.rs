//! The rules of the house as data: rooms, arrows, fences, limits. Must not know how they are checked.

/// Which crates of ours a crate may name. A crate that is not listed is not in the house.
pub const CRATES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("wire", &["domain"]),
    ("media", &[]),
    ("store", &["domain"]),
    ("vision", &[]),
    ("pack", &["domain"]),
    ("report", &[]),
    ("server", &["domain", "wire", "store", "media", "vision", "pack", "report"]),
    ("xtask", &["wire"]),
];

/// Dependencies that only some crates may name.
pub const FENCED: &[(&str, &[&str])] = &[
    ("str0m", &["media"]),
    ("sqlx", &["store"]),
    ("libsqlite3-sys", &["store"]),
    ("krilla", &["report"]),
    ("ttf-parser", &["report"]),
    ("axum", &["server"]),
    ("axum-server", &["server"]),
    ("reqwest", &["server"]),
    // Asynchronous code waits, and only the shell and the store wait.
    ("tokio", &["server", "store"]),
];

/// Which rooms of `web/` a room may import: downwards only, and the wire's types also past lib, as they
/// are types and nothing else. Files directly in `web/` are tools and may import all.
pub const WEB_ROOMS: &[(&str, &[&str])] = &[
    ("generated", &[]),
    ("lib", &["lib", "generated"]),
    ("customer", &["customer", "lib", "generated"]),
    ("agent", &["agent", "lib", "generated"]),
    ("admin", &["admin", "lib", "generated"]),
    ("bank", &["bank", "lib", "generated"]),
    ("interpreter", &["interpreter", "lib", "generated"]),
    ("embed", &[]),
];

/// Folders of `web/` that run the rooms and are loaded by no page.
pub const WEB_TOOLS: &[&str] = &["test"];

/// Rooms that may not import packages either.
pub const WEB_WITHOUT_PACKAGES: &[&str] = &["embed", "generated"];

/// Rooms whose words come from the language tables.
pub const WEB_TRANSLATED: &[&str] = &["customer", "agent", "admin", "interpreter"];

/// Browser powers, each with the one file that may name it.
pub const WEB_POWERS: &[(&str, &str)] =
    &[("RTCPeerConnection", "web/lib/rtc.ts"), ("getUserMedia", "web/lib/camera.ts"), ("geolocation", "web/lib/place.ts")];

/// Lines; a file that needs more has two subjects.
pub const MAX_LINES: usize = 600;

/// Words that may not stand in any file.
pub const FORBIDDEN_WORDS: &[&str] = &[];

/// The one file of the browser tests that lets time pass.
pub const E2E_WAIT: &str = "e2e/wait.mjs";

/// Terms under which the program may carry someone else's work: permissive ones, and MPL-2.0, whose
/// conditions end at the borders of its own files.
pub const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
