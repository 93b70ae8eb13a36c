use std::time::Duration;

use cycle_images::Hub;
use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images_async::{Client, Tokio};
use cycle_images_fleet::{Error, transport};
use futures_util::{TryStreamExt, stream};

use crate::platform::Platform;

/// Follows all jobs from this process, without NATS: what the fleet is compared with.
pub(crate) async fn follow_all(platform: &Platform) -> Result<(), Error> {
    let transport = transport()?;
    stream::iter(platform.configs().into_iter().map(Ok))
        .try_for_each_concurrent(None, async |config| {
            let hub = Hub::new(&config.api_key, config.id.as_str())?;
            let hub = hub.with_base_url(config.base_url.as_deref().unwrap_or_default())?;
            let agent = HeaderValue::from_static("cycle-images-fleet/single");
            let hub = hub.with_header(USER_AGENT, agent);
            let client = Client::new(hub, transport.clone(), Tokio);
            let jobs = platform.jobs.iter().filter(|job| job.hub == config.id);
            let mut reports = client.track_all(jobs.map(|job| job.job.clone()));
            reports = match config.poll_interval_ms {
                Some(poll) => reports.poll_interval(Duration::from_millis(poll)),
                None => reports,
            };
            while let Some(report) = reports.next().await {
                report?;
            }
            Ok(())
        })
        .await
}
