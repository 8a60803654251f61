import { expect, test } from 'vitest';
import { BuildError, SetupError, tool } from '../tool';

const { failureOf } = await tool<{ failureOf(code: number, output: string): Error }>('cluster/programs.mjs');

test.each<{ it: string; output: string; kind: typeof BuildError }>([
  { it: 'a program of ours that does not compile is ours', output: 'k8s.io/api/core/v1\n# taskwright/cluster\n./main.go:12:3: undefined: run', kind: BuildError },
  { it: 'a go.sum that lacks a line is ours', output: 'main.go:9:2: missing go.sum entry for module providing package k8s.io/kubernetes', kind: BuildError },
  { it: 'a go.mod that does not fit is ours', output: 'go: updates to go.mod needed; to update it:\n\tgo mod tidy', kind: BuildError },
  { it: 'a version that does not exist is ours', output: 'go: k8s.io/kubernetes@v1.99.0: invalid version: unknown revision v1.99.0', kind: BuildError },
  { it: 'a proxy that does not answer is not', output: 'go: k8s.io/kubernetes@v1.36.2: Get "https://proxy.invalid/k8s.io": dial tcp: lookup proxy.invalid: no such host', kind: SetupError },
  { it: 'a Go that is too old is not', output: 'go: go.mod requires go >= 1.26 (running go 1.22; GOTOOLCHAIN=local)', kind: SetupError },
  { it: 'a full disk is not', output: 'compile: writing output: write /tmp/go-build1/b001/_pkg_.a: no space left on device', kind: SetupError },
])('$it', ({ output, kind }) => {
  const failure = failureOf(1, `${output}\n`);
  expect(failure).toBeInstanceOf(kind);
  expect(failure.message).toBe(`go build in test/cluster failed with exit code 1:\n${output}`);
});
