//! Rule 2, no module is a drawer for odds and ends.

use super::{Finding, Repository};

/// Names that say nothing about what is inside.
pub(crate) const DRAWERS: [&str; 6] = ["common", "util", "utils", "helper", "helpers", "types"];

/// Finds modules with such a name, declared or as a file.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let fix = "says nothing; name it after what is inside";
    for (path, source) in repository.rust() {
        let modules = source.named_after("mod");
        for module in modules.iter().filter(|module| DRAWERS.contains(&module.text.as_str())) {
            let text = format!("a module called {} {fix}", module.text);
            findings.push(Finding::new(path, module.line, 2, text));
        }
        let parts = path.trim_end_matches(".rs").split('/');
        for part in parts.filter(|part| DRAWERS.contains(part)) {
            findings.push(Finding::new(
                path,
                1,
                2,
                format!("a file or folder called {part} {fix}"),
            ));
        }
    }
    findings
}
