#!/usr/bin/env bash
# Runs the tests with everything of ours built with sanitizers (Linux, g++):
#
#   scripts/sanitize.sh address,undefined            the native tests, then jest
#   scripts/sanitize.sh thread test/reload.test.ts   the same, with arguments for jest
#   scripts/sanitize.sh thread --native              the native tests only, without the addon
#   scripts/sanitize.sh address,undefined --jest     jest only, arguments may follow
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kind=${1:?"which sanitizer: address,undefined or thread"}
shift
case $kind in
  address | address,undefined) runtime=libasan.so ;;
  thread) runtime=libtsan.so ;;
  *)
    echo "unknown sanitizer $kind: use address,undefined or thread" >&2
    exit 2
    ;;
esac

run_native=true
run_jest=true
case ${1-} in
  --native) run_jest=false && shift ;;
  --jest) run_native=false && shift ;;
esac

suppressions=$PWD/test/sanitizers
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export LSAN_OPTIONS=suppressions=$suppressions/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=suppressions=$suppressions/tsan.supp:second_deadlock_stack=1

# ThreadSanitizer places its shadow memory at fixed addresses, and not every version of it copes with
# a kernel that randomizes the others widely.
launch=()
if [[ $kind == thread ]] && setarch -R true 2>/dev/null; then
  launch=(setarch -R)
fi

# node-gyp-build looks for the addon in $DYNAMIC_RELOAD_PREBUILD/build/Debug, before anywhere else.
home=$PWD/build-${kind%%,*}
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
cmake -S . -B "$home/build" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
  -DDYNAMIC_RELOAD_SANITIZE="$kind" >/dev/null

if $run_native; then
  cmake --build "$home/build" --target native_tests
  "${launch[@]}" ctest --test-dir "$home/build" --output-on-failure --no-tests=error
fi

# Compilers free nothing before they end, so that one started by a test would fail for its leaks if it
# inherited the sanitizer. These stand before the real ones on the PATH.
make_compiler_wrappers() {
  local directory=$1 tool real
  mkdir -p "$directory"
  for tool in cc c++ gcc g++ clang clang++ aarch64-linux-gnu-gcc cmake make ninja; do
    real=$(command -v "$tool") || continue
    printf '#!/bin/sh\nunset LD_PRELOAD\nexec "%s" "$@"\n' "$real" >"$directory/$tool"
    chmod +x "$directory/$tool"
  done
}

if $run_jest; then
  cmake --build "$home/build"
  make_compiler_wrappers "$home/bin"
  # Without the tests that call malloc() and free() of libc by their addresses: a sanitizer takes the
  # place of one and not always of the other.
  # And without the one that measures memory, of which a sanitizer keeps what was freed.
  echo 'not run under a sanitizer: test/real-libc.test.ts test/process/millions.test.ts'
  # The runtime has to be the first library of the process, and it has to see the C++ runtime that
  # the addon will use: Node.js itself is not sanitized.
  preload="$(g++ -print-file-name=$runtime) $(g++ -print-file-name=libstdc++.so.6)"
  jest() {
    env DYNAMIC_RELOAD_PREBUILD="$home" LD_PRELOAD="$preload" PATH="$home/bin:$PATH" \
      "${launch[@]}" node node_modules/jest/bin/jest.js "$@" \
      --testPathIgnorePatterns test/real-libc.test.ts test/process/millions.test.ts
  }
  # Leaks are looked for at the end of a process. There some of them, which a test ends in the middle,
  # do leak what Node.js had, and LeakSanitizer crashes where threads end at the same moment.
  ASAN_OPTIONS+=:detect_leaks=0 jest "$@"
  # So that is done once more in a single process which starts no others.
  if [[ $kind == address* && $# == 0 ]]; then
    jest --runInBand 'test/(addon|callbacks|calls|groups|library|map|memory|reload|rollback|variables)[-.]'
  fi
fi
