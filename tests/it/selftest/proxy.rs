//! The proxy, with nobody who tampers, between the suite and the emulator.

use std::sync::Arc;

use entra_risk::conformance::{ServerOptions, try_server};
use entra_risk::emulator::{Config, Emulator, Identity};
use entra_risk::rules::{Facts, server};
use entra_risk::selftest::probe_tokens;
use entra_risk::wire::{Answer, Message, Passage, Tamper, Tampering};

use super::contract;

struct Nobody;

impl Tamper for Nobody {
    fn request(&self, _: &Message) -> Passage {
        Passage::On
    }

    fn answer(&self, _: &Message, answer: Answer) -> Answer {
        answer
    }
}

#[tokio::test]
async fn a_proxy_that_does_nothing_is_not_noticed() {
    let contracts = std::slice::from_ref(contract());
    let mut verdicts = Vec::new();
    for through_proxy in [false, true] {
        let emulator = Emulator::start(Config::new(contracts)).await.expect("an emulator");
        let proxy = Tampering::start(emulator.address(), Arc::new(Nobody)).await.expect("a proxy");
        let address = if through_proxy { proxy.address() } else { emulator.address() };
        let token = emulator.token(&Identity::all(contracts));
        let mut options = ServerOptions::new(format!("http://{address}/{}", contract().api), token);
        options.probes = probe_tokens(&emulator, contracts);
        let cases = server::cases(&Facts::new(contract()));
        let judged = try_server(cases, options, contract()).await.expect("a run");
        verdicts.push(judged.into_iter().map(|judged| (judged.check.id, judged.outcome)).collect::<Vec<_>>());
    }
    assert!(verdicts[0].len() > 100);
    assert_eq!(verdicts[0], verdicts[1]);
}
