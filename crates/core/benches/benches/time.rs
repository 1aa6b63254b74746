//! How long each engine takes. What is set up beforehand, and what is dropped afterwards, is not counted.

use corridor_bench::{Automerge, Corridor, Edit, Engine, Loro, Yrs, edits, tasks};
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, SamplingMode, criterion_group, criterion_main,
};
use std::hint::black_box;
use std::time::Duration;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// One engine, and what its rows start from.
struct Bench<E: Engine> {
    ten: E::Kept,
    fifty: E::Kept,
}

/// One line of the table.
trait Rows {
    fn run(&self, row: Row, group: &mut Group<'_>);
}

#[derive(Clone, Copy)]
enum Row {
    Edits,
    Live,
    First10,
    First50,
    Second10,
    Second50,
    CatchUp,
}

/// The names by which `cargo xtask bench` finds the rows, and how often each is measured.
const ROWS: [(Row, &str, usize); 7] = [
    (Row::Edits, "edits", 10),
    (Row::Live, "live", 10),
    (Row::First10, "first-10000", 10),
    (Row::First50, "first-50000", 10),
    (Row::Second10, "second-10000", 30),
    (Row::Second50, "second-50000", 15),
    (Row::CatchUp, "catch-up", 10),
];

impl<E: Engine> Rows for Bench<E> {
    fn run(&self, row: Row, group: &mut Group<'_>) {
        match row {
            Row::Edits => edits_alone::<E>(group, &self.ten),
            Row::Live => edits_live::<E>(group, &self.ten),
            Row::First10 => first_sync::<E>(group, &self.ten),
            Row::First50 => first_sync::<E>(group, &self.fifty),
            Row::Second10 => second_sync::<E>(group, &self.ten, 10),
            Row::Second50 => second_sync::<E>(group, &self.fifty, 10),
            Row::CatchUp => second_sync::<E>(group, &self.ten, 10_000),
        }
    }
}

fn bench<E: Engine + 'static>() -> Box<dyn Rows> {
    Box::new(Bench::<E> {
        ten: E::write(&tasks(10_000)),
        fifty: E::write(&tasks(50_000)),
    })
}

fn all(criterion: &mut Criterion) {
    let engines = [
        bench::<Corridor>(),
        bench::<Yrs>(),
        bench::<Automerge>(),
        bench::<Loro>(),
    ];
    for (row, name, samples) in ROWS {
        let mut group = criterion.benchmark_group(name);
        // One run per sample, each from the same start; the engines of a row right after one another.
        group.sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(1));
        group.measurement_time(Duration::from_millis(1));
        group.sample_size(samples);
        for engine in &engines {
            engine.run(row, &mut group);
        }
        group.finish();
    }
}

fn some_edits(count: usize) -> Vec<Edit> {
    edits(&mut tasks(10_000), count)
}

/// A device that has shown its list once, so that nothing is left to be decoded later.
fn shown<E: Engine>(list: E::List) -> E::List {
    black_box(E::tasks(&list));
    list
}

/// One person alone, every edit in a transaction of its own.
fn edits_alone<E: Engine>(group: &mut Group<'_>, kept: &E::Kept) {
    let edits = some_edits(10_000);
    group.bench_function(E::NAME, |bencher| {
        let start = || shown::<E>(E::author(kept));
        let run = |mut list| {
            edits.iter().for_each(|edit| E::edit(&mut list, edit));
            list
        };
        bencher.iter_batched(start, run, BatchSize::PerIteration);
    });
}

/// Every edit is sent at once, and taken and shown by a colleague before the next.
fn edits_live<E: Engine>(group: &mut Group<'_>, kept: &E::Kept) {
    let edits = some_edits(1000);
    group.bench_function(E::NAME, |bencher| {
        let start = || {
            let mut pair = E::pair(shown::<E>(E::author(kept)), shown::<E>(E::colleague(kept)));
            E::sync(&mut pair);
            pair
        };
        let run = |mut pair| {
            for edit in &edits {
                E::send(&mut pair, edit);
                black_box(E::task(E::received(&pair), edit.task));
            }
            pair
        };
        bencher.iter_batched(start, run, BatchSize::PerIteration);
    });
}

/// A newcomer gets everything and shows it.
fn first_sync<E: Engine>(group: &mut Group<'_>, kept: &E::Kept) {
    group.bench_function(E::NAME, |bencher| {
        let start = || E::pair(shown::<E>(E::author(kept)), E::newcomer(kept));
        let run = |mut pair| {
            E::sync(&mut pair);
            let shown = E::tasks(E::received(&pair));
            (pair, shown)
        };
        bencher.iter_batched(start, run, BatchSize::PerIteration);
    });
}

/// A colleague comes back after `count` edits, gets them and shows them.
fn second_sync<E: Engine>(group: &mut Group<'_>, kept: &E::Kept, count: usize) {
    let edits = some_edits(count);
    group.bench_function(E::NAME, |bencher| {
        let start = || {
            let mut author = shown::<E>(E::author(kept));
            edits.iter().for_each(|edit| E::edit(&mut author, edit));
            E::pair(author, shown::<E>(E::colleague(kept)))
        };
        let run = |mut pair| {
            E::sync(&mut pair);
            for edit in &edits {
                black_box(E::task(E::received(&pair), edit.task));
            }
            pair
        };
        bencher.iter_batched(start, run, BatchSize::PerIteration);
    });
}

criterion_group!(benches, all);
criterion_main!(benches);
