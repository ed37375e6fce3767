//! `POST /v1/host/photo`: an address to upload a photo to, for five minutes, for exactly this size and type.

use std::collections::BTreeMap;

use axum::extract::State;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{At, Auth, Caller, Faults, Json, Kind, Need, Problem, Route};

use crate::App;
use crate::change::{no_profile, not_rejected};
use crate::photo::{SIZE_BYTES_MAX, TYPES, UPLOAD_SECONDS, upload_key};

/// The route.
pub const ROUTE: Route = Route::post("start_photo_upload", "/v1/host/photo")
    .auth(Auth::Member)
    .refuses(&[Kind::NotFound, Kind::Forbidden, Kind::TooManyRequests])
    .needs(&[Need::APP_UPDATE, Need::MEDIA_PUT]);

/// Uploads an hour and host.
const STARTS_MAX: u64 = 20;

/// What will be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartPhotoUpload {
    /// `image/jpeg`, `image/png` or `image/webp`.
    #[schema(pattern = "^image/(jpeg|png|webp)$")]
    content_type: String,
    /// 1 to 5,242,880.
    #[schema(minimum = 1, maximum = 5_242_880)]
    size_bytes: i64,
}

/// Where to upload it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoUpload {
    /// `PUT` the file there.
    upload_url: String,
    /// Headers that must go with it. The browser adds the length itself; it must be the one that was announced.
    headers: BTreeMap<String, String>,
    /// Give this to `finish_photo_upload`.
    photo_key: String,
    /// When the address stops working.
    expires_at: At,
}

/// Begins an upload.
#[utoipa::path(post, path = "/v1/host/photo", operation_id = "start_photo_upload", tag = "hosts",
    request_body = StartPhotoUpload, responses((status = 200, description = "Where to upload", body = PhotoUpload)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Json(request): Json<StartPhotoUpload>,
) -> Result<Json<PhotoUpload>, Problem> {
    let ctx = &app.ctx;
    let host_id = caller.member()?.id;
    let mut faults = Faults::new();
    let known = TYPES.contains(&request.content_type.as_str());
    faults.check(known, "/content_type", format!("Must be one of {}.", TYPES.join(", ")));
    let small = (1..=SIZE_BYTES_MAX).contains(&request.size_bytes);
    faults.check(small, "/size_bytes", "A photo may have up to 5 MiB (5242880 bytes).");
    faults.done()?;
    not_rejected(&ctx.store.host(host_id).await?.ok_or_else(no_profile)?)?;
    let now = ctx.now();
    web::limit(ctx, "photo", &host_id.to_string(), STARTS_MAX, 3_600, now).await?;
    let photo_key = upload_key(host_id, runtime::new_id(now));
    let (content_type, size_bytes) = (&request.content_type, request.size_bytes);
    let upload = app.photos.sign_upload(&photo_key, content_type, size_bytes, now).await?;
    let expires_at = now.checked_add(SignedDuration::from_secs(i64::from(UPLOAD_SECONDS)));
    Ok(Json(PhotoUpload {
        upload_url: upload.url,
        headers: upload.headers.into_iter().collect(),
        photo_key,
        expires_at: At(expires_at.map_err(Problem::internal)?),
    }))
}
