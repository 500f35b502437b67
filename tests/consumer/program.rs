//! The program of a package that depends on entra-risk with a description of its own; see
//! `main.rs` beside it, which builds and runs it.

use entra_risk::v1::Reason;
use entra_risk::v1::types::EndRequest;
use entra_risk::{Session, StaticToken};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::args().nth(1).ok_or("give the root of a server")?;
    let session = Session::builder().root(&root).token(StaticToken::new("test-token")?).build()?;
    let id: uuid::Uuid = "7c1d6c1e-5b1f-4d0a-9a6e-2f1f0a6b9d11".parse()?;
    let ended = session.v1().session_end().id(id).body(EndRequest { reason: Reason::Idle }).await?.into_inner();
    println!("{} {}", ended.id, ended.reason.ok_or("no reason")?);
    Ok(())
}
