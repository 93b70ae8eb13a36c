use serde::{Deserialize, Serialize, Serializer};

use super::Origin;
use super::StackId;
use crate::wire::debug::{Url, debug};
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;

/// What an image is built from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct SourceReference {
    /// The type of source; documented as `type`.
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: SourceType,
    /// The source and its origin.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub details: SourceReferenceDetails,
    /// Values that override the source's own; documented as `override`.
    #[serde(deserialize_with = "lenient::maybe", rename = "override", default)]
    pub overrides: Option<ImageOverride>,
}

impl Serialize for SourceReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct ImageSource<'a> {
            #[serde(rename = "type")]
            kind: &'a SourceType,
            details: Details<'a>,
            #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
            overrides: &'a Option<ImageOverride>,
        }

        #[derive(Serialize)]
        struct Details<'a> {
            id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            stack_id: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            containers: Option<&'a [String]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            origin: &'a Option<Origin>,
        }

        let Self { kind, details, overrides } = self;
        let SourceReferenceDetails { id, stack_id, containers, origin } = details;
        // Of a stack build the schema requires both, of other sources neither.
        let is_build = *kind == SourceType::StackBuild;
        let stack_id = stack_id.as_ref().map(AsRef::as_ref).or(is_build.then_some(""));
        let containers = (is_build || !containers.is_empty()).then_some(containers.as_slice());
        let details = Details { id, stack_id, containers, origin };
        ImageSource { kind, details, overrides }.serialize(serializer)
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

/// The source that an image is built from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceReferenceDetails {
    /// The id of the source or of the stack build, depending on the source's type.
    #[serde(deserialize_with = "lenient::or_default")]
    pub id: String,
    /// For a stack build, the stack.
    #[serde(deserialize_with = "lenient::or_none", skip_serializing_if = "Option::is_none")]
    pub stack_id: Option<StackId>,
    /// For a stack build, the identifiers of the containers that use the image.
    #[serde(deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<String>,
    /// The origin of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Values that override a source's own.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageOverride {
    /// Another target: image and tag.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The URL of another `.tar.gz` with a Dockerfile.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub targz_url: Option<String>,
}

debug!(ImageOverride { target, targz_url = targz_url.as_deref().map(Url) });

impl ImageOverride {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
