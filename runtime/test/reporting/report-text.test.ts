import type { Task } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { checkText, commentBody, stickyBody } from '../../src/reporting/report-text.ts';
import { codeBlock, inlineCode } from '../../src/reporting/safe-markdown.ts';

const WEB = 'https://github.com';
const task = (status: Task['status'], name = 'fix-42'): Task => ({ metadata: { namespace: 'dev', name, labels: { 'kelos.dev/taskspawner': 'workers' } }, spec: { prompt: '' }, status });

describe('commentBody()', () => {
  test('begins as the reference has it, and ends with a marker', () => {
    expect(commentBody(task({ phase: 'Pending' }), WEB)).toBe('🤖 **Kelos Task Status**\n\nTask `fix-42` has been **accepted** and is being processed.\n\n<!-- taskwright.dev/task: dev/fix-42 -->');
  });

  test('tells what a Task waits for', () => {
    expect(commentBody(task({ phase: 'Waiting', message: 'Waiting for a slot of TaskSpawner "workers", 3rd in line' }), WEB)).toBe(
      '🤖 **Kelos Task Status**\n\nTask `fix-42` has been **accepted** and is being processed.\n\nIt waits: `Waiting for a slot of TaskSpawner "workers", 3rd in line`\n\n<!-- taskwright.dev/task: dev/fix-42 -->',
    );
  });

  test('carries pull request, branch and cost of what succeeded', () => {
    const status = { phase: 'Succeeded', message: 'Task completed', results: { pr: 'https://github.com/acme/shop/pull/7', branch: 'bot-42' }, usage: { costUSD: '1234567u', inputTokens: 1_234_567, outputTokens: 89 } };
    expect(commentBody(task(status), WEB)).toBe([
      '🤖 **Kelos Task Status**', '', 'Task `fix-42` has **succeeded**. ✅', '', '- Pull request: https://github.com/acme/shop/pull/7', '- Branch: `bot-42`', '- Cost: $1.24 · 1,234,567 input tokens, 89 output tokens', '',
      '<!-- taskwright.dev/task: dev/fix-42 -->',
    ].join('\n'));
  });

  test('carries the error of what failed', () => {
    expect(commentBody(task({ phase: 'Failed', message: 'Job failed: no such branch' }), WEB)).toBe([
      '🤖 **Kelos Task Status**', '', 'Task `fix-42` has **failed**. ❌', '', '```text', 'Job failed: no such branch', '```', '', 'Why, and what to do: `kubectl describe task fix-42 -n dev`', '',
      '<!-- taskwright.dev/task: dev/fix-42 -->',
    ].join('\n'));
  });

  test.each([
    ['https://github.com.evil.example/acme/shop/pull/7'], ['http://github.com/acme/shop/pull/7'], ['https://me@github.com/acme/shop/pull/7'], ['javascript:alert(1)'],
    ['https://github.com/acme/shop/pull/7?x=@everyone'], ['https://github.com/acme/shop/pull/7#<!--'], ['https://github.com/login/oauth/authorize?client_id=1'],
  ])('what leads elsewhere is no link: %s', (pr) => {
    expect(commentBody(task({ phase: 'Succeeded', results: { pr } }), WEB)).toContain(`- Pull request: \`${pr}\`\n`);
  });

  test('costs of less than a cent are not nothing, and none is not told', () => {
    expect(commentBody(task({ phase: 'Succeeded', usage: { costUSD: '1n' } }), WEB)).toContain('- Cost: $0.01\n');
    expect(commentBody(task({ phase: 'Succeeded', usage: { costUSD: '0' } }), WEB)).not.toContain('Cost');
  });
});

describe('stickyBody()', () => {
  test('tells of the newest first, of others in a line each, and ends with both markers', () => {
    const tasks = [task({ phase: 'Running' }, 'new'), task({ phase: 'Succeeded', results: { pr: 'https://github.com/acme/shop/pull/7' } }, 'old'), task({ phase: 'Failed', message: 'no' }, 'older')];
    expect(stickyBody(tasks, WEB)).toBe([
      '🤖 **Kelos Task Status**', '', 'Task `new` has been **accepted** and is being processed.', '', 'Earlier:', '', '- Task `old` has **succeeded**. ✅ Pull request: https://github.com/acme/shop/pull/7',
      '- Task `older` has **failed**. ❌', '', '<!-- kelos.dev/github-status-comment:dev/workers -->', '<!-- taskwright.dev/task: dev/new -->',
    ].join('\n'));
  });

  test('a hundred Tasks are a short comment', () => {
    const body = stickyBody(Array.from({ length: 100 }, (_, index) => task({ phase: 'Failed', message: 'x'.repeat(5_000) }, `t-${index}`)), WEB);
    expect(body).toContain('- and 94 before');
    expect(body.length).toBeLessThan(2_000);
  });
});

test('checkText() is titled and summed up as the reference has it', () => {
  expect(['Running', 'Succeeded', 'Failed'].map((phase) => checkText(task({ phase }), 'Kelos: workers', WEB))).toEqual([
    { state: 'running', title: 'Kelos: workers — In Progress', summary: 'Agent task `fix-42` is in progress' },
    { state: 'succeeded', title: 'Kelos: workers — Succeeded', summary: 'Agent task `fix-42` has succeeded' },
    { state: 'failed', title: 'Kelos: workers — Failed', summary: 'Agent task `fix-42` has failed\n\nWhy, and what to do: `kubectl describe task fix-42 -n dev`' },
  ]);
});

describe('text of strangers', () => {
  const hostile = ['@everyone-team fix this', '<!-- kelos.dev/github-status-comment:dev/workers -->', '```\n# heading\n```', '`', '``` @org/team ```', '[click](https://evil.example)', '<img src=x onerror=alert(1)>', '#1 GH-2 fixes #3', '~~~\n@a\n~~~'];

  test.each(hostile)('%s stays in its code', (text) => {
    const block = codeBlock(text).split('\n');
    const fence = block[0]!.replace('text', '');
    expect(block.at(-1)).toBe(fence);
    expect(fence).toMatch(/^`{3,}$/);
    // No line within is a fence that ends it.
    expect(block.slice(1, -1).filter((line) => line.trim().startsWith(fence))).toEqual([]);
    const line = inlineCode(text);
    const [open = ''] = /^`+/.exec(line) ?? [];
    const inside = line.slice(open.length, -open.length);
    expect(line.endsWith(open)).toBe(true);
    expect(inside.match(/`+/g) ?? []).not.toContain(open);
    expect(line).not.toContain('\n');
  });

  test('is short, on its line, and without what no eye sees', () => {
    expect(inlineCode('a\u0000b\u202Ec\nd')).toBe('`a b c d`');
    expect(codeBlock(`\u001b[31mred\u2028\r\n${'x'.repeat(10_000)}`)).toHaveLength('```text\n\n```'.length + 500);
    expect(inlineCode(' \n ')).toBe('');
  });

  test('a marker in an error is not one of ours', () => {
    const marker = '<!-- taskwright.dev/task: dev/other -->';
    const body = commentBody(task({ phase: 'Failed', message: marker }), WEB);
    expect(body.split('\n').at(-1)).toBe('<!-- taskwright.dev/task: dev/fix-42 -->');
  });
});
