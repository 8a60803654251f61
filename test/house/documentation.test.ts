import { expect, test } from 'vitest';
import { codeBlocksOf, commandErrorsOf, typeErrorsOf } from './code-blocks';
import { readRepository } from './repository';

const repository = readRepository();
const scripts = Object.keys(JSON.parse(repository.get('package.json')!).scripts);
/** One file per command. */
const commands = [...repository.keys()].flatMap((path) => /^cli\/src\/commands\/([\w-]+)\.ts$/.exec(path)?.[1] ?? []);

test('every block of TypeScript in a document compiles', () => {
  expect(typeErrorsOf(codeBlocksOf(repository, 'ts', 'typescript'))).toEqual([]);
});

test('every command in a document exists', () => {
  expect(commandErrorsOf(codeBlocksOf(repository, 'sh', 'bash', 'shell', 'console'), { scripts, commands })).toEqual([]);
});

const documentOf = (language: string, ...code: string[]) => codeBlocksOf(new Map([['docs/x.md', `# x\n\n\`\`\`${language}\n${code.join('\n')}\n\`\`\`\n`]]), language);

test('a mistake in a block of TypeScript is found at its line of the document', () => {
  const blocks = documentOf('ts', `import { App } from 'cdk8s';`, 'new App().fly();', `import { x } from 'nowhere';`);
  expect(typeErrorsOf(blocks)).toEqual([
    `docs/x.md:5: Property 'fly' does not exist on type 'App'.`,
    expect.stringContaining(`docs/x.md:6: Cannot find module 'nowhere'`),
  ]);
});

test('a command that does not exist is found at its line of the document', () => {
  const blocks = documentOf('sh', 'npm start   # warp speed', 'npm run fly', 'A=b npx taskwright dev x && taskwright fly', 'make', 'node tools/gone.mjs', 'kubectl get tasks | cat');
  expect(commandErrorsOf(blocks, { scripts: ['start', 'test'], commands: ['dev'] })).toEqual([
    'docs/x.md:5: "npm fly" is not a script of package.json',
    'docs/x.md:6: "taskwright fly" is not a command of the CLI',
    'docs/x.md:7: "make" is not a program the reader has',
    'docs/x.md:8: "tools/gone.mjs" is not a file of the repository',
  ]);
});

test('an indented block counts, without its indent', () => {
  const [block] = codeBlocksOf(new Map([['README.md', '1. Do\n\n   ```sh\n   npm test\n     -- x\n   ```\n']]), 'sh');
  expect(block).toEqual({ path: 'README.md', line: 4, language: 'sh', code: 'npm test\n  -- x\n' });
});
