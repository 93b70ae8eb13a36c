use crate::error::RequestError;
use crate::model::SourceId;
use crate::model::{Acl, ImageSource};
use crate::operation::{One, Operation, Path, json_body, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Changes the access rights to an image source: `PATCH /v1/images/sources/{id}/access`, documented
/// as `updateImageSourceAccess`. Capability: `images-sources-manage`, and the right to manage the
/// source if it has an access control list.
///
/// ```
/// use cycle_images::SourceId;
/// use cycle_images::model::{AccessRights, Acl};
/// use cycle_images::sources::UpdateImageSourceAccess;
///
/// let acl = Acl::new().role("651586fca6078e98982dbd91", AccessRights::none().view(true));
/// let operation = UpdateImageSourceAccess::set(SourceId::new("651586fca6078e98982dbd90")?, acl);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.into_body(),
///     br#"{"acl":{"roles":{"651586fca6078e98982dbd91":{"view":true,"modify":false,"manage":false}}}}"#,
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UpdateImageSourceAccess {
    id: SourceId,
    acl: Option<Acl>,
}

impl UpdateImageSourceAccess {
    /// Replaces the source's access control list.
    pub fn set(id: impl Into<SourceId>, acl: Acl) -> Self {
        Self { id: id.into(), acl: Some(acl) }
    }

    /// Removes the source's access control list.
    pub fn clear(id: impl Into<SourceId>) -> Self {
        Self { id: id.into(), acl: None }
    }
}

impl Operation for UpdateImageSourceAccess {
    const NAME: &'static str = "UpdateImageSourceAccess";
    const METHOD: Method = Method::PATCH;
    const CAPABILITY: &'static str = "images-sources-manage";
    type Output = One<ImageSource>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources").id(&self.id).literal("/access");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        #[derive(Serialize)]
        struct Body<'a> {
            acl: Option<&'a Acl>,
        }

        json_body(&Body { acl: self.acl.as_ref() })
    }

    read_here!();
}
