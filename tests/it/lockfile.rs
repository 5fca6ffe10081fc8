//! One TLS stack in the whole binary: what must not come back into Cargo.lock.

#[test]
fn the_old_tls_and_http_stacks_are_not_in_the_lock_file() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let lock: toml::Table = text.parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    assert!(packages.len() > 100, "Cargo.lock was not understood");
    for package in packages {
        let (name, version) = (package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        let old = match name {
            "openssl" | "openssl-sys" | "native-tls" | "aws-lc-rs" | "aws-lc-sys" | "serde_yaml"
            | "serde_yml" => true,
            "hyper" | "h2" => version.starts_with("0.") && !version.starts_with("0.4."),
            "rustls" => {
                version.starts_with("0.") && version.split('.').nth(1).unwrap().parse::<u32>().unwrap() < 23
            }
            "rustls-webpki" => version.starts_with("0.101."),
            _ => false,
        };
        assert!(!old, "{name} {version} is back: one TLS stack is enough");
    }
    let crypto = packages.iter().filter(|package| package["name"].as_str() == Some("rustls")).count();
    assert_eq!(crypto, 1, "two versions of rustls");
}
