//! Query strings. Unknown and malformed parameters are refused.

use std::cmp::Ordering;

use percent_encoding::percent_decode_str;

use crate::errors::Refusal;
use crate::settings::{Paging, Settings};

/// The parameters that were not read yet. At the end, the others are unknown.
#[derive(Debug, Default)]
pub(crate) struct Query {
    left: Vec<(String, String)>,
}

impl Query {
    /// If lenient, ignores parameters without a value, a bare `?`, a stray `&`, and a parameter of
    /// an older official client.
    pub(crate) fn parse(raw: Option<&str>, lenient: bool) -> Result<Self, Refusal> {
        let Some(raw) = raw else {
            return Ok(Self::default());
        };
        if !lenient && raw.split('&').any(str::is_empty) {
            return Err(Refusal::parameter("", "a stray & or ? in the query"));
        }
        let invalid = |pair: &&str| percent_decode_str(pair).decode_utf8().is_err();
        if let Some(pair) = raw.split('&').find(invalid) {
            let name = form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_default().0;
            return Err(Refusal::parameter(&name, "not UTF-8"));
        }
        let mut left: Vec<(String, String)> =
            form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        if lenient {
            left.retain(|(name, value)| !value.is_empty() && name != "task-object-id");
        }
        for (name, value) in &left {
            if name.is_empty() || value.is_empty() {
                return Err(Refusal::parameter(name, "an empty query parameter"));
            }
        }
        Ok(Self { left })
    }

    fn take(&mut self, name: &str) -> Vec<String> {
        let (taken, left) =
            std::mem::take(&mut self.left).into_iter().partition(|(key, _)| key == name);
        self.left = left;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// A parameter that may be given once.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let mut values = self.take(name);
        let value = values.pop();
        if values.is_empty() {
            Ok(value)
        } else {
            Err(Refusal::parameter(name, "given more than once"))
        }
    }

    /// A list of any values, joined by commas or as repeated parameters.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let values: Vec<String> =
            self.take(name).iter().flat_map(|value| value.split(',')).map(str::to_owned).collect();
        if values.iter().any(String::is_empty) {
            return Err(Refusal::parameter(name, "an empty value in a list"));
        }
        Ok(values)
    }

    /// A list of known values.
    pub(crate) fn list_of(&mut self, name: &str, known: &[&str]) -> Result<Vec<String>, Refusal> {
        let values = self.list(name)?;
        match values.iter().find(|value| !known.contains(&value.as_str())) {
            Some(value) => Err(Refusal::parameter(name, &format!("unknown value {value}"))),
            None => Ok(values),
        }
    }

    /// A parameter such as `filter[state]`: known values, joined by commas.
    pub(crate) fn set_of(
        &mut self,
        name: &str,
        known: &[&str],
    ) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.one(name)? else {
            return Ok(None);
        };
        let values: Vec<String> = value.split(',').map(str::to_owned).collect();
        match values.iter().find(|value| !known.contains(&value.as_str())) {
            Some(value) => Err(Refusal::parameter(name, &format!("unknown value {value}"))),
            None => Ok(Some(values)),
        }
    }

    /// `sort`: each key, and whether it is descending.
    pub(crate) fn sort(&mut self, known: &[&str]) -> Result<Vec<(String, bool)>, Refusal> {
        let keys: Vec<(String, bool)> = self
            .list("sort")?
            .iter()
            .map(|key| match key.strip_prefix('-') {
                Some(key) => (key.to_owned(), true),
                None => (key.clone(), false),
            })
            .collect();
        match keys.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => Err(Refusal::parameter("sort", &format!("unknown key {key}"))),
            None => Ok(keys),
        }
    }

    pub(crate) fn page(&mut self, settings: &Settings) -> Result<Page, Refusal> {
        let number = self.positive("page[number]")?.unwrap_or(1);
        let size = self.positive("page[size]")?;
        Ok(Page {
            number,
            size: size.unwrap_or(settings.page_default).min(settings.page_cap),
            paging: settings.paging,
        })
    }

    fn positive(&mut self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(value) = self.one(name)? else {
            return Ok(None);
        };
        // `parse` accepts a plus sign.
        let digits = value.bytes().all(|b| b.is_ascii_digit());
        match value.parse() {
            Ok(number) if digits && number > 0 => Ok(Some(number)),
            _ => Err(Refusal::parameter(name, "must be a whole number from 1")),
        }
    }

    /// Refuses the parameters that were not read.
    pub(crate) fn done(self) -> Result<(), Refusal> {
        match self.left.first() {
            Some((name, _)) => Err(Refusal::parameter(name, "unknown query parameter")),
            None => Ok(()),
        }
    }
}

/// The requested page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    number: usize,
    size: usize,
    paging: Paging,
}

impl Page {
    pub(crate) fn cut<T>(&self, records: Vec<T>) -> Vec<T> {
        let Self { number, size, paging } = *self;
        let before = number.saturating_sub(1).saturating_mul(size);
        let (skip, take) = match paging {
            Paging::Honest => (before, size),
            Paging::Repeats => (0, size),
            Paging::ShortFirst if number == 1 => (0, size.saturating_sub(1).max(1)),
            Paging::ShortFirst if size > 1 => (before.saturating_sub(1), size),
            Paging::ShortFirst => (before, size),
        };
        records.into_iter().skip(skip).take(take).collect()
    }
}

/// Sorts records by the keys of `sort`.
pub(crate) fn sort_by<T>(
    records: &mut [&T],
    keys: &[(String, bool)],
    compare: impl Fn(&str, &T, &T) -> Ordering,
) {
    records.sort_by(|a, b| {
        let orders = keys.iter().map(|(key, is_descending)| {
            let order = compare(key, a, b);
            if *is_descending { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    });
}
