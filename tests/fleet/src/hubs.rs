use std::collections::HashMap;
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images::id::HubId;
use serde::{Deserialize, Serialize};

use crate::Error;

/// One entry of the file that `FLEET_HUBS` names. No `Debug`: it has a key in it.
#[derive(Serialize, Deserialize)]
pub struct HubConfig {
    /// The hub's id.
    pub id: HubId,
    /// An API key with the capability `apionly-jobs-view`.
    pub api_key: String,
    /// The URL of another core than Cycle's own.
    pub base_url: Option<String>,
    /// The longest time between two rounds of polls, in milliseconds; 5,000 if it is left out.
    pub poll_interval_ms: Option<u64>,
    /// What the hub's rate limit is called: hubs that share one have the same name here. The hub's
    /// id if it is left out.
    pub limit: Option<String>,
}

/// The hubs that a worker has keys for.
pub(crate) struct Hubs(HashMap<HubId, KnownHub>);

pub(crate) struct KnownHub {
    pub(crate) hub: Hub,
    pub(crate) limit: String,
    pub(crate) poll_interval: Option<Duration>,
}

impl Hubs {
    pub(crate) fn new(configs: Vec<HubConfig>, worker: &str) -> Result<Self, Error> {
        let agent = HeaderValue::try_from(format!("cycle-images-fleet/{worker}"))?;
        let hubs = configs.into_iter().map(|config| {
            let limit = config.limit.unwrap_or_else(|| config.id.to_string());
            let hub = Hub::new(config.api_key, config.id.as_str())?;
            let hub = match &config.base_url {
                Some(url) => hub.with_base_url(url)?,
                None => hub,
            };
            let poll_interval = config.poll_interval_ms.map(Duration::from_millis);
            let hub = hub.with_header(USER_AGENT, agent.clone());
            Ok((config.id, KnownHub { hub, limit, poll_interval }))
        });
        Ok(Self(hubs.collect::<Result<_, Error>>()?))
    }

    pub(crate) fn get(&self, id: &HubId) -> Option<&KnownHub> {
        self.0.get(id)
    }
}
