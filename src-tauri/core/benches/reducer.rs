//! How many events a second one core takes: all that was recorded from the real server.

#![allow(clippy::unwrap_used, missing_docs, reason = "a measurement that cannot go on fails")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use outrider_core::opencode::translate_event;
use outrider_core::store::State;

#[path = "../tests/replay/recording.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod recording;

use recording::{directory, events, names, raw_events};

fn reducer(criterion: &mut Criterion) {
    let recordings: Vec<_> = names("").iter().map(|name| events(name)).collect();
    let raw: Vec<_> = names("").iter().map(|name| raw_events(name)).collect();
    let count: usize = recordings.iter().map(Vec::len).sum();
    let directories: Vec<_> = recordings.iter().map(|events| directory(events)).collect();
    let mut group = criterion.benchmark_group("reducer");
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function("fold", |bencher| {
        let fresh = || {
            let states = directories.iter().map(|directory| State::new(directory.clone()));
            states.zip(recordings.clone()).collect::<Vec<_>>()
        };
        let fold = |each: Vec<(State, Vec<_>)>| {
            let fold = |(mut state, events): (State, Vec<_>)| {
                for event in events {
                    std::hint::black_box(state.apply(event));
                }
                state
            };
            each.into_iter().map(fold).collect::<Vec<_>>()
        };
        bencher.iter_batched(fresh, fold, BatchSize::LargeInput);
    });
    // From the server's JSON on.
    group.bench_function("read and fold", |bencher| {
        bencher.iter(|| {
            let each = raw.iter().zip(&directories).map(|(events, directory)| {
                let mut state = State::new(directory.clone());
                for data in events {
                    std::hint::black_box(state.apply(translate_event(data)));
                }
                state
            });
            each.collect::<Vec<_>>()
        });
    });
    group.finish();
}

criterion_group!(benches, reducer);
criterion_main!(benches);
