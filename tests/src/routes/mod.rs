//! Routes through their routers: one folder per domain, one file per route.

mod hosts;
mod sessions;
