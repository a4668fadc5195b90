#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image from the uploaded archive.
set -euo pipefail

apt-get update
for version in 3.13 3.12 3.11; do
    packages="python$version python$version-venv"
    if apt-get install -y --no-install-recommends $packages; then break; fi
done
"python$version" -m venv /autograder/venv
/autograder/venv/bin/pip install --no-cache-dir \
    --extra-index-url https://download.pytorch.org/whl/cpu -e /autograder/source/katas

# Root grades; the submission runs as a user who cannot read these.
cd /autograder/source/katas
chmod -R go= solutions attempts tests
