//! The platform's resources, as plain data.
//!
//! Reading is tolerant: unknown values and tags are kept, and `null` and missing fields are read as
//! empty or `None`; so are an empty string and the zero time where `None` is possible. An entry of
//! a map of strings, numbers or times that is something else is left out; in a map of strings,
//! numbers and booleans are text. Only a record's `id`, its `state` and the state's `current` are
//! required.
//!
//! Fields that a model doesn't have are ignored and not kept. The exceptions are objects that can
//! be sent back, the details of an [`Origin`] and its credentials: their unknown properties are
//! kept as text and written as they were read.
//!
//! Models serialize to what is there: `None` and empty lists and maps are left out. What was
//! written is read as the same model. It isn't always what the platform's schema requires of a
//! response.
//!
//! [`Json`] and unknown properties are kept by serde_json's `RawValue`. A model that contains them
//! can be read by serde_json alone, and neither through `#[serde(flatten)]` nor in an untagged
//! enum.

mod access;
mod build_log;
mod container;
mod creator;
mod creators;
mod environment;
mod image;
mod image_config;
mod image_source;
mod integration;
mod job;
mod job_descriptor;
mod job_failure;
mod job_mentions;
mod job_progress;
mod origin;
mod registry;
mod repo;
mod source;
mod stack;
mod stack_build;
mod state;

pub use crate::wire::json::Json;
pub use crate::wire::string_enum::UnknownValue;
pub use crate::wire::tagged::UnknownKind;
pub use access::{AccessRights, Acl};
pub use build_log::BuildLog;
pub use build_log::BuildLogId;
pub use container::ContainerId;
pub use container::{
    ContainerEnvironment, ContainerImage, ContainerState, ContainerStatus, ContainerSummary, IpNet,
    LegacyNetwork, PrivateNetwork,
};
pub use creator::CreatorId;
pub use creator::{
    Account, AccountName, ApiKeyCreator, Capabilities, Creator, CreatorType, EmailAddress,
    EnvironmentPermission, LifeStatus, Permissions, TwoFactorAuth,
};
pub use creators::Creators;
pub use environment::EnvironmentId;
pub use environment::{
    Deployments, Environment, EnvironmentAbout, EnvironmentMeta, EnvironmentStatus, ServiceVersion,
};
pub use image::ImageId;
pub use image::{
    Image, ImageAbout, ImageBackend, ImageBuild, ImageBuilder, ImageFactory, ImageMeta,
    ImageRequires, ImageStatus,
};
pub use image_config::{ImageConfig, ImagePort, ImageVolume, VolumeMode};
pub use image_source::{ImageOverride, SourceReference, SourceReferenceDetails, SourceType};
pub use integration::IntegrationId;
pub use integration::{Integration, IntegrationAuth, IntegrationMeta, IntegrationStatus};
pub use job::{Job, JobEvents, JobStatus, JobTask, TaskState, TaskStatus};
pub use job::{JobId, TaskId};
pub use job_descriptor::{DescribedJob, DescribedTask, JobDescriptor, Parallel, TaskStep};
pub use job_failure::{JobFailure, TaskFailure};
pub use job_progress::JobProgress;
pub use origin::{
    CycleSource, CycleUpload, DockerFile, DockerHub, DockerRegistry, ExistingSource, OciRegistry,
    Origin, RegistryCredentials,
};
pub use registry::{
    ProviderAuth, ProviderCredentials, ProviderFlavor, RegistryAuth, UserAuth, WebhookAuth,
};
pub use repo::{GitRef, HttpCredentials, Repo, RepoAuth, SshCredentials};
pub use source::SourceId;
pub use source::{ImageCounts, ImageSource, SourceAbout, SourceBuilder, SourceMeta};
pub use stack::StackId;
pub use stack::{Stack, StackEvents, StackMeta, StackRepo, StackSource};
pub use stack_build::StackBuildId;
pub use stack_build::{
    GitAuthor, GitCommit, StackBuild, StackBuildAbout, StackBuildInstructions, StackBuildMeta,
    StackBuildStatus,
};
pub use state::{ResourceEvents, ResourceState, StateCounts, StateError};
