#!/bin/sh
# Prints the manual page of hy300-pki, generated from its --help.
# SPDX-License-Identifier: Apache-2.0
set -eu
cat <<EOF
.\\" SPDX-License-Identifier: Apache-2.0
.TH HY300\\-PKI 8 "" "hy300-fleet" "System Administration"
.SH NAME
hy300\\-pki \\- issues, renews and revokes the certificates of a fleet of HY300 projectors
.SH SYNOPSIS
.B hy300\\-pki
.I VERB
.RI [ NAME... ]
.SH DESCRIPTION
.nf
EOF
env -u HY300_PKI programs/hy300-pki --help | sed -e '1,2d' -e 's/\\/\\e/g' -e 's/-/\\-/g' -e 's/^\./\\\&./' \
  -e 's#docs/guides/certificates#/usr/share/doc/hy300/certificates#'
echo .fi
