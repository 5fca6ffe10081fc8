//! The operations of S3 on the store, each in its words: the protocol's values are read here, and answered. Those that
//! are left out are refused by their name.

mod body;
mod buckets;
mod convert;
mod described;
mod lists;
mod marks;
mod reads;
mod uploads;
mod versions;
mod writes;

pub use convert::canned;

use super::Caller;
use super::store::{Store, UploadId};
use crate::sandbox::account::Account;
use convert::failure;
use http::Extensions;
use s3s::dto;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use std::sync::Arc;

pub use versions::Versions;

#[derive(Clone)]
pub struct Gateway {
    store: Arc<Store>,
    /// The canonical id of the account, which owns everything.
    owner: String,
}

impl Gateway {
    pub fn new(store: Arc<Store>, owner: String) -> Self {
        Gateway { store, owner }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }
}

fn caller(extensions: &Extensions) -> S3Result<&Caller> {
    extensions.get().ok_or_else(|| s3_error!(InternalError, "the request has no caller"))
}

fn account(extensions: &Extensions) -> S3Result<Arc<Account>> {
    Ok(Arc::clone(&caller(extensions)?.account))
}

#[async_trait::async_trait]
impl S3 for Gateway {
    async fn put_object(
        &self,
        request: S3Request<dto::PutObjectInput>,
    ) -> S3Result<S3Response<dto::PutObjectOutput>> {
        writes::put(self, request).await
    }

    async fn get_object(
        &self,
        request: S3Request<dto::GetObjectInput>,
    ) -> S3Result<S3Response<dto::GetObjectOutput>> {
        reads::get(self, request.input)
    }

    async fn head_object(
        &self,
        request: S3Request<dto::HeadObjectInput>,
    ) -> S3Result<S3Response<dto::HeadObjectOutput>> {
        reads::head(self, request.input)
    }

    async fn get_object_attributes(
        &self,
        request: S3Request<dto::GetObjectAttributesInput>,
    ) -> S3Result<S3Response<dto::GetObjectAttributesOutput>> {
        reads::attributes(self, request.input).map(S3Response::new)
    }

    async fn copy_object(
        &self,
        request: S3Request<dto::CopyObjectInput>,
    ) -> S3Result<S3Response<dto::CopyObjectOutput>> {
        writes::copy(self, request)
    }

    async fn delete_object(
        &self,
        request: S3Request<dto::DeleteObjectInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
        let account = account(&request.extensions)?;
        writes::delete(self, &account, request.input)
    }

    async fn delete_objects(
        &self,
        request: S3Request<dto::DeleteObjectsInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectsOutput>> {
        let account = account(&request.extensions)?;
        writes::delete_all(self, &account, request.input)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<dto::ListObjectsV2Input>,
    ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
        self.list_v2(request.input).map(S3Response::new)
    }

    async fn list_objects(
        &self,
        request: S3Request<dto::ListObjectsInput>,
    ) -> S3Result<S3Response<dto::ListObjectsOutput>> {
        self.list_v1(request.input).map(S3Response::new)
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<dto::GetObjectTaggingInput>,
    ) -> S3Result<S3Response<dto::GetObjectTaggingOutput>> {
        self.get_tags(request.input).map(S3Response::new)
    }

    async fn put_object_tagging(
        &self,
        request: S3Request<dto::PutObjectTaggingInput>,
    ) -> S3Result<S3Response<dto::PutObjectTaggingOutput>> {
        self.put_tags(request.input).map(S3Response::new)
    }

    async fn delete_object_tagging(
        &self,
        request: S3Request<dto::DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<dto::DeleteObjectTaggingOutput>> {
        self.delete_tags(request.input).map(S3Response::new)
    }

    async fn get_object_acl(
        &self,
        request: S3Request<dto::GetObjectAclInput>,
    ) -> S3Result<S3Response<dto::GetObjectAclOutput>> {
        self.get_acl(request.input).map(S3Response::new)
    }

    async fn put_object_acl(
        &self,
        request: S3Request<dto::PutObjectAclInput>,
    ) -> S3Result<S3Response<dto::PutObjectAclOutput>> {
        self.put_acl(request).map(S3Response::new)
    }

    async fn get_object_legal_hold(
        &self,
        request: S3Request<dto::GetObjectLegalHoldInput>,
    ) -> S3Result<S3Response<dto::GetObjectLegalHoldOutput>> {
        self.get_legal_hold(request.input).map(S3Response::new)
    }

    async fn put_object_legal_hold(
        &self,
        request: S3Request<dto::PutObjectLegalHoldInput>,
    ) -> S3Result<S3Response<dto::PutObjectLegalHoldOutput>> {
        self.put_legal_hold(request.input).map(S3Response::new)
    }

    async fn get_object_retention(
        &self,
        request: S3Request<dto::GetObjectRetentionInput>,
    ) -> S3Result<S3Response<dto::GetObjectRetentionOutput>> {
        self.get_retention(request.input).map(S3Response::new)
    }

    async fn put_object_retention(
        &self,
        request: S3Request<dto::PutObjectRetentionInput>,
    ) -> S3Result<S3Response<dto::PutObjectRetentionOutput>> {
        let account = account(&request.extensions)?;
        self.put_retention(&account, request.input).map(S3Response::new)
    }

    async fn restore_object(
        &self,
        request: S3Request<dto::RestoreObjectInput>,
    ) -> S3Result<S3Response<dto::RestoreObjectOutput>> {
        self.restore(request.input)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<dto::CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CreateMultipartUploadOutput>> {
        uploads::create(self, request).map(S3Response::new)
    }

    async fn upload_part(
        &self,
        request: S3Request<dto::UploadPartInput>,
    ) -> S3Result<S3Response<dto::UploadPartOutput>> {
        uploads::put_part(self, request).await.map(S3Response::new)
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<dto::UploadPartCopyInput>,
    ) -> S3Result<S3Response<dto::UploadPartCopyOutput>> {
        uploads::copy_part(self, request).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<dto::CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::CompleteMultipartUploadOutput>> {
        uploads::complete(self, request.input).map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<dto::AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<dto::AbortMultipartUploadOutput>> {
        let input = &request.input;
        let which = UploadId { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
        self.store.abort_upload(&which).map_err(failure)?;
        Ok(S3Response::with_status(dto::AbortMultipartUploadOutput::default(), http::StatusCode::NO_CONTENT))
    }

    async fn list_parts(
        &self,
        request: S3Request<dto::ListPartsInput>,
    ) -> S3Result<S3Response<dto::ListPartsOutput>> {
        uploads::list_parts(self, request.input).map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<dto::ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<dto::ListMultipartUploadsOutput>> {
        uploads::list(self, request.input).map(S3Response::new)
    }

    async fn create_bucket(
        &self,
        request: S3Request<dto::CreateBucketInput>,
    ) -> S3Result<S3Response<dto::CreateBucketOutput>> {
        let region = caller(&request.extensions)?.region.clone();
        self.create_bucket(request, &region).map(S3Response::new)
    }

    async fn delete_bucket(
        &self,
        request: S3Request<dto::DeleteBucketInput>,
    ) -> S3Result<S3Response<dto::DeleteBucketOutput>> {
        self.store.delete_bucket(&request.input.bucket).map_err(failure)?;
        Ok(S3Response::with_status(dto::DeleteBucketOutput::default(), http::StatusCode::NO_CONTENT))
    }

    async fn head_bucket(
        &self,
        request: S3Request<dto::HeadBucketInput>,
    ) -> S3Result<S3Response<dto::HeadBucketOutput>> {
        self.head_bucket(&request.input.bucket).map(S3Response::new)
    }

    async fn list_buckets(
        &self,
        request: S3Request<dto::ListBucketsInput>,
    ) -> S3Result<S3Response<dto::ListBucketsOutput>> {
        Ok(S3Response::new(self.list_buckets(request.input)))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<dto::GetBucketLocationInput>,
    ) -> S3Result<S3Response<dto::GetBucketLocationOutput>> {
        self.location(&request.input.bucket).map(S3Response::new)
    }

    async fn get_bucket_acl(
        &self,
        request: S3Request<dto::GetBucketAclInput>,
    ) -> S3Result<S3Response<dto::GetBucketAclOutput>> {
        self.bucket_acl(&request.input).map(S3Response::new)
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<dto::GetBucketVersioningInput>,
    ) -> S3Result<S3Response<dto::GetBucketVersioningOutput>> {
        self.versioning(&request.input.bucket).map(S3Response::new)
    }

    async fn put_bucket_versioning(
        &self,
        request: S3Request<dto::PutBucketVersioningInput>,
    ) -> S3Result<S3Response<dto::PutBucketVersioningOutput>> {
        self.put_versioning(request.input)?;
        Ok(S3Response::new(dto::PutBucketVersioningOutput::default()))
    }

    async fn get_object_lock_configuration(
        &self,
        request: S3Request<dto::GetObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<dto::GetObjectLockConfigurationOutput>> {
        self.lock_configuration(&request.input.bucket).map(S3Response::new)
    }

    async fn put_object_lock_configuration(
        &self,
        request: S3Request<dto::PutObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<dto::PutObjectLockConfigurationOutput>> {
        self.put_lock_configuration(request.input)?;
        Ok(S3Response::new(dto::PutObjectLockConfigurationOutput::default()))
    }

    async fn get_bucket_ownership_controls(
        &self,
        request: S3Request<dto::GetBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<dto::GetBucketOwnershipControlsOutput>> {
        self.ownership(&request.input.bucket).map(S3Response::new)
    }

    async fn put_bucket_ownership_controls(
        &self,
        request: S3Request<dto::PutBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<dto::PutBucketOwnershipControlsOutput>> {
        self.put_ownership(request.input)?;
        Ok(S3Response::new(dto::PutBucketOwnershipControlsOutput::default()))
    }

    async fn get_bucket_encryption(
        &self,
        request: S3Request<dto::GetBucketEncryptionInput>,
    ) -> S3Result<S3Response<dto::GetBucketEncryptionOutput>> {
        self.encryption(&request.input.bucket).map(S3Response::new)
    }

    async fn put_bucket_encryption(
        &self,
        request: S3Request<dto::PutBucketEncryptionInput>,
    ) -> S3Result<S3Response<dto::PutBucketEncryptionOutput>> {
        self.put_encryption(request.input)?;
        Ok(S3Response::new(dto::PutBucketEncryptionOutput::default()))
    }

    async fn get_bucket_replication(
        &self,
        request: S3Request<dto::GetBucketReplicationInput>,
    ) -> S3Result<S3Response<dto::GetBucketReplicationOutput>> {
        self.replication(&request.input.bucket).map(S3Response::new)
    }

    async fn put_bucket_replication(
        &self,
        request: S3Request<dto::PutBucketReplicationInput>,
    ) -> S3Result<S3Response<dto::PutBucketReplicationOutput>> {
        self.put_replication(request.input)?;
        Ok(S3Response::new(dto::PutBucketReplicationOutput::default()))
    }

    async fn delete_bucket_replication(
        &self,
        request: S3Request<dto::DeleteBucketReplicationInput>,
    ) -> S3Result<S3Response<dto::DeleteBucketReplicationOutput>> {
        self.delete_replication(&request.input.bucket)?;
        Ok(S3Response::new(dto::DeleteBucketReplicationOutput::default()))
    }
}
