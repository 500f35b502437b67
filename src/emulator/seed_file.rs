//! What a seed file holds: who may sign in, what there is, and what goes wrong. It knows neither
//! files nor their formats.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::config::Config;
use super::directory::{App, Tenant, User};
use super::faults::Fault;

/// The content of a seed file. Each part may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    /// The tenants; the emulator's own if there is none.
    pub tenants: Vec<Tenant>,
    /// Applications that sign in by themselves.
    pub apps: Vec<App>,
    /// Users that call through an application.
    pub callers: Vec<User>,
    /// Members to begin with, by the name of their set.
    pub entities: BTreeMap<String, Vec<Map<String, Value>>>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
}

impl Seed {
    /// Starts an emulator with all of it.
    pub fn apply(self, config: &mut Config) {
        if !self.tenants.is_empty() {
            config.directory.tenants = self.tenants;
        }
        config.directory.apps.extend(self.apps);
        config.directory.users.extend(self.callers);
        for (set, members) in self.entities {
            config.entities.entry(set).or_default().extend(members);
        }
        config.faults.extend(self.faults);
    }
}
