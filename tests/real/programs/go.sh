#!/bin/bash
# SPDX-License-Identifier: MIT
# The tools of Go are static programs: samebits starts them with --partial only,
# the shell around them is its program here.
set -e
export GOCACHE=$TMPDIR/go GOFLAGS=-mod=mod GO111MODULE=off GOPATH=$TMPDIR
cat >"$TMPDIR/a.go" <<'G'
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var all sync.WaitGroup
	sums := make([]int, 4)
	for n := range sums {
		all.Add(1)
		go func(n int) {
			defer all.Done()
			time.Sleep(time.Millisecond)
			sums[n] = n * n
		}(n)
	}
	all.Wait()
	select {
	case <-time.After(20 * time.Millisecond):
		fmt.Println(sums)
	}
}
G
CGO_ENABLED=0 go run "$TMPDIR/a.go"
