import type { RequestListener } from 'node:http';

export interface HeldToken {
  /** Resolves when the provider has made its answer. */
  made: Promise<void>;
  send(): void;
}

/** A provider's handler that can keep back an answer of its token endpoint: made at once, and sent when the test says so. */
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
