#!/bin/bash
# Prints which of the named stages of `make test` may fail because of the changes since a commit.
# SPDX-License-Identifier: Apache-2.0
#
# usage: changed-stages.sh COMMIT STAGE...
# The kernel's stages depend only on the drivers, their machine and the page of their families, and no page of docs/ affects a program.
set -euo pipefail
cd "$(dirname "$0")/.."
base=$1
shift
changed=$(git diff --name-only "$base" -- && git ls-files -o --exclude-standard)

stages=" $* "
if ! grep -qE '^(kernel/|deploy/vm/|common/.*/drivers\.txt$|Makefile$)' <<<"$changed"; then
  stages=${stages/ test-kernel-debug / } stages=${stages/ test-kernel / }
fi
# Tests compare docs/reference/ with the programs.
if ! grep -qvE '(\.md|\.svg|\.png)$' <<<"$changed" && ! grep -q '^docs/reference/' <<<"$changed"; then
  for stage in test-java test-packages test-nixos test-faults; do stages=${stages/ $stage / }; done
fi
echo "$stages"
