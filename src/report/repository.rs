//! Where files are as seen from the root of the user's repository: what code hosts show
//! annotations and alerts by. No file is looked at.

/// The place at which the program runs within a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// The root, absolute; empty where there is no repository.
    pub root: String,
    /// The working folder below the root: `services/risk`, or empty.
    pub below: String,
}

impl Repository {
    /// The path from the root, where the file lies below it. Relative paths begin at the working
    /// folder, as those of the command line do.
    #[must_use]
    pub fn path(&self, file: &str) -> String {
        if self.root.is_empty() || file.is_empty() {
            return file.to_owned();
        }
        let parts = match file.strip_prefix(self.root.as_str()).map(|rest| rest.strip_prefix('/')) {
            Some(Some(below)) => below.to_owned(),
            _ if file.starts_with('/') => return file.to_owned(),
            _ => format!("{}/{file}", self.below),
        };
        let mut path: Vec<&str> = Vec::new();
        for part in parts.split('/') {
            match part {
                "" | "." => {}
                ".." if path.pop().is_none() => return file.to_owned(),
                ".." => {}
                part => path.push(part),
            }
        }
        path.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_wherever_the_program_runs() {
        let at = |below: &str| Repository { root: "/builds/repo".to_owned(), below: below.to_owned() };
        for (below, file, expected) in [
            ("", "openapi/beta.yaml", "openapi/beta.yaml"),
            ("", "./openapi//beta.yaml", "openapi/beta.yaml"),
            ("services/risk", "beta.yaml", "services/risk/beta.yaml"),
            ("services/risk", "../../openapi/beta.yaml", "openapi/beta.yaml"),
            ("services", "/builds/repo/openapi/beta.yaml", "openapi/beta.yaml"),
            ("services", "/builds/repository/beta.yaml", "/builds/repository/beta.yaml"),
            ("services", "../../shared/x.md", "../../shared/x.md"),
            ("services", "", ""),
        ] {
            assert_eq!(at(below).path(file), expected, "{file} in '{below}'");
        }
        assert_eq!(Repository::default().path("./x/../y.md"), "./x/../y.md");
    }
}
