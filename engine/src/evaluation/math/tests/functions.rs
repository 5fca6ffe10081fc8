//! What operators and functions come to.

use super::*;

fn check(metrics: &[&str], cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(computed(metrics, expression).as_deref(), Ok(*expected), "{expression}");
    }
}

#[test]
fn operators_bind_as_usual_and_see_gaps_as_zero_beside_a_value() {
    check(
        &["a=1 2 _ 4", "b=2 _ _ 0"],
        &[
            ("a+b", "3 2 _ 4"),
            ("a-b", "-1 2 _ 4"),
            ("a*b", "2 0 _ 0"),
            ("a/b", "0.5 _ _ _"),
            ("b/a", "2 0 _ 0"),
            ("1/a", "1 0.5 _ 0.25"),
            ("a/0", "_ _ _ _"),
            ("a+1/0", "_ _ _ _"),
            ("a^2", "1 4 _ 16"),
            ("-a^2", "-1 -4 _ -16"),
            ("2^a^2", "2 16 _ 65536"),
            ("a - -1", "2 3 _ 5"),
            ("a*2+1", "3 5 _ 9"),
            ("1+a*2", "3 5 _ 9"),
            ("(1+a)*2", "4 6 _ 10"),
            ("10-a-1", "8 7 _ 5"),
            ("a==b", "0 0 _ 0"),
            ("a != b", "1 1 _ 1"),
            ("a<=2 && b>=0", "1 0 _ 0"),
            ("a>1 OR b>1", "1 1 _ 1"),
            ("a>3 OR a<2 AND b==2", "1 0 _ 1"),
            ("(1 > 2) + a", "1 2 _ 4"),
            ("a*1e3", "1000 2000 _ 4000"),
            ("a*.5", "0.5 1 _ 2"),
            ("10^300*10^300*a", "_ _ _ _"),
            ("-[a,b]", "-1 -2 _ -4 | -2 _ _ 0"),
            ("[a,b]*2", "2 4 _ 8 | 4 _ _ 0"),
            ("100/[a,b]", "100 50 _ 25 | 50 _ _ _"),
            ("[a,b]-a", "0 0 _ 0 | 1 -2 _ -4"),
            ("a-[a,b]", "0 0 _ 0 | -1 2 _ 4"),
            ("SUM([a,b]>1)", "1 1 _ 1"),
        ],
    );
}

#[test]
fn functions_of_many_values() {
    check(
        &["a=1 _ 3 _", "b=5 7 _ _"],
        &[
            ("a-a+SUM(a)", "4 _ 4 _"),
            ("a-a+AVG(a)", "2 _ 2 _"),
            ("a-a+MAX(b)", "7 _ 7 _"),
            ("a-a+MIN(b)", "5 _ 5 _"),
            ("a-a+STDDEV(a)", "1 _ 1 _"),
            ("a-a+DATAPOINT_COUNT(b)", "2 _ 2 _"),
            ("SUM(METRICS())", "6 7 3 _"),
            ("AVG(METRICS())", "3 3.5 1.5 _"),
            ("MAX([a,b])", "5 7 3 _"),
            ("MIN([a,b])", "1 7 3 _"),
            ("STDDEV([a,b])", "2 0 0 _"),
            ("DATAPOINT_COUNT([a,b])", "2 1 1 _"),
            ("SUM([METRICS(\"a\"), [b, b]])", "11 14 3 _"),
            ("a/METRIC_COUNT([a,b,a])", &format!("{} _ 1 _", 1.0 / 3.0)),
        ],
    );
    check(&["a=_ _"], &[("TIME_SERIES(AVG(a))", "_ _"), ("TIME_SERIES(DATAPOINT_COUNT(a))", "0 0")]);
}

#[test]
fn functions_of_each_datapoint_and_of_those_before() {
    check(
        &["a=1 _ 4 2"],
        &[
            ("ABS(a-3)", "2 _ 1 1"),
            ("LOG(a-1)", &format!("_ _ {} 0", 3_f64.ln())),
            ("LOG10(a*0)", "_ _ _ _"),
            ("DIFF(a)", "_ _ 3 -2"),
            ("DIFF_TIME(a)", "_ _ 120 60"),
            ("RATE(a)", &format!("_ _ {} {}", 3.0 / 120.0, -2.0 / 60.0)),
            ("RUNNING_SUM(a)", "1 _ 5 7"),
            ("DIFF([a,a*2])", "_ _ 3 -2 | _ _ 6 -4"),
            ("a*PERIOD(a)", "60 _ 240 120"),
            ("TIME_SERIES(MAX(a))", "4 4 4 4"),
        ],
    );
}

#[test]
fn gaps_are_filled_with_what_is_asked_for() {
    check(
        &["a=_ 1 _ _ 4 _", "b=9 9 8 _ 9 7"],
        &[
            ("FILL(a,0)", "0 1 0 0 4 0"),
            ("FILL(a,MAX(a))", "4 1 4 4 4 4"),
            ("FILL(a,b)", "9 1 8 _ 4 7"),
            ("FILL(a,REPEAT)", "_ 1 1 1 4 4"),
            ("FILL(a,LINEAR)", "_ 1 2 3 4 _"),
            ("FILL([a,b],-1)", "-1 1 -1 -1 4 -1 | 9 9 8 -1 9 7"),
        ],
    );
    check(&["a=_ _"], &[("FILL(a,0)", "0 0"), ("FILL(a,REPEAT)", "_ _"), ("FILL(a,LINEAR)", "_ _")]);
}

#[test]
fn times_are_those_of_the_slots_in_utc() {
    check(
        &["a=_ 1 _ _"],
        &[
            ("MINUTE(a)", "57 58 59 0"),
            ("HOUR(a)", "23 23 23 0"),
            ("DAY(a)", "5 5 5 6"),
            ("DATE(a)", "30 30 30 31"),
            ("MONTH(a)", "1 1 1 1"),
            ("YEAR(a)", "2026 2026 2026 2026"),
            ("EPOCH(a)-1769817420", "0 60 120 180"),
            ("IF(DAY(a)<6,a,7)", "0 1 0 7"),
        ],
    );
}

#[test]
fn arrays_are_sorted_cut_and_cleared() {
    check(
        &["a=3 1", "b=5 5", "c=_ _", "d=1 9"],
        &[
            ("SORT(METRICS(), AVG, ASC)", "3 1 | 5 5 | 1 9 | _ _"),
            ("SORT(METRICS(), MAX, DESC)", "1 9 | 5 5 | 3 1 | _ _"),
            ("SORT(METRICS(), MIN, ASC, 2)", "3 1 | 1 9"),
            ("SLICE(METRICS(), 1, 3)", "5 5 | _ _"),
            ("SLICE(METRICS(), 2)", "_ _ | 1 9"),
            ("SLICE(METRICS(), 9)", ""),
            ("SLICE(METRICS(), -1, 1.9)", "3 1"),
            ("FIRST(SORT(METRICS(), SUM, DESC))", "5 5"),
            ("LAST(METRICS())", "1 9"),
            ("FIRST(SLICE(METRICS(), 9))", "_ _"),
            ("REMOVE_EMPTY(METRICS())", "3 1 | 5 5 | 1 9"),
            ("METRICS(\"b\")", "5 5"),
            ("METRICS('nothing')", ""),
        ],
    );
}

#[test]
fn if_takes_what_its_condition_says() {
    check(
        &["c=1 0 _ -2", "t=7 7 7 _", "f=8 8 8 8"],
        &[
            ("IF(c, t, f)", "7 8 _ 0"),
            ("IF(c, t)", "7 _ _ 0"),
            ("IF(c, 5, 6)", "5 6 _ 5"),
            ("IF(1, t, f)", "7 7 7 0"),
            ("IF(0, t, f)", "8 8 8 8"),
            ("IF(0, t)", "_ _ _ _"),
            ("IF(f > 7 AND c, 1, 0)", "1 0 0 1"),
        ],
    );
}
