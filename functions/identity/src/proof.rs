//! The code and the link of a sign-in mail.
//!
//! Neither is stored. Both are derived from the challenge's random id by a signature that only KMS can make
//! (`web::Tokens::derive`), when the mail is written and again when one of them comes back. A reader of the table, of
//! the stream or of the bus learns nothing that signs anybody in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use web::{Problem, Tokens};

/// What a mail carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Six digits.
    pub code: String,
    /// 192 bits, base64url.
    pub secret: String,
}

/// The proof of a challenge.
///
/// # Errors
/// `busy` when KMS does not answer.
pub async fn proof(tokens: &Tokens, challenge_id: Uuid) -> Result<Proof, Problem> {
    let bytes = tokens.derive("parlor-sign-in", &challenge_id.to_string()).await?;
    let (for_code, for_link) = bytes.split_at(8);
    // 2^64 is so much larger than a million that no code is likelier than another in any way that counts.
    let number = for_code.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    Ok(Proof {
        code: format!("{:06}", number % 1_000_000),
        secret: URL_SAFE_NO_PAD.encode(for_link),
    })
}
