//! The operations on jobs, one file each, named as documented.

mod get_job;
mod get_jobs;
mod get_latest_jobs;
mod include;

pub use get_job::GetJob;
pub use get_jobs::GetJobs;
pub use get_latest_jobs::GetLatestJobs;
pub use include::{JobInclude, JobIncludes};
