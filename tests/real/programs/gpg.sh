#!/bin/bash
# SPDX-License-Identifier: MIT
set -e
export GNUPGHOME=$TMPDIR/gpg
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --kill all' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key a@b ed25519 2>/dev/null
gpg --batch --with-colons --fingerprint a@b 2>/dev/null | grep ^fpr
echo text | gpg --batch --quiet --sign --local-user a@b >signed 2>/dev/null
gpg --batch --quiet --decrypt signed 2>/dev/null
gpg --batch --quiet --gen-random 1 16 | od -An -tx1
