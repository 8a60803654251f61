import { posix } from 'node:path';
import { type Finding, type Repository, isGenerated, lineAt } from './repository';

/** Split, so that this file holds none of them. */
const word = (...parts: string[]) => parts.join('');

const bans = [
  { pattern: new RegExp(word('(?<![\\w.-])/(?:wo', 'rk/(?:wt|main|shared)|ro', 'ot/|ho', 'me/(?!agent\\b|node\\b)\\w+/)'), 'g'), use: 'a path inside the repository', why: 'it is one machine\'s' },
  { pattern: new RegExp(word('\\b(?:TO', 'DO|FIX', 'ME|XX', 'X|HA', 'CK)\\b'), 'g'), use: 'the change itself, or a line in an issue', why: 'nobody comes back for it' },
  { pattern: new RegExp(word('eslint-', 'disable|@ts-', 'ignore|@ts-', 'nocheck'), 'g'), use: 'code the tools accept', why: 'a silenced check holds for nobody' },
  { pattern: /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)[\w.-]+/g, use: 'https://registry.npmjs.org', why: 'not everybody can reach a mirror' },
];

/** Words that say something about a work machine or about work that was left. */
export function findBannedWords(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (text.includes('\0') || path === 'LICENSE') continue; // a binary, somebody else's text
    for (const { pattern, use, why } of bans) {
      for (const match of text.matchAll(pattern)) findings.push({ path, line: lineAt(text, match.index), found: `"${match[0]}" is not used here`, use, why });
    }
  }
  return findings;
}

/** Documents that a comment or a page sends the reader to, and that are not there. */
export function findMissingDocuments(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  const documents = new Set([...repository.keys()].filter((path) => path.endsWith('.md')));
  for (const [path, text] of repository) {
    if (!/\.(ts|mjs|md|sh)$/.test(path) || isGenerated(path) || /(^|\/)test\//.test(path) || path === '.projenrc.ts') continue;
    if (path.startsWith('examples/')) continue; // their agents write documents of their own
    // What a command prints may name what it made; lines are kept, so that they can be counted.
    const prose = text.replaceAll(/^```text\n[\s\S]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, ' '));
    for (const match of prose.matchAll(/(?<![\w/.*$}~:-])[\w./-]*\w\.md\b/g)) {
      const name = match[0];
      if (/^(CLAUDE|AGENTS|GEMINI|SKILL)\.md$/.test(posix.basename(name))) continue; // files of the agents' own
      if (documents.has(posix.normalize(name)) || documents.has(posix.join(posix.dirname(path), name))) continue;
      findings.push({ path, line: lineAt(text, match.index), found: `"${name}" is named`, use: 'the path of a document that is in the repository', why: 'the reader cannot open it' });
    }
  }
  return findings;
}

/** Paths of the repository that a document names in its text, and that are not there. */
export function findMissingPaths(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!path.endsWith('.md') || isGenerated(path)) continue;
    for (const match of text.matchAll(/`((?:schema|src|runtime|cli|tools|test|docs|examples|images|bench|crds)\/[\w./-]*)`/g)) {
      const name = match[1]!.replace(/\/$/, '');
      // The README of a package speaks of its own src/.
      const candidates = [name, posix.join(posix.dirname(path), name)];
      if (candidates.some((candidate) => [...repository.keys()].some((file) => file === candidate || file.startsWith(`${candidate}/`)))) continue;
      findings.push({ path, line: lineAt(text, match.index), found: `\`${name}\` is named`, use: 'a path of the repository', why: 'the reader cannot open it' });
    }
  }
  return findings;
}
