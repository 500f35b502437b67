//! 10,000 accounts in pages of 500, beside reqwest and serde_json into the same structs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use entra_risk::beta::types::RiskyUserCollection;
use entra_risk::{Session, StaticToken};
use tokio::runtime::Builder;
use uuid::Uuid;

use super::bar::{Bar, Most, Result};
use super::{call, cost, stub};

const PAGES: usize = 20;
const PER_PAGE: usize = 500;

/// Both on one runtime of this thread, which is the only one counted.
pub(crate) fn list(_quick: bool) -> Result {
    cost::stay()?;
    let address = stub::start(|address| {
        let pages: BTreeMap<String, Arc<[u8]>> = (0..PAGES)
            .map(|page| (format!("GET {} HTTP/1.1", target(page)), stub::json(&body(page, address))))
            .collect();
        let missing: Arc<[u8]> = (*b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").into();
        move |line: &str| Arc::clone(pages.get(line).unwrap_or(&missing))
    })?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let session = Session::builder().root(&format!("http://{address}")).token(StaticToken::new("e30")?).build()?;
    let client = session.beta();
    let expected = PAGES * PER_PAGE;
    let check = |n_users: usize| match n_users == expected {
        true => Ok(()),
        false => Err(format!("{n_users} accounts came, not {expected}")),
    };
    let ours = || {
        runtime.block_on(async {
            let begun = cost::of_thread()?;
            let users = client.risky_user_list().top(500).pages().all().await?;
            let spent = cost::of_thread()?.saturating_sub(begun);
            check(users.len())?;
            Ok::<_, Box<dyn std::error::Error>>(spent)
        })
    };
    let (bare, _) = call::bare(address)?;
    let floor = || {
        runtime.block_on(async {
            let begun = cost::of_thread()?;
            let mut users = Vec::new();
            let mut next = Some(format!("http://{address}{}", target(0)));
            while let Some(url) = next.take() {
                let call = bare
                    .get(url)
                    .header("client-request-id", Uuid::new_v4().hyphenated().to_string())
                    .header("prefer", "include-unknown-enum-members");
                let bytes = call.send().await?.error_for_status()?.bytes().await?;
                let mut page: RiskyUserCollection = serde_json::from_slice(&bytes)?;
                next = page.odata_next_link.take();
                users.append(&mut page.value);
            }
            let spent = cost::of_thread()?.saturating_sub(begun);
            check(users.len())?;
            Ok(spent)
        })
    };
    let (value, floor) = cost::least(41, ours, floor)?;
    let (value, floor) = (value / 1000.0, floor / 1000.0);
    Ok(vec![Bar { name: "listing 10,000 accounts, CPU", value, floor, unit: "ms", most: Most::Ratio(1.25) }])
}

fn target(page: usize) -> String {
    match page {
        0 => "/beta/riskyUsers?%24top=500".to_owned(),
        page => format!("/beta/riskyUsers?$top=500&$skiptoken={page}"),
    }
}

fn body(page: usize, address: SocketAddr) -> String {
    let mut body = format!(r#"{{"@odata.context":"http://{address}/beta/$metadata#riskyUsers","#);
    if page + 1 < PAGES {
        // A string cannot fail to grow.
        let _ = write!(body, r#""@odata.nextLink":"http://{address}{}","#, target(page + 1));
    }
    body += r#""value":["#;
    for nth in 0..PER_PAGE {
        let index = page * PER_PAGE + nth;
        let id = Uuid::from_u128(0x0448_7ee0_f4f6_4e7f_8999_facc_5a30_0000 + index as u128);
        let comma = if nth == 0 { "" } else { "," };
        let _ = write!(
            body,
            r#"{comma}{{"id":"{id}","isDeleted":false,"isProcessing":false,"riskLevel":"high","riskState":"atRisk","riskDetail":"none","riskLastUpdatedDateTime":"2024-01-29T20:03:57.7872426Z","userDisplayName":"Account {index}","userPrincipalName":"account{index}@contoso.com"}}"#
        );
    }
    body + "]}"
}
