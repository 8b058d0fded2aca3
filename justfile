# What CI runs, recipe by recipe. `just` lists them, `just ci` runs all.

default:
    @just --list

# Formatting, lints
lint:
    cargo fmt --all --check
    cargo clippy --all-targets --all-features -- -D warnings
    cargo clippy --no-default-features -- -D warnings

# Unit, integration and documentation tests
test:
    cargo test
    cargo test --all-features

# Tests too long for a build without optimisation
slow:
    cargo test --release --test it -- --ignored

# The documentation, every link checked
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features

# Every example on its own simulated data
examples:
    for example in examples/*.rs examples/*/main.rs; do name=$(basename "${example%/main.rs}" .rs); [ "$name" = simulate ] || cargo run --release --quiet --example "$name" > /dev/null; done

# Licences and advisories of dependencies
deny:
    cargo deny check

# Each fuzz target for so many seconds, new inputs kept; needs cargo-fuzz, and nightly or RUSTC_BOOTSTRAP=1
fuzz seconds="600":
    for target in fuzz/fuzz_targets/*.rs; do name=$(basename "$target" .rs); mkdir -p "fuzz/work/$name"; cargo fuzz run --sanitizer none "$name" "fuzz/work/$name" "fuzz/corpus/$name" -- -max_total_time={{seconds}} -timeout=20 -rss_limit_mb=6000 || exit 1; done

# A checksum of each part, to compare with other machines
checksum:
    cargo run --release --no-default-features --example checksum

# Benchmarks; `just bench 10000000` for the figures that are stated
bench journeys="1000000":
    JOURNEYS={{journeys}} cargo bench --features parquet

# How many persons fit, in seconds and memory
memory persons="1000000":
    cargo bench --bench memory -- {{persons}}

# Instructions of three kernels, for machines too busy to time anything; needs Valgrind and gungraun-runner
instructions:
    cargo bench --manifest-path benches/instructions/Cargo.toml

# The example beside other tools, whose scripts are in a folder of their own
peers folder log runs="5":
    python3 scripts/peers.py {{folder}} {{log}} --runs {{runs}}

ci:
    bash .ci/run
