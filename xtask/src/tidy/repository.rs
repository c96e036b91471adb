//! The repository as data: its files, its packages and what they link.
//!
//! Not a view of the folder: read once by [`Repository::load`], it never looks again, and tests
//! build one from nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId, TargetKind};
use walkdir::{DirEntry, WalkDir};

use super::source::Source;

/// Folders that hold nothing anybody wrote.
const SKIPPED_FOLDERS: [&str; 4] = [".git", "target", "florin-data", "node_modules"];

/// Every file anybody wrote, and every package of the workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repository {
    /// Text by path, relative to the repository with `/` between; empty text for other bytes.
    pub(crate) files: BTreeMap<String, String>,
    /// The workspace's own packages.
    pub(crate) packages: Vec<Package>,
    /// The Rust files, cut into tokens; a file that cannot be cut carries its complaint.
    pub(crate) sources: BTreeMap<String, Result<Source, (usize, String)>>,
}

/// A package of the workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    /// Its name in the manifest.
    pub(crate) name: String,
    /// Its folder, relative to the repository: `crates/money`.
    pub(crate) folder: String,
    /// What the manifest names, of every kind (normal, dev, build).
    pub(crate) named: BTreeSet<String>,
    /// Those of them that its tests alone use.
    pub(crate) tested_with: BTreeSet<String>,
    /// What ends up in the product with it: the closure over normal dependencies.
    pub(crate) links: BTreeSet<String>,
    /// Cargo features, without `default`.
    pub(crate) features: Vec<String>,
    /// Test binaries besides the unit tests.
    pub(crate) test_binaries: Vec<String>,
}

impl Package {
    /// The path of its manifest, relative to the repository.
    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// Whether its folder is one of `units/`.
    pub(crate) fn is_unit(&self) -> bool {
        self.folder.starts_with("units/")
    }

    /// Whether it is part of the product: neither xtask nor a package of tests.
    pub(crate) fn is_product(&self) -> bool {
        self.name != "testkit" && (self.is_unit() || self.folder.starts_with("crates/"))
    }
}

impl Repository {
    /// Reads the folder `root` and asks cargo for its packages.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or `cargo metadata` fails.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .exec()
            .context("cargo metadata")?;
        Ok(Self::new(files(root)?, packages(&metadata, root)))
    }

    /// A repository of these files and packages.
    pub(crate) fn new(files: BTreeMap<String, String>, packages: Vec<Package>) -> Self {
        let rust = files.iter().filter(|(path, _)| path.ends_with(".rs"));
        let sources = rust.map(|(path, text)| (path.clone(), Source::read(text))).collect();
        Self { files, packages, sources }
    }

    /// The Rust files that could be read, with their tokens.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources
            .iter()
            .filter_map(|(path, source)| Some((path.as_str(), source.as_ref().ok()?)))
    }

    /// The package whose folder holds `path`.
    pub(crate) fn package_of(&self, path: &str) -> Option<&Package> {
        let holds = |package: &&Package| {
            path.strip_prefix(package.folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        self.packages.iter().find(holds)
    }

    /// Whether `path` is a file here, or a folder that holds one.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&inside))
    }

    /// The line of `path` that starts with `start`, counted from 1; else the first line.
    pub(crate) fn line_of(&self, path: &str, start: &str) -> usize {
        let text = self.files.get(path).map_or("", String::as_str);
        let found = text.lines().position(|line| line.trim_start().starts_with(start));
        found.map_or(1, |index| index.saturating_add(1))
    }
}

/// Whether `path` is code that only tests run.
pub(crate) fn is_test_code(path: &str) -> bool {
    path.starts_with("crates/testkit/")
        || path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

fn files(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(root).into_iter().filter_entry(is_written) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = relative(path, root);
        files.insert(name, String::from_utf8(bytes).unwrap_or_default());
    }
    Ok(files)
}

fn is_written(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    // In a second work tree of the repository `.git` is a file.
    let is_skipped = SKIPPED_FOLDERS.contains(&name.as_ref());
    !(is_skipped && (entry.file_type().is_dir() || name == ".git"))
}

fn relative(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

fn packages(metadata: &Metadata, root: &Path) -> Vec<Package> {
    let package = |package: &cargo_metadata::Package| {
        let folder = package.manifest_path.parent().map_or(root, |folder| folder.as_std_path());
        let tests = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test));
        let features = package.features.keys().filter(|feature| *feature != "default");
        Package {
            name: package.name.to_string(),
            folder: relative(folder, root),
            named: package.dependencies.iter().map(|named| named.name.clone()).collect(),
            tested_with: tested_with(package),
            links: links(metadata, &package.id),
            features: features.cloned().collect(),
            test_binaries: tests.map(|target| target.name.clone()).collect(),
        }
    };
    metadata.workspace_packages().into_iter().map(package).collect()
}

/// What only tests of a package use.
fn tested_with(package: &cargo_metadata::Package) -> BTreeSet<String> {
    let of = |development| {
        let all = package
            .dependencies
            .iter()
            .filter(move |named| (named.kind == DependencyKind::Development) == development);
        all.map(|named| named.name.clone()).collect::<BTreeSet<_>>()
    };
    of(true).difference(&of(false)).cloned().collect()
}

/// The names in the closure of `start` over normal dependencies, `start` itself left out.
///
/// A procedural macro is named, but what it is made of is not: that runs in the compiler.
fn links(metadata: &Metadata, start: &PackageId) -> BTreeSet<String> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: BTreeMap<&PackageId, _> = nodes.map(|node| (&node.id, node)).collect();
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        let is_macro = metadata[id].targets.iter().any(|target| target.is_proc_macro());
        let Some(node) = nodes.get(id).filter(|_| !is_macro) else { continue };
        for dependency in &node.deps {
            let mut kinds = dependency.dep_kinds.iter();
            let is_normal = kinds.any(|kind| kind.kind == DependencyKind::Normal);
            if is_normal && seen.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    seen.remove(start);
    seen.into_iter().map(|id| metadata[id].name.to_string()).collect()
}
