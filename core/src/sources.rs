//! The operations on image sources, one file each, named as documented.

mod create_image_source;
mod delete_image_source;
mod get_image_source;
mod get_image_sources;
mod include;
mod origin_request;
mod update_image_source;
mod update_image_source_access;

pub use create_image_source::CreateImageSource;
pub use delete_image_source::DeleteImageSource;
pub use get_image_source::GetImageSource;
pub use get_image_sources::GetImageSources;
pub use include::{SourceInclude, SourceIncludes, SourceMetaName};
pub use update_image_source::UpdateImageSource;
pub use update_image_source_access::UpdateImageSourceAccess;
