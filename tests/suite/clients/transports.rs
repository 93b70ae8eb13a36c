//! Clients of every make.

pub(crate) mod closure;
mod connection;
pub(crate) mod hyper;
pub(crate) mod reqwest;
pub(crate) mod tower;
pub(crate) mod ureq;
