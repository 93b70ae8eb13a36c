use serde_json::Value;

use super::Job;
use crate::wire::id::Id;

impl Job {
    /// Whether the input of a task contains this id, such as that of the image that a job imports.
    ///
    /// The platform's documents describe a task's input as any JSON object, and don't name its
    /// properties, so every string in it is compared. A job whose tasks are read without their
    /// input mentions nothing.
    ///
    /// ```
    /// use cycle_images::{ImageId, model::Job};
    ///
    /// let job: Job = serde_json::from_str(r#"{"id": "j1", "state": {"current": "queued"},
    ///     "tasks": [{"header": "image.import", "input": {"image_id": "i1"}}]}"#)?;
    /// assert!(job.mentions(&ImageId::new("i1")?));
    /// assert!(!job.mentions(&ImageId::new("i2")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn mentions<K: ?Sized>(&self, id: &Id<K>) -> bool {
        let inputs = self.tasks.iter().filter_map(|task| task.input.as_ref()?.parse().ok());
        let mut values: Vec<Value> = inputs.collect();
        while let Some(value) = values.pop() {
            match value {
                Value::String(text) if text == id.as_str() => return true,
                Value::Array(list) => values.extend(list),
                Value::Object(map) => values.extend(map.into_iter().map(|(_, value)| value)),
                _ => {}
            }
        }
        false
    }
}
