use serde::{Deserialize, Serialize};

use super::Origin;
use super::StackId;
use crate::wire::id;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;

/// What an image is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageSource {
    /// The type of source; documented as `type`.
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: SourceType,
    /// The source, and where it has the image from.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub details: ImageSourceDetails,
    /// What was asked for in place of the source's own values; documented as `override`.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Override>,
}

string_enum! {
    /// A type of image source.
    pub enum SourceType {
        /// A source that people made for images.
        Direct = "direct",
        /// A build of a stack.
        StackBuild = "stack-build",
        /// A bucket.
        Bucket = "bucket",
    }
}

/// The source that an image is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageSourceDetails {
    /// The id of the source, or of the stack build, as the source's type says.
    #[serde(deserialize_with = "lenient::or_default")]
    pub id: String,
    /// For a stack build, the stack.
    #[serde(deserialize_with = "id::or_none", skip_serializing_if = "Option::is_none")]
    pub stack_id: Option<StackId>,
    /// For a stack build, the identifiers of the containers that use the image.
    #[serde(deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<String>,
    /// Where the image comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// What was asked for in place of a source's own values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Override {
    /// Another target: image and tag.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The URL of another `.tar.gz` with a Dockerfile.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub targz_url: Option<String>,
}
