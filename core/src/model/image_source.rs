use super::Origin;
use super::StackId;
use crate::wire::debug::{Url, debug};
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;

model! {
    /// What an image is built from.
    #[derive(Clone, Debug, PartialEq)]
    pub struct SourceReference {
        /// The type of source; documented as `type`.
        #[wire(key = "type")]
        pub kind: SourceType,
        /// The source and its origin.
        pub details: SourceReferenceDetails,
        /// Values that override the source's own; documented as `override`.
        #[wire(key = "override")]
        pub overrides: Option<ImageOverride>,
    }
}

string_enum! {
    /// A type of image source.
    pub enum SourceType {
        /// A source that was created for images.
        Direct = "direct",
        /// A build of a stack.
        StackBuild = "stack-build",
        /// A bucket.
        Bucket = "bucket",
    }
}

model! {
    /// The source that an image is built from.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct SourceReferenceDetails {
        /// The id of the source or of the stack build, depending on the source's type.
        pub id: String,
        /// For a stack build, the stack.
        pub stack_id: Option<StackId>,
        /// For a stack build, the identifiers of the containers that use the image.
        pub containers: Vec<String>,
        /// The origin of the image.
        pub origin: Option<Origin>,
    }
}

model! {
    /// Values that override a source's own.
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct ImageOverride {
        /// Another target: image and tag.
        pub target: Option<String>,
        /// The URL of another `.tar.gz` with a Dockerfile.
        pub targz_url: Option<String>,
    }
}

debug!(ImageOverride { target, targz_url = targz_url.as_deref().map(Url) });

impl ImageOverride {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
