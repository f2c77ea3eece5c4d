#!/usr/bin/env bash
# Runs main.mjs with the Deno and the Vulkan loader that pack.mjs put into target/gpu, on a machine
# that has an NVIDIA card, its driver, and nothing else.
#   bash tests/bench/gpu/run.sh [--small]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
carried="$root/target/gpu"
[ -d "$carried" ] || carried="$root"

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
deno="$scratch/deno"
gunzip -c "$carried/deno.gz" > "$deno"
chmod +x "$deno"
export XDG_RUNTIME_DIR="$scratch"
# Or Deno takes OpenGL where Vulkan has no driver.
export DENO_WEBGPU_BACKEND=vulkan

libraries="$carried/lib"
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$libraries"

# Containers often get the driver without the file that tells Vulkan's loader of it. The library for
# screens wants X11's; the one without them does as well.
found_libraries=""
if [ -z "${VK_DRIVER_FILES:-}" ]; then
  folders=(/usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib /usr/local /opt)
  drivers=""
  for library in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    found="$(find "${folders[@]}" -maxdepth 2 -name "$library" -print -quit 2>/dev/null || true)"
    [ -n "$found" ] || continue
    file="$scratch/$library.json"
    printf '{"file_format_version":"1.0.1","ICD":{"library_path":"%s","api_version":"1.3.0"}}' \
      "$found" > "$file"
    drivers="${drivers:+$drivers:}$file"
    found_libraries="$found_libraries $found"
  done
  if [ -n "$drivers" ]; then
    export VK_DRIVER_FILES="$drivers" VK_ICD_FILENAMES="$drivers"
  else
    echo "No NVIDIA driver for Vulkan here (libGLX_nvidia.so.0, libEGL_nvidia.so.0)." >&2
    ls -d /usr/share/vulkan/icd.d/* /etc/vulkan/icd.d/* 2>/dev/null >&2 || true
  fi
fi

cd "$carried"
grep -m 1 "model name" /proc/cpuinfo || true
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || true
measure() {
  "$deno" run --no-prompt --allow-read --allow-env --node-modules-dir=manual \
    "$carried/tests/bench/gpu/main.mjs" "$@"
}
status=0
measure "$@" || status=$?
if [ "$status" -eq 3 ]; then
  # No adapter: what the drivers' libraries miss, and what the loader says of them.
  for library in $found_libraries; do
    ldd "$library" | grep "not found" || true
  done
  VK_LOADER_DEBUG=error,warn measure "$@" 2>&1 | head -60 || true
fi
exit "$status"
