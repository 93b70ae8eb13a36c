//! The fields of JSON bodies; refusals have a JSON pointer.

use serde_json::{Map, Value};

use crate::errors::Refusal;

/// The fields of an object that were not read yet.
#[derive(Debug)]
pub(crate) struct Fields {
    at: String,
    left: Map<String, Value>,
    lenient: bool,
}

impl Fields {
    /// The fields of a body. If lenient, unknown ones are ignored, in objects within it as well.
    pub(crate) fn of(body: Value, lenient: bool) -> Result<Self, Refusal> {
        Self::at(String::new(), body, lenient)
    }

    /// The fields of a value within these, at a pointer.
    pub(crate) fn within(&self, pointer: String, value: Value) -> Result<Self, Refusal> {
        Self::at(pointer, value, self.lenient)
    }

    fn at(at: String, value: Value, lenient: bool) -> Result<Self, Refusal> {
        match value {
            Value::Object(left) => Ok(Self { at, left, lenient }),
            _ => Err(Refusal::invalid(at, "must be an object")),
        }
    }

    pub(crate) fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"))
    }

    pub(crate) fn wrong(&self, name: &str, detail: &str) -> Refusal {
        Refusal::invalid(self.pointer(name), detail)
    }

    /// A field of any kind; `null` counts as given.
    pub(crate) fn any(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "must be a string")),
        }
    }

    pub(crate) fn need_text(&mut self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?;
        text.ok_or_else(|| Refusal::missing(self.pointer(name)))
    }

    /// A string or `null`: the outer option says whether it was given.
    pub(crate) fn text_or_null(&mut self, name: &str) -> Result<Option<Option<String>>, Refusal> {
        match self.any(name) {
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => {
                self.left.insert(name.to_owned(), value);
                Ok(self.text(name)?.map(Some))
            }
            None => Ok(None),
        }
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        match self.any(name) {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| self.wrong(name, "must be a whole number from 0")),
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    pub(crate) fn need_flag(&mut self, name: &str) -> Result<bool, Refusal> {
        let flag = self.flag(name)?;
        flag.ok_or_else(|| Refusal::missing(self.pointer(name)))
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, Refusal> {
        match self.any(name) {
            None => Ok(None),
            Some(value) => self.within(self.pointer(name), value).map(Some),
        }
    }

    pub(crate) fn need_object(&mut self, name: &str) -> Result<Self, Refusal> {
        let object = self.object(name)?;
        object.ok_or_else(|| Refusal::missing(self.pointer(name)))
    }

    /// A map whose values are strings.
    pub(crate) fn texts_by_key(
        &mut self,
        name: &str,
    ) -> Result<Option<Map<String, Value>>, Refusal> {
        let Some(object) = self.object(name)? else {
            return Ok(None);
        };
        match object.left.iter().find(|(_, value)| !value.is_string()) {
            Some((key, _)) => Err(object.wrong(key, "must be a string")),
            None => Ok(Some(object.left)),
        }
    }

    /// A list of strings that must be there.
    pub(crate) fn need_texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let Some(value) = self.any(name) else {
            return Err(Refusal::missing(self.pointer(name)));
        };
        let texts: Option<Vec<String>> = value.as_array().and_then(|values| {
            let texts = values.iter().map(|v| v.as_str().map(str::to_owned));
            texts.collect()
        });
        texts.ok_or_else(|| self.wrong(name, "must be a list of strings"))
    }

    /// The names of the fields left.
    pub(crate) fn names(&self) -> Vec<String> {
        self.left.keys().cloned().collect()
    }

    /// Refuses the fields that were not read.
    pub(crate) fn done(self) -> Result<(), Refusal> {
        match self.left.keys().next() {
            Some(name) if !self.lenient => Err(self.wrong(name, "unknown field")),
            _ => Ok(()),
        }
    }
}
