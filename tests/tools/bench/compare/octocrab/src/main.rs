//! The client of GitHub's API: issues.

use std::env;
use std::error::Error;

use octocrab::Octocrab;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let client = Octocrab::builder().base_uri(base)?.personal_token("key").build()?;
    let issues = client.issues("acme", "shop");
    for issue in issues.list().per_page(100).send().await? {
        println!("{} {}", issue.number, issue.title);
    }
    println!("{}", issues.get(1).await?.title);
    Ok(())
}
