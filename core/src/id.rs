//! The ids of the platform's resources, a type for each.

pub use crate::model::{
    BuildLogId, ContainerId, CreatorId, EnvironmentId, ImageId, IntegrationId, JobId, SourceId,
    StackBuildId, StackId, TaskId,
};
pub use crate::wire::id::Id;
pub use crate::wire::id::{HubId, HubKind};
