//! The lines of `explain` and of the report, executed: they give what was reported.

use std::collections::HashMap;
use std::process::Command;

use entra_risk::verdict::Side;

use super::{contract, emulator, run};

/// Status of the last answer that `curl -i` printed, and its body.
fn last_answer(printed: &str) -> Option<(u16, String)> {
    let start = printed.rfind("HTTP/1.1 ")?;
    let answer = &printed[start..];
    let status = answer.get(9..12)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Some((status, body.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lines_to_reproduce_a_check_give_the_reported_answer() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: there is no curl on this machine");
        return;
    }
    let (emulator, server) = emulator(contract()).await;
    let report = run(contract(), &[Side::Server], &[], Some(server.clone())).await.expect("a run");
    let mut answers: HashMap<String, String> = HashMap::new();
    let mut n_compared = 0;
    for judged in &report.checks {
        let lines = &judged.check.reproduce;
        assert!(lines.starts_with("curl "), "{}", judged.check.id);
        let printed = answers.entry(lines.clone()).or_insert_with(|| {
            let output = Command::new("sh")
                .arg("-ec")
                .arg(lines)
                .env("ENTRA_RISK_GRAPH_ROOT", emulator.root())
                .env("ENTRA_RISK_TOKEN", &server.token)
                .envs(server.probes.iter().map(|(kind, token)| (kind.variable(), token)))
                .output()
                .expect("sh");
            assert!(output.status.success(), "{lines}\n{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).into_owned()
        });
        let (status, body) = last_answer(printed).unwrap_or_else(|| panic!("no answer: {lines}\n{printed}"));
        // What was seen begins with the status, or ends with the state that the last line shows.
        let id = &judged.check.id;
        if let Some(seen) =
            judged.seen.get(..3).and_then(|seen| seen.parse::<u16>().ok()).filter(|_| !id.contains("missing_entity"))
        {
            assert_eq!(status, seen, "{id}\n{lines}\n{printed}");
            n_compared += 1;
        } else if id.contains("/effect_missing/risk") {
            let value = &judged.check.documented;
            assert!(body.contains(&format!("\"{value}\"")), "{id}\n{lines}\n{printed}");
            n_compared += 1;
        }
    }
    assert!(n_compared > 100, "only {n_compared} answers were compared");
}
