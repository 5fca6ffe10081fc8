//! KMS: data keys for encrypted sessions. The keys themselves are `sandbox::kms`' business. The SDK's types of this
//! service carry no schema yet, so the few shapes needed are written here.

use super::{Reply, ServiceError, json};
use crate::sandbox::account::Account;
use crate::sandbox::kms::{Context, KmsError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GenerateDataKeyInput {
    #[serde(default)]
    key_id: String,
    encryption_context: Option<Context>,
    number_of_bytes: Option<i64>,
    key_spec: Option<String>,
    recipient: Option<serde_json::Value>,
    dry_run: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GenerateDataKeyOutput {
    ciphertext_blob: String,
    plaintext: String,
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DecryptInput {
    #[serde(default)]
    ciphertext_blob: String,
    encryption_context: Option<Context>,
    key_id: Option<String>,
    recipient: Option<serde_json::Value>,
    dry_run: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DecryptOutput {
    key_id: String,
    plaintext: String,
    encryption_algorithm: &'static str,
}

pub fn answer(account: &Account, operation: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    match operation {
        "GenerateDataKey" => json::answer_own(body, |input| generate_data_key(account, input)),
        "Decrypt" => json::answer_own(body, |input| decrypt(account, input)),
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}

fn generate_data_key(
    account: &Account,
    input: GenerateDataKeyInput,
) -> Result<GenerateDataKeyOutput, ServiceError> {
    ServiceError::check_length(&input.key_id, "keyId", 1, 2048)?;
    let key_arn = account.kms.key_arn(&input.key_id)?;
    account.authorize("kms:GenerateDataKey", key_arn)?;
    refuse_enclaves(input.recipient.is_some())?;
    let bytes = match (input.number_of_bytes, input.key_spec.as_deref()) {
        (None, Some("AES_128")) => 16,
        (None, Some("AES_256")) => 32,
        (Some(bytes), None) => usize::try_from(bytes).unwrap_or(0),
        (None, Some(spec)) => {
            return Err(ServiceError::constraint(
                spec,
                "keySpec",
                "satisfy enum value set: [AES_256, AES_128]",
            ));
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err(ServiceError::validation("Please specify either number of bytes or key spec."));
        }
    };
    dry_run(input.dry_run)?;
    let context = input.encryption_context.unwrap_or_default();
    let key = account.kms.generate_data_key(&input.key_id, &context, bytes)?;
    Ok(GenerateDataKeyOutput {
        ciphertext_blob: STANDARD.encode(key.ciphertext),
        plaintext: STANDARD.encode(&*key.plaintext),
        key_id: key.key_arn,
    })
}

fn decrypt(account: &Account, input: DecryptInput) -> Result<DecryptOutput, ServiceError> {
    refuse_enclaves(input.recipient.is_some())?;
    let blob = STANDARD.decode(input.ciphertext_blob).map_err(|_| KmsError::InvalidCiphertext)?;
    let context = input.encryption_context.unwrap_or_default();
    let (plaintext, key_arn) = account.kms.decrypt(&blob, &context)?;
    account.authorize("kms:Decrypt", &key_arn)?;
    if let Some(key_id) = input.key_id
        && account.kms.key_arn(&key_id)? != key_arn
    {
        let message = "The key ID in the request does not identify a CMK that can perform this operation.";
        return Err(ServiceError::new("IncorrectKeyException", message));
    }
    dry_run(input.dry_run)?;
    Ok(DecryptOutput {
        key_id: key_arn,
        plaintext: STANDARD.encode(&*plaintext),
        encryption_algorithm: "SYMMETRIC_DEFAULT",
    })
}

fn refuse_enclaves(asked: bool) -> Result<(), ServiceError> {
    let refusal =
        || ServiceError::new("UnsupportedOperationException", "this sandbox does not know Recipient");
    if asked { Err(refusal()) } else { Ok(()) }
}

fn dry_run(asked: Option<bool>) -> Result<(), ServiceError> {
    let message = "The request would have succeeded, but the DryRun option is set.";
    if asked == Some(true) { Err(ServiceError::new("DryRunOperationException", message)) } else { Ok(()) }
}

impl From<KmsError> for ServiceError {
    fn from(error: KmsError) -> Self {
        let status = if matches!(error, KmsError::NoRandomness(_)) { 500 } else { 400 };
        ServiceError::new(error.code(), error.to_string()).status(status)
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::services::testing::{account, call};
    use serde_json::json;

    const SETTINGS: &str = "[preferences]\nkms_key_id = \"alias/sessions\"\n[deny]\nactions = []";

    #[test]
    fn a_data_key_comes_back_by_decrypt_with_its_context() {
        let account = account(SETTINGS);
        let context = json!({"aws:ssm:SessionId": "s-1"});
        let key = call(
            &account,
            "kms",
            "TrentService.GenerateDataKey",
            json!({"KeyId": "alias/sessions", "NumberOfBytes": 64, "EncryptionContext": context}),
        )
        .unwrap();
        let plain = call(
            &account,
            "kms",
            "TrentService.Decrypt",
            json!({"CiphertextBlob": key["CiphertextBlob"], "EncryptionContext": context}),
        )
        .unwrap();
        assert_eq!(plain["Plaintext"], key["Plaintext"]);
        assert_eq!(plain["KeyId"], key["KeyId"]);
        assert_eq!(plain["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT");
    }

    #[test]
    fn mistakes_have_the_codes_of_kms() {
        let account = account(SETTINGS);
        let key = json!({"KeyId": "alias/sessions", "KeySpec": "AES_256"});
        let blob =
            call(&account, "kms", "TrentService.GenerateDataKey", key).unwrap()["CiphertextBlob"].clone();
        for (operation, input, code) in [
            ("GenerateDataKey", json!({"KeyId": "alias/none", "NumberOfBytes": 64}), "NotFoundException"),
            ("GenerateDataKey", json!({"KeyId": "alias/sessions"}), "ValidationException"),
            (
                "GenerateDataKey",
                json!({"KeyId": "alias/sessions", "NumberOfBytes": 1, "KeySpec": "AES_128"}),
                "ValidationException",
            ),
            (
                "GenerateDataKey",
                json!({"KeyId": "alias/sessions", "NumberOfBytes": -1}),
                "ValidationException",
            ),
            (
                "GenerateDataKey",
                json!({"KeyId": "alias/sessions", "KeySpec": "AES_1"}),
                "ValidationException",
            ),
            (
                "GenerateDataKey",
                json!({"KeyId": "alias/sessions", "NumberOfBytes": 64, "DryRun": true}),
                "DryRunOperationException",
            ),
            ("Decrypt", json!({"CiphertextBlob": "AAAA"}), "InvalidCiphertextException"),
            (
                "Decrypt",
                json!({"CiphertextBlob": blob, "EncryptionContext": {"a": "b"}}),
                "InvalidCiphertextException",
            ),
            ("Decrypt", json!({"CiphertextBlob": blob, "KeyId": "alias/none"}), "NotFoundException"),
            ("Encrypt", json!({}), "UnknownOperationException"),
        ] {
            let target = format!("TrentService.{operation}");
            assert_eq!(call(&account, "kms", &target, input).unwrap_err().code, code, "{operation}");
        }
    }
}
