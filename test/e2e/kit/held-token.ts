import type { RequestListener } from 'node:http';

export interface HeldToken {
  /** Resolves when the provider has created its response. */
  made: Promise<void>;
  send(): void;
}

/** A provider handler that can hold a token response. It is created at once, and sent when the test releases it. */
export function holdable(handler: RequestListener) {
  let next: { made(): void; sent: Promise<void> } | undefined;
  return {
    holdNextToken(): HeldToken {
      const [made, sent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      next = { made: made.resolve, sent: sent.promise };
      return { made: made.promise, send: sent.resolve };
    },
    handler: ((req, res) => {
      const held = req.method === 'POST' && req.url === '/token' ? next : undefined;
      if (held) {
        next = undefined;
        const end = res.end.bind(res) as (...args: unknown[]) => typeof res;
        res.end = ((...args: unknown[]) => {
          held.made();
          void held.sent.then(() => end(...args));
          return res;
        }) as typeof res.end;
      }
      return handler(req, res);
    }) satisfies RequestListener,
  };
}
