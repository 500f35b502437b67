#!/usr/bin/env bash
# Fuzzes with the stable compiler, without cargo-fuzz: bash fuzz/run.sh [TARGET [SECONDS [PROFILE]]]
# Targets: page, message, annotation; without one, all of them. What breaks one is left in
# fuzz/artifacts/TARGET; run it again with: FUZZ_BINARY FILE. PROFILE is release, or dev, which is
# built sooner and slower by far.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${2:-60} profile=${3:-release}
host=$(rustc -vV | sed -n 's/^host: //p')
# The flags that cargo-fuzz passes; the sanitizer itself would need the nightly compiler.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Ccodegen-units=1"
out=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --profile "$profile" --target "$host" --target-dir "$out"
binaries=$out/$host/${profile/dev/debug}
for target in ${1:-page message annotation}; do
  mkdir -p "corpus/$target" "artifacts/$target"
  # Pages that are there make good seeds.
  if [ "$target" = page ]; then
    for seed in ../tests/it/fixtures/pages/*.md ../../shared/docs/*/*/api/*.md; do
      [ ! -f "$seed" ] || cp "$seed" "corpus/page/$(echo "$seed" | tr / _)"
    done
  fi
  "$binaries/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" \
    -max_total_time="$seconds" -timeout=10 -max_len=20000 -verbosity=0 -print_final_stats=1
done
