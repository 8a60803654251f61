import { type Conversion, without } from './record.ts';

/** The older version has no ghproxy; all else is alike. */
export const workspaceConversion: Conversion = {
  up: (older) => older,
  down: ({ spec, ...rest }) => ({ ...rest, spec: spec && without(spec, 'ghproxy') }),
};
