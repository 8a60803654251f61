import type { OwnAccount } from '../sources/source-event.ts';
import { ForgeClient } from './forge-client.ts';

/** Whom the token belongs to with which a project is looked at, and with which its Tasks write there. Nothing where it is looked at as nobody. */
export function ownAccountOn({ dialect, site }: Pick<ForgeClient, 'dialect' | 'site'>): OwnAccount | undefined {
  if (site.authorization === undefined) return undefined;
  return {
    key: `${site.root} ${site.key}`,
    async ask(how) {
      const answer = (await new ForgeClient(dialect, site, how).get('/user')) as Readonly<Record<string, unknown>> | null;
      const name = answer?.[dialect.username];
      if (typeof name !== 'string' || name === '') throw new Error(`${dialect.called} does not say whose the token is`);
      return name;
    },
  };
}
