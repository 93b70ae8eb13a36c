//! The client of Kubernetes' API: pods.

use std::env;
use std::error::Error;

use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::{Api, Client, Config, ResourceExt};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let client = Client::try_from(Config::new(base.parse()?))?;
    let pods: Api<Pod> = Api::default_namespaced(client);
    for pod in pods.list(&ListParams::default()).await? {
        println!("{:?} {}", pod.uid(), pod.name_any());
    }
    println!("{}", pods.get("shop-api").await?.name_any());
    Ok(())
}
