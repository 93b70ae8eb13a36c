use std::collections::HashMap;
use std::time::SystemTime;

use cycle_images::Hub;
use cycle_images::flow::{Flow, JobTracker, Step};
use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images_async::{Reqwest, Transport};
use cycle_images_fleet::{Error, transport};
use futures_util::{TryStreamExt, stream};

use crate::platform::Platform;

/// Follows all jobs from this process, without NATS: what the fleet is compared with.
pub(crate) async fn follow_all(platform: &Platform) -> Result<(), Error> {
    let transport = transport()?;
    let hubs = platform.configs().into_iter().map(|config| {
        let hub = Hub::new(&config.api_key, config.id.as_str())?;
        let hub = hub.with_base_url(config.base_url.as_deref().unwrap_or_default())?;
        let agent = HeaderValue::from_static("cycle-images-fleet/single");
        Ok((config.id, hub.with_header(USER_AGENT, agent)))
    });
    let hubs: HashMap<_, Hub> = hubs.collect::<Result<_, Error>>()?;
    stream::iter(platform.jobs.iter().map(Ok))
        .try_for_each_concurrent(None, async |job| {
            let hub = hubs.get(&job.followed.hub).ok_or("a job of another hub")?;
            follow(job.followed.tracker.clone(), hub, &transport).await
        })
        .await
}

async fn follow(mut tracker: JobTracker, hub: &Hub, transport: &Reqwest) -> Result<(), Error> {
    loop {
        match tracker.poll(hub, SystemTime::now().into())? {
            Step::Send { request, .. } => {
                let outcome = transport.send(request).await;
                let _ = tracker.handle(hub, outcome, SystemTime::now().into());
            }
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Done => return Ok(()),
        }
    }
}
