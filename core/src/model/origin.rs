//! Origins: where a source gets its images from.

mod cycle_source;
mod cycle_upload;
mod docker_file;
mod docker_hub;
mod docker_registry;
mod existing_source;
mod oci_registry;

pub use cycle_source::CycleSource;
pub use cycle_upload::CycleUpload;
pub use docker_file::{DockerFile, RegistryCredentials};
pub use docker_hub::DockerHub;
pub use docker_registry::DockerRegistry;
pub use existing_source::ExistingSource;
pub use oci_registry::OciRegistry;

use crate::wire::tagged::tagged;

tagged! {
    /// Where a source gets its images from.
    pub enum Origin("details") {
        /// Pulled from Docker Hub.
        DockerHub(DockerHub) = "docker-hub",
        /// Built from a Dockerfile in a git repository or a tar file.
        DockerFile(DockerFile) = "docker-file",
        /// Pulled from a Docker registry.
        DockerRegistry(DockerRegistry) = "docker-registry",
        /// Pulled from an OCI registry, such as those of the cloud providers.
        OciRegistry(OciRegistry) = "oci-registry",
        /// Uploaded by the client to the factory.
        CycleUpload(CycleUpload) = "cycle-upload",
        /// Another source on Cycle; only within stacks.
        CycleSource(CycleSource) = "cycle-source",
    }
    without content {
        /// No origin.
        None = "none",
    }
}
