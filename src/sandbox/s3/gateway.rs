//! The operations of S3 on the store. Those that are left out are refused by their name.

use super::store::Store;
use crate::sandbox::identity::Identity;
use s3s::S3;
use std::sync::Arc;

pub struct Gateway {
    store: Arc<Store>,
}

impl Gateway {
    pub fn new(store: Arc<Store>, _identity: &Identity) -> Self {
        Gateway { store }
    }
}

impl S3 for Gateway {}
