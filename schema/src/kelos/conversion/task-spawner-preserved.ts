import type { Preserved } from './preserved.ts';
import { type Content, type Fields, changedWithin, fieldsIn, having, isEmpty, isFields, isSame, listIn, textIn, without } from './record.ts';

const TEMPLATE = ['spec', 'taskTemplate'] as const;
const triggerOf = (content: Content, name: string) => fieldsIn(fieldsIn(content.spec, 'when'), name);
const changedTrigger = (content: Content, name: string, change: (fields: Fields) => Fields) => changedWithin(content, ['spec', 'when', name], change);

/** As the older version has it in place of a pool: the credential whose name comes first. */
export function projectedCredential({ spec }: Content): Fields | undefined {
  const [first] = [...listIn(spec, 'credentials') ?? []].filter(isFields).sort((one, other) => ((textIn(one, 'name') ?? '') < (textIn(other, 'name') ?? '') ? -1 : 1));
  return first && without(first, 'name');
}

const nameTemplate: Preserved = {
  annotation: 'kelos.dev/v1alpha2-name-template',
  keep: ({ spec }) => textIn(fieldsIn(spec, 'taskTemplate'), 'nameTemplate') || undefined,
  restore: (newer, kept) => changedWithin(newer, TEMPLATE, (template) => (isEmpty(template.nameTemplate) ? { ...template, nameTemplate: kept } : template)),
};

const contextAuth: Preserved = {
  annotation: 'kelos.dev/v1alpha2-context-github-app-auth',
  keep: ({ spec }) => {
    const entries = (listIn(fieldsIn(spec, 'taskTemplate'), 'contextSources') ?? []).flatMap((source) => {
      const auth = fieldsIn(fieldsIn(source, 'http'), 'githubAppAuth');
      return auth ? [[textIn(source, 'name') ?? '', auth] as const] : [];
    });
    return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
  },
  restore: (newer, kept) => {
    const byName = JSON.parse(kept) as unknown;
    return changedWithin(newer, TEMPLATE, (template) => having(template, 'contextSources', listIn(template, 'contextSources')?.map((source) => {
      const auth = fieldsIn(byName, textIn(source, 'name') ?? '');
      return auth ? changedWithin(source as Fields, ['http'], (http) => ({ githubAppAuth: auth, ...http })) : source;
    })));
  },
};

const credentials: Preserved = {
  annotation: 'kelos.dev/v1alpha2-taskspawner-credentials',
  keep: ({ spec }) => (isEmpty(listIn(spec, 'credentials')) ? undefined : JSON.stringify(spec!.credentials)),
  restore: (newer, kept) => {
    const pool: unknown = JSON.parse(kept);
    const projected = projectedCredential({ annotations: {}, spec: { credentials: pool } });
    // Who has given the template another credential in the older version wants that one.
    if (!projected || !isSame(fieldsIn(fieldsIn(newer.spec, 'taskTemplate'), 'credentials'), projected)) return newer;
    return changedWithin(changedWithin(newer, TEMPLATE, (template) => without(template, 'credentials')), ['spec'], (spec) => ({ ...spec, credentials: pool }));
  },
};

const REPORTING = ['githubIssues', 'githubPullRequests', 'githubWebhook'];

const comments: Preserved = {
  annotation: 'kelos.dev/v1alpha2-github-comments-reporting',
  keep: (newer) => {
    const entries = REPORTING.flatMap((name) => {
      const reporting = fieldsIn(triggerOf(newer, name), 'reporting');
      if (reporting?.comments === undefined) return [];
      return [[name, { ...!isEmpty(reporting.enabled) && { enabled: reporting.enabled }, comments: reporting.comments }] as const];
    });
    return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
  },
  restore: (newer, kept) => {
    const byTrigger = JSON.parse(kept) as unknown;
    return REPORTING.reduce((content, name) => changedWithin(content, ['spec', 'when', name, 'reporting'], (reporting) => {
      const was = fieldsIn(byTrigger, name);
      // Who has switched reporting off in the older version wants no comments.
      return was && reporting.enabled === true ? having({ ...reporting, comments: was.comments }, 'enabled', was.enabled) : reporting;
    }), newer);
  },
};

/** Names in the annotation, and those of the triggers. */
const GATEWAYS = { github: 'githubWebhook', linear: 'linearWebhook', generic: 'webhook' };

const gateways: Preserved = {
  annotation: 'kelos.dev/v1alpha2-webhook-gateway-refs',
  keep: (newer) => {
    const entries = Object.entries(GATEWAYS).flatMap(([name, trigger]) => {
      const reference = fieldsIn(triggerOf(newer, trigger), 'gatewayRef');
      return reference ? [[name, reference] as const] : [];
    });
    return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
  },
  restore: (newer, kept) => {
    const byName = JSON.parse(kept) as unknown;
    return Object.entries(GATEWAYS).reduce((content, [name, trigger]) => changedTrigger(content, trigger, (fields) => {
      const reference = fieldsIn(byName, name);
      return reference && !isEmpty(textIn(reference, 'name')) ? { gatewayRef: reference, ...fields } : fields;
    }), newer);
  },
};

/** No exclusion of a delivery may say nothing: it would mute the spawner, and nobody else looks at what a conversion returns. */
function isExclusionOfGitHub(filter: unknown): boolean {
  if (!isFields(filter)) return false;
  const has = (name: string) => (name === 'draft' ? filter[name] !== undefined : !isEmpty(filter[name]));
  const everywhere = ['action', 'author', 'pullRequestAuthor', 'branch', 'tag'];
  const scoped = ['labels', 'state', 'draft', 'commentOn', 'bodyPattern', 'conclusion', 'checkName'];
  return !['filePatterns', 'bodyContains', 'excludeAuthors', 'excludeLabels', 'excludeBodyPatterns'].some(has)
    && [...everywhere, ...scoped].some(has)
    && (has('event') || !scoped.some(has))
    && [...textIn(filter, 'pullRequestAuthor') ?? ''].length <= 64
    && (!has('commentOn') || ['Issue', 'PullRequest'].includes(textIn(filter, 'commentOn')!))
    && (!has('conclusion') || ['success', 'failure', 'cancelled', 'timed_out', 'action_required', 'neutral', 'skipped', 'stale'].includes(textIn(filter, 'conclusion')!));
}

function isExclusionOfSlack(filter: unknown): boolean {
  const channels = listIn(filter, 'channels') ?? [];
  return channels.length > 0 && channels.length <= 64 && new Set(channels).size === channels.length
    && channels.every((channel) => typeof channel === 'string' && /^[CGD][A-Z0-9]{8,}$/.test(channel));
}

const MOST_EXCLUSIONS = 20;

function exclusions(annotation: string, trigger: string, isExclusion: (filter: unknown) => boolean): Preserved {
  return {
    annotation,
    keep: (newer) => {
      const filters = listIn(triggerOf(newer, trigger), 'excludeFilters');
      return isEmpty(filters) ? undefined : JSON.stringify(filters);
    },
    restore: (newer, kept) => {
      const filters: unknown = JSON.parse(kept);
      if (!Array.isArray(filters) || filters.length === 0 || filters.length > MOST_EXCLUSIONS || !filters.every(isExclusion)) return newer;
      return changedTrigger(newer, trigger, (fields) => (isEmpty(fields.excludeFilters) ? { ...fields, excludeFilters: filters } : fields));
    },
  };
}

/** In the order in which they are put back. */
export const SPAWNER_PRESERVED: readonly Preserved[] = [
  nameTemplate, contextAuth, credentials, comments, gateways,
  exclusions('kelos.dev/v1alpha2-github-webhook-exclude-filters', 'githubWebhook', isExclusionOfGitHub),
  exclusions('kelos.dev/v1alpha2-slack-exclude-filters', 'slack', isExclusionOfSlack),
];
