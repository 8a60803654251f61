import { RE2JS } from 're2js';
import { filesMatch, hasFilePatterns } from '../file-patterns.ts';
import type { TriggerConfig } from '../source.ts';
import type { EventFacts } from './event-facts.ts';
import { type NameGlob, nameGlob } from './name-glob.ts';

type Config = TriggerConfig<'githubWebhook'>;
type Filter = NonNullable<Config['filters']>[number];

/** What the payload of a delivery lacks, and GitHub has to be asked for. */
export type Missing = 'head' | 'files';

export type Judgement =
  | { readonly outcome: 'match' }
  /** It depends on what is not known yet. */
  | { readonly outcome: 'unknown'; readonly missing: Missing }
  | Miss;

/** The field of the trigger that rules the event out, and what it was held against. */
export interface Miss {
  readonly outcome: 'miss';
  readonly filter: string;
  readonly seen: string;
}

/**
 * Whether the trigger waits for such an event: events, repository and excludeAuthors first, then excludeFilters, of which none may match, then filters, of which one
 * has to. A criterion that is none of the event, such as labels of a push, holds.
 *
 * Of several filters that do not match the one is told that came nearest: the one of which least does not hold, the first of them.
 *
 * A pattern that cannot be compiled rules the event out, in an exclusion too: there the reference lets it through (docs/compatibility.md, "Events of GitHub").
 */
export function judge(config: Config, facts: EventFacts): Judgement {
  const { repository, events, excludeAuthors, filters = [], excludeFilters = [] } = config;
  if (!events.includes(facts.event)) return miss('events', facts.event);
  if (repository && repository !== facts.repository) return miss('repository', facts.repository);
  if (excludeAuthors?.includes(facts.sender)) return miss('excludeAuthors', facts.sender);

  for (const [index, filter] of excludeFilters.entries()) {
    if (filter.event && filter.event !== facts.event) continue;
    const finding = find(filter, facts);
    const broken = finding.unmet.find(({ isBroken }) => isBroken);
    if (broken) return miss(`excludeFilters[${index}].${broken.field}`, broken.seen);
    if (finding.unmet.length > 0) continue;
    if (finding.missing) return { outcome: 'unknown', missing: finding.missing };
    return miss(`excludeFilters[${index}]`, describe(filter, facts));
  }
  return filters.length === 0 ? { outcome: 'match' } : judgeFilters(filters, facts);
}

function judgeFilters(filters: readonly Filter[], facts: EventFacts): Judgement {
  const findings = filters.flatMap((filter, index) => (filter.event === facts.event ? [{ index, ...find(filter, facts) }] : []));
  if (findings.length === 0) return miss('filters', facts.event);
  if (findings.some(({ unmet, missing }) => unmet.length === 0 && !missing)) return { outcome: 'match' };
  const open = findings.find(({ unmet }) => unmet.length === 0);
  if (open?.missing) return { outcome: 'unknown', missing: open.missing };
  const nearest = findings.reduce((near, finding) => (finding.unmet.length < near.unmet.length ? finding : near));
  const { field, seen } = nearest.unmet[0]!;
  return miss(`filters[${nearest.index}].${field}`, seen);
}

interface Unmet {
  readonly field: keyof Filter;
  readonly seen: string;
  /** The field holds a pattern that cannot be compiled. */
  readonly isBroken?: boolean;
}

interface Finding {
  readonly unmet: readonly Unmet[];
  /** What one of the criteria waits for. The head comes first: it costs one request, and files are many. */
  readonly missing?: Missing;
}

function find(filter: Filter, facts: EventFacts): Finding {
  const findings = CRITERIA.map((criterion) => criterion(filter, facts)).filter((finding) => finding !== undefined);
  const unmet = findings.filter((finding) => typeof finding !== 'string');
  const missing = findings.filter((finding) => typeof finding === 'string');
  return { unmet, missing: missing.includes('head') ? 'head' : missing[0] };
}

/** Nothing where it holds, or says nothing of such an event. */
type Criterion = (filter: Filter, facts: EventFacts) => Unmet | Missing | undefined;

/** Cheap ones first: the first that does not hold is told. */
const CRITERIA: readonly Criterion[] = [
  ({ action }, facts) => (action && action !== facts.action ? unmet('action', facts.action) : undefined),
  ({ author }, { sender }) => (author && author !== sender ? unmet('author', sender) : undefined),
  ({ excludeAuthors }, { sender }) => (excludeAuthors?.includes(sender) ? unmet('excludeAuthors', sender) : undefined),
  ({ pullRequestAuthor: author }, facts) => (author && author !== facts.pullRequestAuthor ? unmet('pullRequestAuthor', facts.pullRequestAuthor) : undefined),
  ({ state }, { subject }) => (state && subject && state !== subject.state ? unmet('state', subject.state) : undefined),
  ({ draft }, { subject }) => (draft !== undefined && subject?.isDraft !== undefined && draft !== subject.isDraft ? unmet('draft', String(subject.isDraft)) : undefined),
  ({ commentOn }, facts) => {
    if (!commentOn || facts.event !== 'issue_comment') return undefined;
    const seen = facts.subject?.kind === 'pull-request' ? 'PullRequest' : 'Issue';
    return commentOn === seen ? undefined : unmet('commentOn', seen);
  },
  ({ labels = [] }, { subject }) => (subject && !labels.every((label) => subject.labels.includes(label)) ? unmet('labels', subject.labels.join(', ')) : undefined),
  ({ excludeLabels = [] }, { subject }) => {
    const excluded = subject?.labels.find((label) => excludeLabels.includes(label));
    return excluded === undefined ? undefined : unmet('excludeLabels', excluded);
  },
  ({ conclusion }, { check }) => (conclusion && check && conclusion !== check.conclusion ? unmet('conclusion', check.conclusion) : undefined),
  ({ checkName }, { check }) => (checkName && check ? unmetGlob('checkName', checkName, check.name) : undefined),
  ({ tag }, facts) => (tag ? unmetGlob('tag', tag, facts.tag) : undefined),
  ({ branch }, facts) => {
    if (!branch) return undefined;
    if (facts.whyNoHead !== undefined) return unmet('branch', facts.whyNoHead);
    return facts.lacksHead ? 'head' : unmetGlob('branch', branch, facts.branch);
  },
  ({ bodyContains }, { text }) => (bodyContains && text !== undefined && !text.includes(bodyContains) ? unmet('bodyContains', text) : undefined),
  ({ bodyPattern }, { text }) => (bodyPattern && text !== undefined ? unmetPattern('bodyPattern', bodyPattern, text, true) : undefined),
  ({ excludeBodyPatterns = [] }, { text }) => {
    if (text === undefined) return undefined;
    return excludeBodyPatterns.map((pattern) => unmetPattern('excludeBodyPatterns', pattern, text, false)).find((finding) => finding !== undefined);
  },
  ({ filePatterns }, { changedFiles }) => {
    if (!hasFilePatterns(filePatterns)) return undefined;
    if (changedFiles === undefined) return 'files';
    return filesMatch(filePatterns, changedFiles) ? undefined : unmet('filePatterns', changedFiles.join(', '));
  },
];

function unmetGlob(field: 'branch' | 'tag' | 'checkName', pattern: string, name: string): Unmet | undefined {
  const glob = globs.of(pattern);
  if (glob === undefined) return { field, seen: `not a glob: ${pattern}`, isBroken: true };
  return name !== '' && glob.matches(name) ? undefined : unmet(field, name);
}

function unmetPattern(field: 'bodyPattern' | 'excludeBodyPatterns', pattern: string, text: string, shallMatch: boolean): Unmet | undefined {
  const compiled = patterns.of(pattern);
  if (compiled instanceof Error) return { field, seen: `not a regular expression: ${compiled.message}`, isBroken: true };
  if (text.length > LONGEST_TEXT) return { field, seen: `a text of ${text.length} characters, more than ${LONGEST_TEXT}`, isBroken: true };
  return compiled.matcher(text).find() === shallMatch ? undefined : unmet(field, text);
}

/** The longest text that is searched: GitHub takes 65,536 characters of a comment and 125,000 of a release. */
const LONGEST_TEXT = 262_144;

/** What users wrote, compiled once for all spawners. */
class Compiled<T> {
  readonly #compile: (text: string) => T;
  readonly #known = new Map<string, T>();

  constructor(compile: (text: string) => T) {
    this.#compile = compile;
  }

  of(text: string): T {
    const known = this.#known.get(text);
    if (known !== undefined || this.#known.has(text)) return known as T;
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    const made = this.#compile(text);
    this.#known.set(text, made);
    return made;
  }
}

/** More than anybody has written. Beyond it all of them are compiled anew. */
const MOST_KEPT = 4_096;

const globs = new Compiled<NameGlob | undefined>(nameGlob);

const patterns = new Compiled<RE2JS | Error>((text) => {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    return error as Error;
  }
});

function unmet(field: keyof Filter, seen: string): Unmet {
  return { field, seen };
}

function miss(filter: string, seen: string): Miss {
  return { outcome: 'miss', filter, seen: shown(seen) };
}

/** What of the event the exclusion says, by its criteria. */
function describe(filter: Filter, facts: EventFacts): string {
  const { action, author, pullRequestAuthor, branch, tag, labels, state } = filter;
  const said: readonly (readonly [unknown, string])[] = [
    [action, facts.action], [author, facts.sender], [pullRequestAuthor, facts.pullRequestAuthor], [branch, facts.branch], [tag, facts.tag],
    [labels?.length, facts.subject?.labels.join(', ') ?? ''], [state, facts.subject?.state ?? ''],
  ];
  const seen = said.filter(([criterion, value]) => criterion && value !== '').map(([, value]) => value);
  return [facts.event, ...seen].join(', ');
}

/** As much of what a stranger wrote as fits a line. */
function shown(seen: string): string {
  return seen.slice(0, LONGEST_SEEN).replace(/[\p{C}\p{Z}]+/gu, ' ');
}

const LONGEST_SEEN = 200;
