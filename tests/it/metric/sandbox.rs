//! The verbs against the sandbox's CloudWatch: what is put is found, completed, read and drawn.

use crate::support::{Sandbox, Sealed};

#[test]
fn what_is_put_is_listed_read_and_drawn() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let run = |words: &str| sealed.run(["--sandbox"].into_iter().chain(words.split(' ')));
    run("sandbox clock 2026-11-22T12:00:00Z").expect(0);
    let records: String =
        (1..60).map(|at| format!("Orders,{at},2026-11-22T11:{at:02}:00Z,Stage=prod\n")).collect();
    sealed.write("orders.csv", &format!("metric,value,time,dimensions\n{records}"));
    run("metric put Shop --file orders.csv").expect(0);
    run("metric put Shop Errors 2 --dimension Stage=prod --time 2026-11-22T11:10:30Z").expect(0);
    assert_eq!(
        run("metric list Shop --sort metric -o text").expect(0).stdout,
        "Shop\tErrors\tStage=prod\nShop\tOrders\tStage=prod\n"
    );
    let ran =
        run("metric get Shop Orders --dimension Stage=prod --statistic Sum --since 1h --period 30m -o text")
            .expect(0);
    let times = ["11:00", "11:30"].map(|time| format!("2026-11-22T{time}:00Z"));
    let series = "Shop Orders Stage=prod Sum";
    assert_eq!(ran.stdout, format!("{}\t435\t{series}\n{}\t1335\t{series}\n", times[0], times[1]));
    let math = [
        "--sandbox",
        "metric",
        "get",
        "Shop",
        "Errors",
        "--dimension",
        "Stage=prod",
        "--statistic",
        "Sum",
        "--with",
        "m2=Shop Orders Stage=prod",
        "--expression",
        "100 * m1 / m2",
        "-o",
        "text",
        "--columns",
        "value",
    ];
    assert!(sealed.run(math).expect(0).stdout.lines().any(|value| value == "20"));
    let chart = run("metric chart Shop Orders --dimension Stage=prod --since 1h --threshold 40").expect(0);
    assert!(chart.stdout.contains("!!!!") && chart.stdout.contains("greater than 40"), "{chart:?}");
    let ran = run("metric get Shop Orders --dimension Stage=prd").expect(3);
    assert!(ran.stderr.ends_with("hint: did you mean Stage=prod?\n"), "{ran:?}");
}

#[test]
fn namespaces_names_and_dimensions_are_completed() {
    let mut sealed = Sealed::new();
    sealed.set("OPSCTL_COMPLETION_LIMIT", "30s");
    let _sandbox = Sandbox::up(&sealed);
    let put = ["--sandbox", "metric", "put", "Shop", "Orders", "1", "--dimension", "Stage=prod"];
    sealed.run(put).expect(0);
    for (line, expected) in [
        ("opsctl --sandbox metric get Sh", "Shop"),
        ("opsctl --sandbox metric chart Shop O", "Orders"),
        ("opsctl --sandbox metric put Shop Orders --dimension St", "Stage=prod"),
        ("opsctl --sandbox metric list Shop Orders --dimension St", "Stage=prod"),
    ] {
        let values = crate::completion::values(&sealed, line);
        assert_eq!(values, [expected], "{line}");
    }
}
