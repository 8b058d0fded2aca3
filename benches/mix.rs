//! How many candidates the mix model's search judges a second, each solved on all rows and on three
//! validation folds.

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use mixtouch::mix::estimate::Search;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;

fn search(c: &mut Criterion) {
    let mut group = c.benchmark_group("mix/search");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let worlds = [
        ("104 weeks x 4 media", PanelWorld::small_business(), 20_000),
        (
            "131 weeks x 2 geos x 6 media",
            PanelWorld::growing_business(),
            5_000,
        ),
        (
            "156 weeks x 8 geos x 8 media",
            PanelWorld::medium_business(),
            2_000,
        ),
    ];
    for (name, world, trials) in worlds {
        let panel = world
            .expect("the world is valid")
            .simulate(1)
            .panel()
            .expect("names are distinct");
        let search = Search::default()
            .with_evaluations(trials)
            .with_pareto_evaluations(0);
        group.throughput(Throughput::Elements(trials as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                search
                    .fit(&MixSpecification::new(), black_box(&panel))
                    .expect("the panel can be fitted")
            })
        });
    }
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
