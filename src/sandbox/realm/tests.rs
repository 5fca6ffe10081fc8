use super::*;
use crate::sandbox::services::testing;
use std::collections::HashSet;
use std::time::Duration;

const FILE: &str = r#"
    nodes = [{ name = "web-1" }, { name = "far-1", region = "eu-west-1" }, { name = "far-2", region = "eu-west-1" }]
    [[accounts]]
    id = "444455556666"
    name = "staging"
"#;
const FIRST: &str = "111122223333";
const STAGING: &str = "444455556666";

fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("opsctl-realm-{}", crate::random::hex(16).unwrap()))
}

fn nodes(world: &Account) -> Vec<&str> {
    world.nodes.iter().map(|managed| managed.node.name.as_str()).collect()
}

#[tokio::test]
async fn a_call_goes_to_the_world_of_its_account_and_region() {
    let folder = scratch();
    let realm = testing::realm(&folder, FILE);
    let world = |account, region, service| realm.world(account, region, service).unwrap();
    let first = world(FIRST, "us-east-1", "ssm");
    assert!(Arc::ptr_eq(&first, &realm.first));
    let far = world(FIRST, "eu-west-1", "ssm");
    assert_eq!((nodes(&first), nodes(&far)), (vec!["web-1"], vec!["far-1", "far-2"]));
    assert!(Arc::ptr_eq(&far, &world(FIRST, "eu-west-1", "monitoring")));
    assert_eq!(far.identity.arn(), first.identity.arn());
    assert_eq!(far.arn("ssm", "x"), "arn:aws:ssm:eu-west-1:111122223333:x");
    let staging = world(STAGING, "us-east-1", "ssm");
    assert!(nodes(&staging).is_empty());
    assert_eq!(staging.caller().account, STAGING);
    // Whatever the region is.
    for service in ["iam", "sts", "s3"] {
        assert!(Arc::ptr_eq(&first, &world(FIRST, "eu-central-1", service)), "{service}");
        assert!(Arc::ptr_eq(&staging, &world(STAGING, "eu-central-1", service)), "{service}");
    }
    assert!(Arc::ptr_eq(&first.s3, &far.s3));
    let far_staging = world(STAGING, "eu-west-1", "states");
    assert!(Arc::ptr_eq(&staging.s3, &far_staging.s3) && !Arc::ptr_eq(&staging.s3, &first.s3));
    assert_eq!(realm.all().len(), 4);
    // Nobody has left anything.
    assert!(!folder.join(ACCOUNTS).exists());
}

#[tokio::test]
async fn a_region_that_nobody_knows_is_refused() {
    let realm = testing::realm(&scratch(), "");
    for service in ["ssm", "sts", "monitoring"] {
        let error = realm.world(FIRST, "xx-none-1", service).err().unwrap();
        assert_eq!((error.code.as_ref(), error.status), ("InvalidSignatureException", 403));
        assert_eq!(error.message, "Credential should be scoped to a valid region. ");
    }
    let own = testing::realm(&scratch(), "nodes = [{ name = \"a\", region = \"xx-none-1\" }]");
    assert_eq!(nodes(&own.world(FIRST, "xx-none-1", "ssm").unwrap()), ["a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_worlds_are_made_at_once_and_each_of_them_once() {
    const REGIONS: usize = 17;
    let folder = scratch();
    let realm = Arc::new(testing::realm(&folder, FILE));
    let began = Instant::now();
    // Each of them twice.
    let calls = (0..2 * 2 * REGIONS).map(|call| {
        let realm = Arc::clone(&realm);
        tokio::spawn(async move {
            let account = if call % 2 == 0 { FIRST } else { STAGING };
            let region = format!("eu-west-{}", call / 2 % REGIONS + 1);
            realm.world(account, &region, "ssm").unwrap()
        })
    });
    let worlds = join_all(calls.collect::<Vec<_>>()).await;
    let took = began.elapsed();
    let places: HashSet<_> = worlds
        .iter()
        .map(|world| world.as_ref().unwrap())
        .map(|world| (world.identity.account.clone(), world.identity.region.clone()))
        .collect();
    assert_eq!(places.len(), 2 * REGIONS);
    // With the first, and the home of the second account's buckets.
    assert_eq!(realm.all().len(), 2 * REGIONS + 2);
    println!("{} worlds in {took:?}", realm.all().len());
    assert!(took < Duration::from_secs(2), "{took:?}");
    realm.end().await;
    assert!(realm.world(FIRST, "ap-east-1", "ssm").is_err(), "none is made at the end");
}

#[tokio::test]
async fn what_worlds_had_is_there_after_a_restart() {
    let folder = scratch();
    let ahead = jiff::SignedDuration::from_hours(3);
    let realm = testing::realm(&folder, FILE);
    for (account, region) in [(FIRST, "eu-west-1"), (STAGING, "us-east-1")] {
        realm.world(account, region, "monitoring").unwrap().monitoring.clock.set(ahead);
    }
    realm.world(STAGING, "eu-west-1", "monitoring").unwrap();
    realm.end().await;
    drop(realm);
    // Neither is a region's.
    fs::create_dir_all(folder.join(ACCOUNTS).join(FIRST).join("xx-none-1")).unwrap();
    fs::create_dir_all(folder.join(ACCOUNTS).join("lost+found").join("eu-west-1")).unwrap();
    let realm = testing::realm(&folder, FILE);
    realm.begin().await;
    let worlds = realm.all();
    let taken_up: Vec<_> = worlds
        .iter()
        .map(|world| {
            let Identity { account, region, .. } = &world.identity;
            (account.as_str(), region.as_str(), world.monitoring.clock.offset() == ahead)
        })
        .collect();
    assert_eq!(
        taken_up,
        [(FIRST, "us-east-1", false), (FIRST, "eu-west-1", true), (STAGING, "us-east-1", true)]
    );
    realm.end().await;
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_key_of_a_request_to_s3_says_whose_buckets_are_meant() {
    let realm = testing::realm(&scratch(), FILE);
    let profiles = realm.profiles();
    assert_eq!((profiles.len(), profiles[0].name.as_str()), (1, "staging"));
    let key = |key: &str| {
        let credential = format!("AWS4-HMAC-SHA256 Credential={key}/20261122/eu-west-1/s3/aws4_request, X=");
        http::Request::get("/").header("authorization", credential).body(()).unwrap().into_parts().0
    };
    assert!(Arc::ptr_eq(&realm.claimed(&key("AKIANOBODY")).unwrap(), &realm.first));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let claimed =
        runtime.block_on(async { realm.claimed(&key(&profiles[0].connection.access_key_id)).unwrap() });
    assert_eq!((claimed.identity.account.as_str(), claimed.identity.region.as_str()), (STAGING, "us-east-1"));
}
