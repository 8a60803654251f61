import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Repository, isGenerated, lineAt, root } from './repository';

/** A fenced block of a document. */
export interface CodeBlock {
  readonly path: string;
  /** Of its first line of code. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

export function codeBlocksOf(repository: Repository, ...languages: string[]): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const [path, text] of repository) {
    if (!path.endsWith('.md') || isGenerated(path)) continue;
    for (const match of text.matchAll(/^( *)```(\w+)[^\n]*\n([\s\S]*?)^\1```/gm)) {
      const [, indent = '', language = '', code = ''] = match;
      if (languages.includes(language)) blocks.push({ path, line: lineAt(text, match.index) + 1, language, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') });
    }
  }
  return blocks;
}

/**
 * What the compiler says about blocks of TypeScript: each is a whole module, as a reader would paste it into a file.
 * All of them are one program, so the libraries are read once.
 */
export function typeErrorsOf(blocks: readonly CodeBlock[]): string[] {
  const virtual = new Map(blocks.map((block, index) => [join(root, `examples/.documentation-${index}.ts`), block]));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    customConditions: ['taskwright-source'],
    types: ['node'],
    // The sources, not what happens to be compiled.
    paths: { 'cdk8s-taskwright': [join(root, 'src/index.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getCurrentDirectory = () => root;
  host.fileExists = (file) => virtual.has(file) || fileExists(file);
  host.readFile = (file) => virtual.get(file)?.code ?? readFile(file);
  host.getSourceFile = (file, version) => {
    const block = virtual.get(file);
    return block ? ts.createSourceFile(file, block.code, version) : getSourceFile(file, version);
  };

  const program = ts.createProgram([...virtual.keys()], options, host);
  return [...virtual].flatMap(([file, { path, line }]) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ start = 0, messageText }) => {
      const inBlock = source!.getLineAndCharacterOfPosition(start).line;
      return `${path}:${line + inBlock}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

/** Programs that a reader of the documentation has, or is told to have. */
const knownPrograms = ['npm', 'npx', 'node', 'git', 'kubectl', 'cd', 'mkdir', 'cat', 'curl', 'export', 'echo', 'docker', 'helm', 'pip'];

/** Lines of shell blocks that name a program, npm script, command of ours or file that does not exist. */
export function commandErrorsOf(blocks: readonly CodeBlock[], { scripts, commands }: { scripts: readonly string[]; commands: readonly string[] }): string[] {
  const errors: string[] = [];
  for (const { path, line, code } of blocks) {
    for (const [index, text] of code.split('\n').entries()) {
      // What is piped or chained is a command too; what follows `#` is said to the reader.
      for (const command of text.replace(/^\$ /, '').replace(/(^|\s)#.*$/, '').split(/\|\||&&|[|;]/)) {
        const words = command.trim().split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word));
        const wrong = words[0] === undefined || words[0] === '' ? undefined : wrongIn(words, scripts, commands);
        if (wrong) errors.push(`${path}:${line + index}: ${wrong}`);
      }
    }
  }
  return errors;
}

function wrongIn([program = '', ...args]: readonly string[], scripts: readonly string[], commands: readonly string[]): string | undefined {
  if (program === 'taskwright' || (program === 'npx' && args[0] === 'taskwright')) {
    const name = args[program === 'npx' ? 1 : 0];
    return name === undefined || name.startsWith('-') || commands.includes(name) ? undefined : `"taskwright ${name}" is not a command of the CLI`;
  }
  if (!knownPrograms.includes(program)) return `"${program}" is not a program the reader has`;
  if (program === 'npm') {
    const script = args[0] === 'run' ? args[1]! : args[0]!;
    if (!['install', 'i', 'ci', 'init', 'pack', ...scripts].includes(script)) return `"npm ${script}" is not a script of package.json`;
  }
  if (program === 'node') {
    const file = args.find((arg) => /\.(ts|mjs|js)$/.test(arg));
    if (file !== undefined && !existsSync(join(root, file))) return `"${file}" is not a file of the repository`;
  }
  return undefined;
}
