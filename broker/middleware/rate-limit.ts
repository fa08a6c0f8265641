import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext, Env } from '../env.ts';
import type { Budget } from '../limits/budgets.ts';
import { isFromOtherSite } from './other-site.ts';

/** Counts each request against the budget of its session. */
export function limitSession({ count }: Pick<Deps, 'count'>, budget: Budget): MiddlewareHandler<Env> {
  return async function limitSessionMiddleware(c, next) {
    await count(budget, c.get('session').row.id);
    await next();
  };
}

/**
 * Whom a program's request counts for in budgets: its network. What other sites' pages make the browsers of that
 * network send counts apart, so they take nothing from the network's programs.
 */
export const callerOf = (c: BrokerContext, config: Pick<Config, 'issuer'>): string =>
  isFromOtherSite(c, config) ? `${c.get('network')} pages` : c.get('network');
