//! The routes of identity, and the world they are tested in.

mod admin_walls;
mod answer_unknown;
mod end_sign_in;
mod find_user;
mod finish_oidc;
mod host_decision_mail;
mod hostile_tokens;
mod issuer;
mod limits;
mod list_audit;
mod list_issuers;
mod list_sign_ins;
mod list_users;
mod read_jwks;
mod read_site;
mod refresh_token;
mod send_sign_in_mail;
mod sign_in_with_code;
mod sign_in_with_link;
mod sign_out;
mod sign_out_everywhere;
mod start_oidc;
mod switch_site;
mod update_me;
mod update_user;
mod world;
