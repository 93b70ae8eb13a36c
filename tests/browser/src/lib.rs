//! What the page `index.html` calls: the async client over the browser's `fetch` and timers.

#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

use cycle_images::error::report;
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::{Hub, ImageId};
use cycle_images_async::{Client, Fetch, Gloo};
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// The images of a hub.
#[wasm_bindgen]
pub struct Images(Client);

#[wasm_bindgen]
impl Images {
    /// The hub at a URL, with its API key.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str, api_key: &str, hub_id: &str) -> Result<Self, JsValue> {
        let hub = Hub::new(api_key, hub_id).and_then(|hub| hub.with_base_url(url));
        Ok(Self(Client::new(hub.map_err(|error| failed(&error))?, Fetch::new(), Gloo)))
    }

    /// Calls a function with the id, the name and the state of each image.
    pub async fn list(&self, show: Function) -> Result<(), JsValue> {
        let mut images = self.0.items(GetImages::new());
        while let Some(image) = images.next().await {
            let image = image.map_err(|error| failed(&error))?;
            let state = image.state.current.to_string().into();
            show.call3(&JsValue::NULL, &image.id.as_str().into(), &image.name.into(), &state)?;
        }
        Ok(())
    }

    /// Imports an image, and calls a function with how far it is, until it is live.
    pub async fn import(&self, id: &str, show: Function) -> Result<(), JsValue> {
        let id = ImageId::new(id).map_err(|error| failed(&error))?;
        let import = self.0.call(CreateImageJob::import(id)).await;
        let import = import.map_err(|error| failed(&error))?.data;
        let mut updates = self.0.track(&import).map_err(|error| failed(&error))?;
        while let Some(update) = updates.next().await {
            let progress = update.map_err(|error| failed(&error))?.progress;
            let (done, total) = (progress.done as u32, progress.total as u32);
            show.call2(&JsValue::NULL, &done.into(), &total.into())?;
        }
        Ok(())
    }
}

/// An `Error` of JavaScript: what happened, what to do next, and the causes.
fn failed(error: &(dyn std::error::Error + 'static)) -> JsValue {
    JsError::new(&format!("{:#}", report(error))).into()
}
