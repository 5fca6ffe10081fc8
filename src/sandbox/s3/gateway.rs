//! The operations of S3 on the store. Those that are left out are refused by their name.

use s3s::S3;

pub struct Gateway;

impl S3 for Gateway {}
