import { ForgeError } from '../forges/forge-client.ts';
import { SourceError } from '../sources/source.ts';
import { ReportRefused } from './forge.ts';

/** What a forge says until a person changes something. */
const REFUSALS = new Set([400, 403, 404, 410, 422]);
const GONE = new Set([404, 410]);

/** What is done, or {@link ReportRefused}; what is not for a person to mend as it is. */
export async function orRefused<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Whether it was there to be changed. */
export async function unlessGone(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof ForgeError && GONE.has(error.status)) return false;
    throw refusalOf(error);
  }
}

/** What is for a person to mend is {@link ReportRefused}; anything else is tried again. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof ForgeError || error instanceof SourceError)) return error;
  const isRefusal = error instanceof ForgeError ? REFUSALS.has(error.status) : error.retryAfterMs === undefined;
  return isRefusal ? new ReportRefused(error.message, { cause: error }) : error;
}
