//! Which crate may name which. Must not know files.

use super::Finding;
use super::house::{CRATES, FENCED};
use serde_json::Value;

/// Checks the output of `cargo metadata`; packages with a source are not ours.
pub fn crates(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    for package in packages.filter(|package| !package["source"].is_string()) {
        let name = package["name"].as_str().unwrap_or_default();
        let mut find = |message: String| {
            let path = format!("Cargo.toml of {name}");
            findings.push(Finding { path, line: 0, rule: "crate-edge", message });
        };
        let Some((_, allowed)) = CRATES.iter().find(|(known, _)| *known == name) else {
            find(format!("{name} is no room of the house"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let target = dependency["name"].as_str().unwrap_or_default();
            let ours = dependency["path"].is_string();
            if ours && !allowed.contains(&target) {
                find(format!("{name} → {target} is no arrow of the house"));
            }
            let fence = FENCED.iter().find(|(fenced, _)| *fenced == target);
            if let Some((_, inside)) = fence
                && !inside.contains(&name)
            {
                find(format!("{target} may be named only by {}", inside.join(", ")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::crates;
    use serde_json::{Value, json};

    fn check(name: &str, dependencies: &Value) -> Vec<String> {
        let metadata = json!({ "packages": [{ "name": name, "dependencies": dependencies }] });
        crates(&metadata).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_arrow_of_the_house_passes() {
        let ours = json!([{ "name": "domain", "path": "/x/domain" }, { "name": "serde" }]);
        assert!(check("wire", &ours).is_empty());
        assert!(check("media", &json!([{ "name": "str0m" }])).is_empty());
        let theirs = json!({ "packages": [{ "name": "hyper", "source": "registry" }] });
        assert!(crates(&theirs).is_empty());
    }

    #[test]
    fn an_arrow_that_points_outwards_is_found() {
        let ours = json!([{ "name": "store", "path": "/x/store" }]);
        assert_eq!(check("domain", &ours), ["domain → store is no arrow of the house"]);
    }

    #[test]
    fn a_fenced_dependency_outside_its_fence_is_found() {
        let found = check("server", &json!([{ "name": "sqlx" }]));
        assert_eq!(found, ["sqlx may be named only by store"]);
    }

    #[test]
    fn a_crate_nobody_planned_is_found() {
        assert_eq!(check("utils", &json!([])), ["utils is no room of the house"]);
    }
}
