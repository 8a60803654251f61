import ts from 'typescript';
import { type Finding, type Repository, isGenerated, lineAt } from './repository';

interface Ban {
  /** As it is written in the code: `a.b`, `f(`, `new X()`. */
  readonly code: readonly string[];
  readonly use: string;
  readonly why: string;
  /** The files it does not hold for. */
  readonly except: RegExp;
}

const bans: readonly Ban[] = [
  {
    code: ['Date.now', 'new Date()', 'performance.now', 'setTimeout(', 'setInterval('],
    use: 'a Clock (runtime/src/kube/clock.ts)',
    why: 'a simulated week must run in a second, and a test must not sleep',
    except: /^(runtime\/src\/kube\/clock\.ts$|bench\/|tools\/)/,
  },
  {
    code: ['AbortSignal.timeout'],
    use: 'a Clock (runtime/src/kube/clock.ts)',
    why: 'a simulated week must run in a second; a test may bound itself with it',
    except: /(^|\/)test\/|^(bench|tools)\//,
  },
  {
    code: ['Math.random'],
    use: 'the seeded source of its caller',
    why: 'a failure must be replayed from its seed',
    except: /^bench\//,
  },
  {
    code: ['process.env'],
    use: 'a parameter, read in main.ts',
    why: 'what a program depends on is said in one place, and a test can choose it',
    except: /(^|\/)main\.ts$|\.config\.mjs$|^(tools|bench)\/|\/test\/|^test\//,
  },
  {
    code: ['process.exit('],
    use: 'an error, or process.exitCode in main.ts',
    why: 'output that is still buffered would be lost, and nothing could be closed',
    except: /(^|\/)main\.ts$|^bench\//,
  },
  {
    code: ['console.log', 'console.error', 'console.warn', 'console.info', 'console.debug'],
    use: 'the io of the command, or the log',
    why: 'who runs it decides where text goes, and JSON stays JSON',
    except: /^(cli\/src\/main\.ts$|bench\/)/,
  },
  {
    code: ['export default'],
    use: 'a named export',
    why: 'a thing has the same name wherever it is used',
    except: /\.config\.mjs$|^tools\/test-reporter\.mjs$/,
  },
  {
    code: ['test.skip', 'it.skip', 'describe.skip', 'test.todo', 'it.todo', 'describe.todo', 'test.skipIf', 'describe.skipIf', 'test.runIf', 'describe.runIf'],
    use: "context.skip('why')",
    why: 'the end of the run says what was skipped and why',
    except: /^$/,
  },
  {
    code: ['test.only', 'it.only', 'describe.only'],
    use: 'npm test -- <file> -t <name>',
    why: 'everything else would pass unseen',
    except: /^$/,
  },
];

/** Calls that make code hard to test, replay or read, each with what stands in for it. */
export function findBannedCode(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!/\.(ts|mjs)$/.test(path) || isGenerated(path)) continue;
    const applying = bans.filter(({ except }) => !except.test(path));
    const visit = (node: ts.Node) => {
      const code = spell(node);
      const ban = code === undefined ? undefined : applying.find((candidate) => candidate.code.includes(code));
      if (ban) findings.push({ path, line: lineAt(text, node.getStart()), found: `${code} is not used here`, use: ban.use, why: ban.why });
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  }
  return findings;
}

/** The way `bans` writes what this node does. Comments and strings have no such node, so they may name anything. */
function spell(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = `${node.expression.getText()}.${node.name.text}`.replace(/^globalThis\./, '');
    return name === 'process.exit' ? 'process.exit(' : name;
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return `${node.expression.text}(`;
  if (ts.isNewExpression(node) && (node.arguments?.length ?? 0) === 0) return `new ${node.expression.getText()}()`;
  if (ts.isExportAssignment(node)) return 'export default';
  if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return 'export default';
  return undefined;
}
