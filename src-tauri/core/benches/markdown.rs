//! How fast Markdown becomes HTML: whole texts, and the chunks of one that streams, at its start and at its end.

#![allow(missing_docs, reason = "it has no interface")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use outrider_core::render::{Mark, Stream, render};

/// Answers as models write them.
const CORPUS: [&str; 9] = [
    include_str!("../tests/corpus/plan.md"),
    include_str!("../tests/corpus/code.md"),
    include_str!("../tests/corpus/tables.md"),
    include_str!("../tests/corpus/lists.md"),
    include_str!("../tests/corpus/references.md"),
    include_str!("../tests/corpus/languages.md"),
    include_str!("../tests/corpus/fences.md"),
    include_str!("../tests/corpus/maths.md"),
    include_str!("../tests/corpus/mixed.md"),
];

/// The length of a long answer, in bytes.
const LONG: usize = 200_000;
/// Characters in a chunk, about what a model sends.
const CHUNK: usize = 12;

/// A stream of which a window has everything.
struct Watched {
    stream: Stream,
    mark: Mark,
}

impl Watched {
    fn after(text: &str) -> Self {
        let mut stream = Stream::new();
        stream.push(text);
        let mark = stream.changes(Mark::default()).map(|changes| changes.mark).unwrap_or_default();
        Self { stream, mark }
    }

    /// What a window would be sent after each chunk.
    fn take(mut self, chunks: &[String]) -> Self {
        for chunk in chunks {
            self.stream.push(chunk);
            if let Some(changes) = self.stream.changes(self.mark) {
                black_box(changes.blocks.len());
                self.mark = changes.mark;
            }
        }
        self
    }
}

fn markdown(criterion: &mut Criterion) {
    let round: String = CORPUS.iter().flat_map(|text| [*text, "\n\n"]).collect();
    let text = round.repeat(LONG / round.len() + 1);
    let mut group = criterion.benchmark_group("markdown");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("whole", |bencher| bencher.iter(|| render(black_box(&text))));

    // The same words each time: only what stands before them differs.
    let characters: Vec<char> = round.chars().collect();
    let chunks: Vec<String> = characters.chunks(CHUNK).map(|chunk| chunk.iter().collect()).collect();
    group.throughput(Throughput::Elements(chunks.len() as u64));
    for (name, before) in [("chunks at the start", ""), ("chunks at the end", text.as_str())] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| Watched::after(before), |watched| watched.take(&chunks), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, markdown);
criterion_main!(benches);
