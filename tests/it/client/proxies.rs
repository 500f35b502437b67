//! A proxy of the environment does not see what goes to this machine in the clear.

use std::process::Command;

use super::wire::{Wire, answer};
use super::{client, dismissal};

/// Set in the child: the root to call.
const ROLE: &str = "ENTRA_RISK_TEST_PROXIED_ROOT";

/// The environment belongs to the whole process, so the call is made by a process of its own:
/// this test again, told by a variable which part to play.
#[tokio::test]
async fn a_loopback_call_does_not_pass_a_proxy() {
    #[allow(clippy::disallowed_methods)] // its parent tells this process its part
    if let Ok(root) = std::env::var(ROLE) {
        dismissal(&client(&root)).await.unwrap();
        return;
    }
    let no_content = || answer("204 No Content", "", "");
    let server = Wire::start([no_content()]).await;
    let proxy = Wire::start([no_content(), no_content()]).await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "client::proxies::a_loopback_call_does_not_pass_a_proxy"]).env(ROLE, server.root());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, proxy.root());
    }
    // CGI programs have HTTP_PROXY from a request header, so it is ignored where this is set.
    child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "the child ran no test: {text}");
    proxy.untouched();
    assert_eq!(server.requests().len(), 1);
}
