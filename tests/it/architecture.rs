//! The direction of imports that `DESIGN.md` draws, read off the `use` lines of `src`.
//!
//! Three rules: a folder imports only folders below it; no files import each other in a circle; and
//! inside `mix` and `kpi` the rooms have an order of their own. A parent that names its own children
//! only declares them, so such a line is no import.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// The folders from the ground up; those of one line do not know each other.
const FLOORS: &[&[&str]] = &[
    &["progress"],
    &["error"],
    &["util", "linalg"],
    &["time"],
    &["stats"],
    &["report"],
    &["channel"],
    &["event"],
    &["privacy"],
    &["identity", "journeys", "experiment", "budget"],
    &["attribution", "mix"],
    &["kpi", "calibration"],
    &["pages"],
    &["simulate"],
    &["io"],
];

/// The rooms of the mix model and of the KPIs, from the ground up.
const ROOMS: &[(&str, &[&[&str]])] = &[
    (
        "mix",
        &[
            &["panel", "transform"],
            &["specification"],
            &["regression", "posterior"],
            &["estimate"],
        ],
    ),
    (
        "kpi",
        &[
            &["options"],
            &["timelines", "members"],
            &["journeys"],
            &["map", "spend", "service"],
            &["customers", "verbatims"],
            &["dashboard"],
        ],
    ),
];

type Module = Vec<String>;

/// Every module of `src` with the code that is compiled into the library.
fn modules() -> BTreeMap<Module, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                let module: Module = name
                    .iter()
                    .map(|part| part.to_str().unwrap().into())
                    .collect();
                if module != ["lib"] && module.last().is_some_and(|name| name != "tests") {
                    modules.insert(module, without_tests(&fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    modules
}

/// The code without comments, without its test module, which stands last, and without attributes
/// that name the form in which a type is stored: that form reads the type, and not the reverse.
fn without_tests(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter(|line| !line.trim_start().starts_with("#[serde("));
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths that `use` lines with this start name, groups in braces taken apart.
fn used(code: &str, start: &str) -> Vec<Module> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(start) {
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        if code[line..at].chars().all(|c| c.is_whitespace()) || code[line..at].starts_with("pub") {
            let tree = &code[at + start.len()..];
            expand(&tree[..tree.find(';').unwrap()], &[], &mut paths);
        }
    }
    paths
}

/// The paths from the root that stand in the code itself.
fn inline(code: &str) -> Vec<Module> {
    let paths = code
        .match_indices("crate::")
        .map(|(at, start)| &code[at + start.len()..]);
    let end = |rest: &str| rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let path = paths.map(|rest| &rest[..end(rest).unwrap_or(rest.len())]);
    let names = |path: &str| {
        path.split("::")
            .filter(|name| !name.is_empty())
            .map(String::from)
            .collect()
    };
    path.map(names)
        .filter(|path: &Module| !path.is_empty())
        .collect()
}

/// Adds the paths of one tree of a `use` line.
fn expand(tree: &str, before: &[String], paths: &mut Vec<Module>) {
    let (head, group) = match tree.find('{') {
        Some(at) => (&tree[..at], Some(&tree[at + 1..tree.rfind('}').unwrap()])),
        None => (tree, None),
    };
    let names = head.split(" as ").next().unwrap().split("::");
    let mut path = before.to_vec();
    path.extend(
        names
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty()),
    );
    match group {
        None => paths.push(path),
        Some(group) => branches(group)
            .iter()
            .for_each(|branch| expand(branch, &path, paths)),
    }
}

/// The parts of a group between commas that stand in no braces of their own.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The file that defines what a path names, re-exports followed: what each file exports is known.
fn defining(path: &[String], exports: &BTreeMap<Module, Vec<Module>>) -> Option<Module> {
    let length = (1..=path.len())
        .rev()
        .find(|&length| exports.contains_key(&path[..length]))?;
    let module = path[..length].to_vec();
    let Some(name) = path.get(length) else {
        return Some(module);
    };
    let mut exported = exports[&module].iter();
    match exported.find(|export| export.last() == Some(name)) {
        Some(export) => defining(&[&module[..], export].concat(), exports),
        None => Some(module),
    }
}

/// The files that each file imports, without its own descendants.
static IMPORTS: LazyLock<BTreeMap<Module, BTreeSet<Module>>> = LazyLock::new(|| {
    let modules = modules();
    let exported = |(module, code): (&Module, &String)| (module.clone(), used(code, "use self::"));
    let exports = modules.iter().map(exported).collect();
    let imported = |(module, code): (&Module, &String)| {
        let paths = used(code, "use crate::").into_iter().chain(inline(code));
        let files = paths.filter_map(|path| defining(&path, &exports));
        let files = files.filter(|file| !file.starts_with(module)).collect();
        (module.clone(), files)
    };
    modules.iter().map(imported).collect()
});

/// The floor on which a name stands.
fn floor(name: &str, floors: &[&[&str]]) -> Option<usize> {
    floors.iter().position(|floor| floor.contains(&name))
}

/// What of these imports goes from a floor to the same or a higher one.
fn upward(depth: usize, room: &str, floors: &[&[&str]]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (from, files) in &*IMPORTS {
        for to in files {
            let inside = depth == 0 || (from[0] == room && to[0] == room);
            let (Some(a), Some(b)) = (from.get(depth), to.get(depth)) else {
                continue;
            };
            if !inside || a == b {
                continue;
            }
            match (floor(a, floors), floor(b, floors)) {
                (Some(high), Some(low)) if high > low => {}
                (Some(_), Some(_)) => wrong.push(arrow(from, to)),
                _ => {}
            }
        }
    }
    wrong
}

fn arrow(from: &[String], to: &[String]) -> String {
    format!("{} -> {}", from.join("::"), to.join("::"))
}

#[test]
fn every_folder_has_a_floor() {
    let known = |module: &Module| {
        let facade = module[0] == "guide";
        facade || floor(&module[0], FLOORS).is_some()
    };
    let unknown: Vec<Module> = modules()
        .into_keys()
        .filter(|module| !known(module))
        .collect();
    assert!(unknown.is_empty(), "on no floor: {unknown:?}");
}

#[test]
fn folders_import_only_what_lies_below_them() {
    let mut wrong = upward(0, "", FLOORS);
    // Readers of files use the one CSV reader, wherever they stand.
    wrong.retain(|line| !line.ends_with("-> io::csv::table"));
    assert!(
        wrong.is_empty(),
        "against the direction:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn rooms_import_only_what_lies_below_them() {
    for (room, floors) in ROOMS {
        let wrong = upward(1, room, floors);
        assert!(
            wrong.is_empty(),
            "against the direction in {room}:\n{}",
            wrong.join("\n")
        );
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut left = IMPORTS.clone();
    // a file is done when all that it imports is: what is never done stands in a circle or on one
    loop {
        let is_done = |files: &BTreeSet<Module>| !files.iter().any(|file| left.contains_key(file));
        let done: Vec<Module> = left
            .iter()
            .filter(|(_, files)| is_done(files))
            .map(|(file, _)| file.clone())
            .collect();
        if done.is_empty() {
            break;
        }
        done.iter().for_each(|file| drop(left.remove(file)));
    }
    let lines = left
        .iter()
        .flat_map(|(from, files)| files.iter().map(move |to| (from, to)));
    let arrows: Vec<String> = lines
        .filter(|(_, to)| left.contains_key(*to))
        .map(|(from, to)| arrow(from, to))
        .collect();
    assert!(arrows.is_empty(), "in circles:\n{}", arrows.join("\n"));
}

#[test]
fn use_lines_are_taken_apart() {
    let code = "use crate::a::{B, c::{D, E as F}};\npub(crate) use crate::g::H;\n let x = 1;";
    let paths: Vec<String> = used(code, "use crate::")
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(paths, ["a::B", "a::c::D", "a::c::E", "g::H"]);
}
