//! The one integration binary: each area of the project a module.

mod output;
mod store;
mod walls;
