import { LatchkeyError } from '@latchkey/shared/errors.ts';

/** Who may call a method: web pages through the bridge, or our own popup and windows. Never both. */
export type Caller = 'page' | 'ui';

type Handler<Call> = (params: never, call: Call) => Promise<unknown>;

/** Looks methods up in a `Map`: a name that a page makes up can't reach anything else. */
export interface Router<Call> {
  /** @throws {LatchkeyError} `unsupported` for a method that isn't there for this caller */
  dispatch(method: string, params: unknown, call: Call): Promise<unknown>;
}

/** @param handlers each gets params that the caller's schema for this method has accepted */
export function createRouter<Call>(caller: Caller, handlers: Record<string, Handler<Call>>): Router<Call> {
  const routes = new Map(Object.entries(handlers));
  return {
    async dispatch(method, params, call) {
      const handler = routes.get(method);
      if (!handler)
        throw new LatchkeyError({ code: 'unsupported', message: `there is no method ${method} for a ${caller}` });
      // The port has parsed params with the schema of exactly this method.
      return handler(params as never, call);
    },
  };
}
