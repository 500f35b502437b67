//! The suite on trial: every rule notices something, a blinded suite is found out, and the proxy
//! through which servers are made defective is not noticed itself.

mod binary;
mod proxy;

use std::sync::LazyLock;

use entra_risk::accepted::Accepted;
use entra_risk::conformance::Selection;
use entra_risk::contract::Contract;
use entra_risk::embedded;
use entra_risk::report::mutants;
use entra_risk::selftest::{self, Fate, Known, Listener, Matrix, Options, Outcome, Version, Witness};

fn contract() -> &'static Contract {
    crate::few::few()
}

/// Tries the suite without the checks that `skip` meets, on the mutants that `mutants` meets.
fn attempt(skip: &[&str], mutants: &[&str], survivors: &str, listener: &mut dyn Listener) -> Matrix {
    let own = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
    let selection = Selection::new(Vec::new(), own(skip));
    let mutants = Selection::new(own(mutants), Vec::new());
    let known = Known::parse(survivors).expect("a list");
    let options = Options {
        versions: &[Version::new(contract())],
        selection: &selection,
        mutants: &mutants,
        accepted: &Accepted::default(),
        known: &known,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(selftest::run(options, listener)).expect("a trial")
}

/// What a listener is told.
#[derive(Default)]
struct Told {
    announced: usize,
    judged: usize,
}

impl Listener for Told {
    fn begin(&mut self, n_mutants: usize) {
        self.announced = n_mutants;
    }

    fn judged(&mut self, _: &Fate) {
        self.judged += 1;
    }
}

/// All but the emulators of altered contracts, which the self-test in CI has too: without
/// optimisation they take minutes. Once for all tests.
static WHOLE: LazyLock<(Matrix, Told)> = LazyLock::new(|| {
    let mut told = Told::default();
    let mutants = ["page/**", "spec/**", "client/**", "server/*/*"];
    // The last entries are of operations that are not among these few.
    let known = embedded::SURVIVORS.split("# Both versions.").next().expect("the beginning");
    (attempt(&[], &mutants, known, &mut told), told)
});

#[test]
fn every_rule_notices_a_mutant_and_none_survives_unknown() {
    let (matrix, _) = &*WHOLE;
    let survivors: Vec<&str> = matrix.survivors().map(|fate| fate.mutant.id.as_str()).collect();
    assert_eq!(survivors, Vec::<&str>::new());
    assert_eq!(matrix.false_alarms, Vec::<String>::new());
    assert_eq!(matrix.stale, Vec::<String>::new());
    let idle: Vec<&str> = matrix.rules.iter().filter(|row| row.kills == 0).map(|row| row.rule.as_str()).collect();
    assert_eq!(idle, Vec::<&str>::new());
    assert!(matrix.rules.iter().all(|row| !row.on_everything));
    assert!(!matrix.fails());
    for witness in Witness::ALL {
        let n_mutants = matrix.mutants.iter().filter(|fate| fate.mutant.witness == witness).count();
        assert!(n_mutants >= 30, "{}: {n_mutants}", witness.as_str());
    }
    let rows: String = matrix
        .rules
        .iter()
        .map(|row| format!("{:<44} {}\n", row.rule, if row.kills > 0 { "kills" } else { "NOTHING" }))
        .collect();
    insta::assert_snapshot!("self_test_rules", rows);
}

#[test]
fn each_mutant_is_one_and_each_was_announced() {
    let (matrix, told) = &*WHOLE;
    let mut ids: Vec<&str> = matrix.mutants.iter().map(|fate| fate.mutant.id.as_str()).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert_eq!(told.judged, all);
    // Only a client's defect may turn out to concern nothing.
    assert!(told.announced >= all && told.announced - all < 3, "{} announced, {all} judged", told.announced);
}

#[test]
fn nearly_every_fact_is_proven_to_be_covered() {
    let proof = &WHOLE.0.proof;
    assert_eq!(proof.facts, contract().facts().len());
    assert_eq!(proof.proven + proof.unproven.len(), proof.facts);
    let open: Vec<&str> =
        proof.unproven.iter().map(|unproven| unproven.fact.as_str()).filter(|fact| !fact.contains("#cloud[")).collect();
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn mutants_that_only_a_blinded_rule_would_notice_survive() {
    let ids = ["server/drop/nothing-acted-on", "server/narrow/one-id-acted-on", "server/narrow/limit-is-one-less"];
    let matrix = attempt(&["effect_missing", "limit_not_reached"], &ids, embedded::SURVIVORS, &mut ());
    assert!(matrix.fails());
    let idle: Vec<&str> = matrix.rules.iter().filter(|row| row.is_idle()).map(|row| row.rule.as_str()).collect();
    assert_eq!(idle, ["server/effect_missing", "server/limit_not_reached"]);
    assert_eq!(matrix.survivors().count(), ids.len());
    let text = mutants::human(&matrix);
    assert!(text.contains("server/effect_missing did not notice"), "{text}");
    assert!(text.contains("nothing shows that this rule can fail"), "{text}");
}

#[test]
fn a_list_of_survivors_gives_reasons_and_goes_stale() {
    for (text, complaint) in [
        ("[[survivor]]\nmutant = \"x\"\nreason = \" \"", "has no reason"),
        ("[[survivor]]\nmutant = \"x\"", "missing field `reason`"),
        ("[[survivor]]\nmutant = \"x\"\nreason = \"y\"\nwhy = 1", "unknown field `why`"),
        ("[[", "line 1"),
    ] {
        let error = Known::parse(text).expect_err(text);
        assert!(error.contains(complaint), "{error}");
    }
    let list = "[[survivor]]\nmutant = \"server/none\"\nreason = \"it is gone\"\n";
    let matrix = attempt(&[], &["server/drop/request-id-missing", "server/none"], list, &mut ());
    assert_eq!(matrix.survivors().count(), 0);
    assert_eq!(matrix.stale, ["server/none"]);
    assert!(matrix.fails());
    assert!(mutants::human(&matrix).contains("no survivor meets this entry"));
    // What was not chosen may still live.
    assert_eq!(attempt(&[], &["server/drop/request-id-missing"], list, &mut ()).stale, Vec::<String>::new());
}

#[test]
fn the_json_has_every_mutant_with_its_killers() {
    let (matrix, _) = &*WHOLE;
    let document: serde_json::Value = serde_json::from_str(&mutants::json(matrix)).expect("JSON");
    let listed = document["mutants"].as_array().expect("mutants");
    assert_eq!(listed.len(), matrix.mutants.len());
    let unseen = listed.iter().find(|mutant| mutant["id"] == "server/drop/nothing-acted-on").expect("the mutant");
    assert_eq!(unseen["outcome"], "killed");
    assert_eq!(unseen["aims"][0], "server/effect_missing");
    assert!(unseen["killers"].as_array().is_some_and(|killers| !killers.is_empty()));
    let known = matrix.mutants.iter().filter(|fate| fate.outcome == Outcome::Known);
    assert!(known.into_iter().all(|fate| fate.reason.as_ref().is_some_and(|reason| reason.len() > 20)));
}

/// The same contract under another name.
fn other() -> Contract {
    let json = serde_json::to_string(contract()).expect("JSON");
    serde_json::from_str(&json.replace("\"beta\"", "\"v9\"").replace(".com/beta", ".com/v9")).expect("a contract")
}

#[test]
fn every_version_is_tried_in_one_matrix() {
    let (other, id) = (other(), "server/drop/request-id-missing");
    let versions =
        [Version { foreign: Some("of no build".to_owned()), ..Version::new(&other) }, Version::new(contract())];
    let attempt = |skip: &[&str], survivors: &str| {
        let own = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        let options = Options {
            versions: &versions,
            selection: &Selection::new(Vec::new(), own(skip)),
            mutants: &Selection::new(own(&[id]), Vec::new()),
            accepted: &Accepted::default(),
            known: &Known::parse(survivors).expect("a list"),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(selftest::run(options, &mut ())).expect("a trial")
    };
    let matrix = attempt(&[], "");
    let apis: Vec<&str> = matrix.descriptions.iter().map(|description| description.api.as_str()).collect();
    assert_eq!(apis, ["v9", "beta"]);
    let tried: Vec<(&str, &str)> =
        matrix.mutants.iter().map(|fate| (fate.mutant.api.as_str(), fate.mutant.id.as_str())).collect();
    assert_eq!(tried, [("v9", id), ("beta", id)]);
    assert_eq!(matrix.survivors().count(), 0);
    assert_eq!(matrix.proof.facts, contract().facts().len() * 2);
    // Whoever lives is called with its version, and one entry is of all versions.
    let text = mutants::human(&attempt(&["request_id_missing"], ""));
    assert!(text.contains(&format!("{id}  (v9)")) && text.contains(&format!("{id}  (beta)")), "{text}");
    let list = format!("[[survivor]]\nmutant = \"{id}\"\nreason = \"nobody looks\"\n");
    let matrix = attempt(&["request_id_missing"], &list);
    assert_eq!((matrix.survivors().count(), matrix.stale.len()), (0, 0));
    assert_eq!(attempt(&[], &list).stale, [id]);
}
