import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { BrokerContext, Env } from '../env.ts';
import type { ChunkedBudget } from '../limits/budgets.ts';

/** Counts each request against the budget of the owner that `who` returns. */
export function limit(
  { countInChunks }: Pick<Deps, 'countInChunks'>,
  budget: ChunkedBudget,
  who: (c: BrokerContext) => string,
): MiddlewareHandler<Env> {
  return async function limitMiddleware(c, next) {
    await countInChunks(budget, who(c));
    await next();
  };
}

export const byAddress = (c: BrokerContext): string => c.get('network');
export const bySession = (c: BrokerContext): string => c.get('session').row.id;
