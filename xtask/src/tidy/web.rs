//! Who imports whom among the pages, which file holds which power of the browser, and dead scripts.
//! Must not know JSX.

use super::Finding;
use super::house::{WEB_POWERS, WEB_ROOMS, WEB_TOOLS, WEB_WITHOUT_PACKAGES};
use super::source::{Language, Tree, code, line_of, resolve, without_comments, words};
use std::collections::BTreeSet;

const SCRIPTS: &[&str] = &["ts", "tsx", "mjs", "js"];

/// An import as it is written, and where.
struct Import {
    offset: usize,
    target: String,
}

/// `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')`.
fn imports_of(text: &str) -> Vec<Import> {
    let said = without_comments(text, Language::TypeScript);
    let plain = code(text, Language::TypeScript);
    let mut found = Vec::new();
    for word in ["from", "import"] {
        for offset in words(&plain, word) {
            let after = offset + word.len();
            let rest = said[after..].trim_start();
            let rest = rest.strip_prefix('(').map_or(rest, str::trim_start);
            let Some(quote) = rest.chars().next().filter(|c| "'\"".contains(*c)) else {
                continue;
            };
            if let Some(target) = rest[1..].split(quote).next() {
                // How the build is told to make a worker of a file.
                let target = target.strip_prefix("worker:").unwrap_or(target);
                found.push(Import { offset, target: target.to_owned() });
            }
        }
    }
    found
}

/// The room of a file below `web/`, none for the tools.
fn room(path: &str) -> Option<&str> {
    let (room, _) = path.strip_prefix("web/")?.split_once('/')?;
    (!WEB_TOOLS.contains(&room)).then_some(room)
}

/// Surfaces import lib, lib imports generated, nobody imports a surface, embed imports nothing.
pub fn imports(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.below("web/", SCRIPTS) {
        let Some(room) = room(path) else { continue };
        let mut find = |offset: usize, message: String| {
            let line = line_of(text, offset);
            findings.push(Finding { path: path.to_owned(), line, rule: "web-edge", message });
        };
        let Some((_, allowed)) = WEB_ROOMS.iter().find(|(known, _)| *known == room) else {
            find(0, format!("web/{room} is no room of the house"));
            continue;
        };
        for Import { offset, target } in imports_of(text) {
            if let Some(message) = broken(path, room, allowed, &target) {
                find(offset, message);
            }
        }
    }
    findings
}

fn broken(path: &str, room: &str, allowed: &[&str], target: &str) -> Option<String> {
    if !target.starts_with('.') {
        let test = path.contains(".test.");
        let closed = WEB_WITHOUT_PACKAGES.contains(&room) && !test;
        return closed.then(|| format!("{room} imports no package, and here {target}"));
    }
    let Some(to) = resolve(path, target) else {
        return Some(format!("{target} leaves the project"));
    };
    let to_room = match to.strip_prefix("web/") {
        Some(inside) => inside.split('/').next().unwrap_or_default(),
        None => return Some(format!("{target} leaves web/")),
    };
    // A test stands beside what it tests.
    let beside = path.contains(".test.") && to_room == room;
    let arrow = allowed.contains(&to_room) || beside;
    (!arrow).then(|| format!("{room} → {to_room} is no arrow of the house"))
}

/// Each power of the browser is held by one file, so that its traps are handled once.
pub fn powers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.below("web/", SCRIPTS) {
        if path.contains(".test.") {
            continue;
        }
        let plain = code(text, Language::TypeScript);
        for (power, owner) in WEB_POWERS.iter().filter(|(_, owner)| *owner != path) {
            for offset in words(&plain, power) {
                findings.push(Finding {
                    path: path.to_owned(),
                    line: line_of(text, offset),
                    rule: "web-power",
                    message: format!("{power} belongs to {owner}"),
                });
            }
        }
    }
    findings
}

/// Scripts no page loads: reachable neither from a room's main file nor from one a tool names.
pub fn dead_scripts(tree: &Tree) -> Vec<Finding> {
    let all: Vec<&str> = tree
        .below("web/", SCRIPTS)
        .map(|(path, _)| path)
        .filter(|path| room(path).is_some_and(|room| room != "generated") && !is_always_live(path))
        .collect();
    let named = named_by_tools(tree);
    let mut live = BTreeSet::new();
    let mut open: Vec<String> = tree
        .below("web/", SCRIPTS)
        .map(|(path, _)| path)
        .filter(|path| is_tool(path) || is_entry(path) || is_named(path, &named))
        .map(str::to_owned)
        .collect();
    while let Some(path) = open.pop() {
        if !live.insert(path.clone()) {
            continue;
        }
        let Some(text) = tree.get(&path) else {
            continue;
        };
        for Import { target, .. } in imports_of(text).into_iter().filter(|import| import.target.starts_with('.')) {
            open.extend(resolve(&path, &target).and_then(|to| existing(tree, &to)));
        }
    }
    all.into_iter()
        .filter(|path| !live.contains(*path))
        .map(|path| Finding { path: path.to_owned(), line: 0, rule: "dead", message: "no page imports this file".to_owned() })
        .collect()
}

/// A room's main file, or a language table, which the build takes by folder.
fn is_entry(path: &str) -> bool {
    let inside: Vec<&str> = path.split('/').skip(2).collect();
    matches!(inside.as_slice(), ["main.ts" | "main.tsx" | "index.ts" | "index.tsx" | "embed.ts"] | ["text", _])
}

/// The build and its like, directly in `web/`; what tests import is not alive by that.
fn is_tool(path: &str) -> bool {
    path.split('/').count() == 2
}

/// Named whole (`lib/i18n.ts`), or by its stem in quotes where a tool adds folder and ending.
fn is_named(path: &str, tools: &str) -> bool {
    let inside = &path["web/".len()..];
    let file = inside.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    tools.contains(inside) || tools.contains(&format!("\"{stem}\"")) || tools.contains(&format!("'{stem}'"))
}

/// Tests and what they share are run by name; declarations are read by the compiler.
fn is_always_live(path: &str) -> bool {
    path.contains(".test.") || path.contains("/testing/") || path.ends_with(".d.ts")
}

/// Everything the build, the package file and the HTML pages say, to look names up in.
fn named_by_tools(tree: &Tree) -> String {
    tree.below("web/", &["mjs", "js", "json", "html", "ts"])
        .filter(|(path, _)| !path.ends_with("package-lock.json"))
        .filter(|(path, _)| is_tool(path) || path.ends_with(".html"))
        .map(|(_, text)| text)
        .collect()
}

/// An import may leave the extension away, say `.js` for a `.ts`, or mean a folder.
fn existing(tree: &Tree, to: &str) -> Option<String> {
    let stem = to.strip_suffix(".js").or_else(|| to.strip_suffix(".jsx")).unwrap_or(to);
    let candidates = [to.to_owned(), format!("{stem}.ts"), format!("{stem}.tsx"), format!("{stem}/index.ts"), format!("{stem}/index.tsx")];
    candidates.into_iter().find(|path| tree.has(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn the_arrows_of_the_house_pass() {
        let tree = Tree::planted(&[
            ("web/agent/Desk.tsx", "import { h } from 'preact';\nimport { desk } from '../lib/desk.ts';\nimport './Desk.css';"),
            ("web/lib/desk.ts", "import type { Push } from '../generated/api.ts';\n// import '../agent/Desk'\n"),
            ("web/lib/desk.test.ts", "import test from 'node:test';\nimport { desk } from './desk.ts';"),
            ("web/build.mjs", "import './agent/Desk.tsx'; import { build } from 'esbuild';"),
            ("web/embed/embed.test.ts", "import { create } from './embed.ts';"),
        ]);
        assert_eq!(messages(imports(&tree)), Vec::<String>::new());
    }

    #[test]
    fn every_other_arrow_is_found() {
        for (path, text, message) in [
            ("web/agent/a.ts", "import x from '../customer/b';", "agent → customer"),
            ("web/agent/a.ts", "const x = await import('../admin/b');", "agent → admin"),
            ("web/agent/a.ts", "import url from 'worker:../admin/b.ts';", "agent → admin"),
            ("web/lib/ui/a.tsx", "export { x } from \"../../customer/b\";", "lib → customer"),
            ("web/generated/a.ts", "import '../lib/b';", "generated → lib"),
            ("web/embed/embed.ts", "import x from '../lib/b';", "embed → lib"),
            ("web/embed/embed.ts", "import x from 'preact';", "embed imports no package"),
            ("web/lib/a.ts", "import x from '../../crates/b';", "leaves web/"),
            ("web/shop/a.ts", "", "web/shop is no room"),
        ] {
            let found = messages(imports(&Tree::planted(&[(path, text)])));
            assert_eq!(found.len(), 1, "{path} {text}");
            assert!(found[0].contains(message), "{found:?}");
        }
    }

    #[test]
    fn a_power_outside_its_file_is_found() {
        let tree = Tree::planted(&[
            ("web/lib/rtc.ts", "new RTCPeerConnection();"),
            ("web/lib/camera.ts", "navigator.mediaDevices.getUserMedia({});"),
            ("web/customer/a.ts", "let s: RTCPeerConnectionState; // getUserMedia\nnavigator.mediaDevices.getUserMedia({});"),
            ("web/lib/camera2.ts", "new RTCPeerConnection();"),
        ]);
        assert_eq!(
            messages(powers(&tree)),
            [
                "web/customer/a.ts:2: getUserMedia belongs to web/lib/camera.ts [web-power]",
                "web/lib/camera2.ts:1: RTCPeerConnection belongs to web/lib/rtc.ts [web-power]",
            ]
        );
    }

    #[test]
    fn a_script_no_page_imports_is_found() {
        let tree = Tree::planted(&[
            ("web/build.mjs", "const entries = ['admin/start.tsx', `customer/${'more'}.tsx`];"),
            ("web/customer/more.tsx", "import url from 'worker:./beat.ts';"),
            ("web/customer/beat.ts", ""),
            ("web/customer/text/th.ts", ""),
            ("web/customer/main.tsx", "import { a } from '../lib/a.js'; import('./Lazy');"),
            ("web/customer/Lazy.tsx", ""),
            ("web/admin/start.tsx", "import '../lib/ui';"),
            ("web/lib/a.ts", ""),
            ("web/lib/ui/index.ts", ""),
            ("web/lib/tested.ts", ""),
            ("web/lib/tested.test.ts", "import './tested.ts';"),
            ("web/test/tested.test.ts", "import '../lib/tested.ts';"),
            ("web/lib/types.d.ts", ""),
            ("web/embed/embed.ts", ""),
            ("web/generated/api.ts", ""),
            ("web/agent/Lost.tsx", ""),
        ]);
        let found: Vec<String> = dead_scripts(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["web/agent/Lost.tsx", "web/lib/tested.ts"]);
    }
}
