#!/bin/bash
# SPDX-License-Identifier: MIT
set -e
for type in ed25519 ecdsa rsa; do
	ssh-keygen -q -t $type -N '' -f k_$type
	cat k_$type.pub
done
echo text | ssh-keygen -Y sign -f k_ed25519 -n file >signature 2>/dev/null
echo "a $(cat k_ed25519.pub)" >allowed
echo text | ssh-keygen -Y verify -f allowed -I a -n file -s signature >/dev/null
