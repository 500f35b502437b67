//! The clouds of Microsoft Graph: where Graph and its sign-in are. Only these hosts are answered
//! for by a recorder.

use std::collections::BTreeSet;

use crate::contract::Contract;

/// A cloud, which may be one in which the described operations are not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloud {
    /// The host of Graph.
    pub graph: &'static str,
    /// The host of its sign-in.
    pub sign_in: &'static str,
}

/// Every cloud, by `concepts/deployments.md` (2026-05; the one in China by that of 2021-11).
const CLOUDS: &[Cloud] = &[
    Cloud { graph: "graph.microsoft.com", sign_in: "login.microsoftonline.com" },
    Cloud { graph: "graph.microsoft.us", sign_in: "login.microsoftonline.us" },
    Cloud { graph: "dod-graph.microsoft.us", sign_in: "login.microsoftonline.us" },
    Cloud { graph: "microsoftgraph.chinacloudapi.cn", sign_in: "login.chinacloudapi.cn" },
];

/// Other names of the sign-in service of the first cloud, which libraries use: the authority
/// aliases in its own discovery document (`/common/discovery/instance`, 2024).
const ALIASES: &[&str] = &["login.microsoft.com", "login.windows.net", "sts.windows.net"];

/// Every cloud.
#[must_use]
pub fn clouds() -> &'static [Cloud] {
    CLOUDS
}

/// Every host at which Graph is found: those of all clouds, and those of the descriptions.
#[must_use]
pub fn graph_hosts(contracts: &[Contract]) -> BTreeSet<String> {
    let described = contracts.iter().flat_map(|contract| &contract.servers).filter_map(|server| host(&server.url));
    CLOUDS.iter().map(|cloud| cloud.graph.to_owned()).chain(described).collect()
}

/// Every host at which one signs in.
#[must_use]
pub fn sign_in_hosts() -> BTreeSet<String> {
    CLOUDS.iter().map(|cloud| cloud.sign_in).chain(ALIASES.iter().copied()).map(str::to_owned).collect()
}

/// Whether a description offers its operations at this host; any host that is not one of Graph's
/// clouds is taken for the recorder itself.
pub(super) fn is_offered(contract: &Contract, of: &str) -> bool {
    let of = of.split(':').next().unwrap_or(of);
    let is_cloud = CLOUDS.iter().any(|cloud| cloud.graph.eq_ignore_ascii_case(of));
    let offers = |url: &str| host(url).is_some_and(|host| host.eq_ignore_ascii_case(of));
    !is_cloud || contract.servers.iter().any(|server| offers(&server.url))
}

fn host(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.host_str().map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_of_all_clouds_and_of_the_descriptions() {
        let mut contract = crate::embedded::contracts()[0].clone();
        contract.servers[0].url = "https://Graph.Example/beta".to_owned();
        let hosts = graph_hosts(std::slice::from_ref(&contract));
        for host in ["graph.example", "graph.microsoft.com", "microsoftgraph.chinacloudapi.cn"] {
            assert!(hosts.contains(host), "{host}");
        }
        assert!(sign_in_hosts().contains("login.chinacloudapi.cn"));
    }

    #[test]
    fn every_cloud_of_the_description_is_a_known_one() {
        for contract in crate::embedded::contracts() {
            for server in &contract.servers {
                assert!(CLOUDS.iter().any(|cloud| server.url.starts_with(&format!("https://{}/", cloud.graph))));
            }
            assert!(is_offered(contract, "graph.microsoft.com") && is_offered(contract, "127.0.0.1:80"));
            assert!(!is_offered(contract, "microsoftgraph.chinacloudapi.cn"));
        }
    }
}
