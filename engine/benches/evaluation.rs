//! What a backtest costs: a year of minutes under a hundred settings, and a thousand alarms over two weeks.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::backtest::{Series, Setting, backtest, run};
use opsctl_engine::evaluation::judging::{ComparisonOperator, Criteria, EvaluationRange, TreatMissingData};

const YEAR_OF_MINUTES: usize = 525_600;
const TWO_WEEKS_OF_FIVE_MINUTES: usize = 4_032;

fn main() {
    divan::main();
}

/// Values from 0 to 100; of a hundred slots so many are gaps.
fn series(length: usize, gaps: u64, seed: u64) -> Series {
    // A multiplicative generator: the same numbers each time are all that is asked of it.
    let mut random = seed;
    let mut percent = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % 100
    };
    let values = (0..length).map(|_| if percent() < gaps { f64::NAN } else { percent() as f64 });
    Series::new(Timestamp::UNIX_EPOCH, 60, values.collect())
}

/// Thresholds, M of N, operators and gaps of all kinds.
fn settings(count: usize) -> Vec<Setting> {
    let setting = |at: usize| {
        let n = 1 + at % 15;
        let criteria = Criteria {
            evaluation_periods: n,
            datapoints_to_alarm: 1 + at % n,
            operator: ComparisonOperator::ALL[at % 4],
            threshold: Some((at % 100) as f64),
            treat_missing_data: TreatMissingData::ALL[at % 4],
            ignore_samples_below: None,
        };
        Setting { criteria, range: EvaluationRange::assumed(n) }
    };
    (0..count).map(setting).collect()
}

#[divan::bench(args = [0, 20], sample_count = 5)]
fn a_year_of_minutes_under_100_settings(bencher: Bencher, gaps: u64) {
    let (series, settings) = (series(YEAR_OF_MINUTES, gaps, 1), settings(100));
    bencher
        .counter(ItemsCount::new(YEAR_OF_MINUTES * settings.len()))
        .bench(|| backtest(black_box(&series), black_box(&settings), StateValue::InsufficientData));
}

#[divan::bench(args = [0, 20], sample_count = 5)]
fn a_thousand_alarms_over_two_weeks(bencher: Bencher, gaps: u64) {
    let alarms: Vec<_> = (0..)
        .zip(settings(1_000))
        .map(|(seed, setting)| (series(TWO_WEEKS_OF_FIVE_MINUTES, gaps, seed), setting))
        .collect();
    bencher.counter(ItemsCount::new(TWO_WEEKS_OF_FIVE_MINUTES * alarms.len())).bench(|| {
        let fired = |(series, setting): &(Series, Setting)| run(series, setting, StateValue::Ok).firing_count;
        black_box(&alarms).iter().map(fired).sum::<usize>()
    });
}
