//! `POST /v1/host/photo/finish`: what was uploaded is checked, loses what it tells about its maker, and becomes the
//! photo. A bad file is removed; the photo before it is removed once the profile shows the new one. Repeating it changes
//! nothing.

use axum::extract::State;
use serde::Deserialize;
use store::host::HostItem;
use utoipa::ToSchema;
use web::{Auth, Caller, Json, Kind, Need, Problem, Route};

use crate::App;
use crate::change::{change, no_profile, not_rejected};
use crate::photo::{SIZE_BYTES_MAX, served_key};
use crate::picture::{Fault, Picture, clean};
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::post("finish_photo_upload", "/v1/host/photo/finish")
    .auth(Auth::Member)
    .refuses(&[
        Kind::NotFound,
        Kind::Forbidden,
        Kind::UploadInvalid,
        Kind::UpstreamDown,
        Kind::VersionConflict,
    ])
    .needs(&[Need::APP_PUT, Need::MEDIA_PUT, Need::MEDIA_READ, Need::MEDIA_DELETE]);

/// Which upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishPhotoUpload {
    /// As `start_photo_upload` gave it.
    #[schema(pattern = "^uploads/hosts/[0-9a-f-]{36}/[0-9a-f-]{36}$")]
    photo_key: String,
}

/// Finishes an upload.
#[utoipa::path(post, path = "/v1/host/photo/finish", operation_id = "finish_photo_upload", tag = "hosts",
    request_body = FinishPhotoUpload, responses((status = 200, description = "The profile after the change", body = HostSelf)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Json(FinishPhotoUpload { photo_key: upload }): Json<FinishPhotoUpload>,
) -> Result<Json<HostSelf>, Problem> {
    let (store, config) = (&app.ctx.store, &app.ctx.config);
    let host_id = caller.member()?.id;
    let served = served_key(host_id, &upload).ok_or_else(no_upload)?;
    let before = store.host(host_id).await?.ok_or_else(no_profile)?;
    not_rejected(&before)?;
    if before.photo_key.as_deref() == Some(&served) {
        return Ok(Json(HostSelf::of(&before, config)?));
    }
    let bytes = app.photos.fetch(&upload).await?.ok_or_else(no_upload)?;
    let picture = match picture(&bytes) {
        Ok(picture) => picture,
        Err(problem) => {
            app.photos.remove(&upload).await;
            return Err(problem);
        }
    };
    app.photos.serve(&served, picture).await?;
    let host = change(&app.ctx, host_id, None, |read| {
        not_rejected(read)?;
        Ok(HostItem { photo_key: Some(served.clone()), ..read.clone() })
    });
    let host = host.await?;
    app.photos.remove(&upload).await;
    if let Some(old) = before.photo_key {
        app.photos.remove(&old).await;
    }
    Ok(Json(HostSelf::of(&host, config)?))
}

/// The upload's address was signed for a size and a type, but only the bytes show what a file is.
fn picture(bytes: &[u8]) -> Result<Picture, Problem> {
    let too_large = i64::try_from(bytes.len()).is_ok_and(|size| size > SIZE_BYTES_MAX);
    let detail = match clean(bytes) {
        _ if bytes.is_empty() => "The file is empty.",
        _ if too_large => "The file is larger than 5 MiB.",
        Ok(picture) => return Ok(picture),
        Err(Fault::Unknown) => "The file is no JPEG, PNG or WebP picture.",
        Err(Fault::Broken) => "The file is damaged, or no still picture.",
        Err(Fault::TooManyPixels) => "The file is a picture of more than 24 megapixels.",
    };
    Err(Problem::new(Kind::UploadInvalid).detail(detail).error("/photo_key", detail))
}

fn no_upload() -> Problem {
    Problem::new(Kind::NotFound).detail("Nothing was uploaded under this key. Please begin again.")
}
