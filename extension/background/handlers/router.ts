import { LatchkeyError } from '@latchkey/shared/errors.ts';

/** Who may call a method: web pages through the bridge, or the extension's own pages. Never both. */
export type Caller = 'page' | 'ui';

type Handler<Call> = (params: never, call: Call) => Promise<unknown>;

/** Looks up methods in a `Map`, so that a crafted name can't reach inherited properties. */
export interface Router<Call> {
  /** @throws {LatchkeyError} `unsupported` if this caller has no such method */
  dispatch(method: string, params: unknown, call: Call): Promise<unknown>;
}

/** @param handlers each gets parameters that the schema of its method has accepted */
export function createRouter<Call>(caller: Caller, handlers: Record<string, Handler<Call>>): Router<Call> {
  const routes = new Map(Object.entries(handlers));
  return {
    async dispatch(method, params, call) {
      const handler = routes.get(method);
      if (!handler)
        throw new LatchkeyError({ code: 'unsupported', message: `there is no method ${method} for a ${caller}` });
      // The port has parsed the parameters with the schema of this method.
      return handler(params as never, call);
    },
  };
}
