//! Under which terms the program's dependencies may come. Must not know what they do.

use super::Finding;
use super::house::LICENCES;
use serde_json::Value;

/// Checks the output of `cargo metadata`: every package from outside must be usable under our terms.
pub fn crates(metadata: &Value) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| package["source"].is_string())
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or_default();
            (!fits(licence)).then(|| Finding {
                path: format!("Cargo.lock: {}", package["name"].as_str().unwrap_or_default()),
                line: 0,
                rule: "licence",
                message: format!("`{licence}` is not among the licences of the house"),
            })
        })
        .collect()
}

/// Whether an SPDX expression leaves a choice we accept; the old `A/B` means `A OR B`.
fn fits(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let (fits, rest) = any(&tokens);
    fits && rest.is_empty()
}

fn any<'a, 'b>(tokens: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let (mut fits, mut rest) = all(tokens);
    while let ["OR", more @ ..] = rest {
        let (next, after) = all(more);
        fits |= next;
        rest = after;
    }
    (fits, rest)
}

fn all<'a, 'b>(tokens: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let (mut fits, mut rest) = one(tokens);
    while let ["AND", more @ ..] = rest {
        let (next, after) = one(more);
        fits &= next;
        rest = after;
    }
    (fits, rest)
}

fn one<'a, 'b>(tokens: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    match tokens {
        ["(", inside @ ..] => match any(inside) {
            (fits, [")", rest @ ..]) => (fits, rest),
            (_, rest) => (false, rest),
        },
        // An exception only adds a permission.
        [name, "WITH", _, rest @ ..] | [name, rest @ ..] => (LICENCES.contains(name), rest),
        [] => (false, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::{crates, fits};
    use serde_json::json;

    #[test]
    fn a_choice_we_accept_is_enough_and_every_part_counts() {
        for accepted in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "GPL-2.0 OR (MIT AND ISC)",
            "ISC AND (Apache-2.0 OR ISC)",
        ] {
            assert!(fits(accepted), "{accepted}");
        }
        for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT Apache-2.0", "AGPL-3.0 OR SSPL-1.0"] {
            assert!(!fits(refused), "{refused}");
        }
    }

    #[test]
    fn a_dependency_under_foreign_terms_is_found_and_our_own_crates_are_not_asked() {
        let metadata = json!({ "packages": [
            { "name": "ours", "source": null },
            { "name": "fine", "source": "registry", "license": "MIT" },
            { "name": "planted", "source": "registry", "license": "AGPL-3.0" },
            { "name": "silent", "source": "registry" },
        ] });
        let found: Vec<String> = crates(&metadata).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["Cargo.lock: planted", "Cargo.lock: silent"]);
    }
}
