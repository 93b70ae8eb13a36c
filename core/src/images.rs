//! The operations on images, one file each, named as documented.

mod create_image;
mod create_image_job;
mod create_images_job;
mod delete_image;
mod get_image;
mod get_image_build_log;
mod get_images;
mod include;
mod is_live;
mod update_image;

pub use create_image::CreateImage;
pub use create_image_job::CreateImageJob;
pub use create_images_job::CreateImagesJob;
pub use delete_image::DeleteImage;
pub use get_image::GetImage;
pub use get_image_build_log::GetImageBuildLog;
pub use get_images::GetImages;
pub use include::{ImageInclude, ImageIncludes, ImageMetaName};
pub use is_live::is_live;
pub use update_image::UpdateImage;
