import type { TestBroker } from '../../e2e/kit/broker.ts';
import type { Document, Exchange } from '../contract.ts';
import { rawRequest } from '../raw-request.ts';

/** More than any endpoint takes. It is only announced. */
const tooLong = { 'Content-Length': '300000' };

/**
 * What every endpoint has to refuse: a path with dot segments, a body that is too large, another method. And paths that
 * don't exist.
 */
export async function probeEverything(
  { origins }: TestBroker,
  document: Document,
  check: (exchange: Exchange) => void,
): Promise<void> {
  const { broker: issuer } = origins;
  const send = async (...request: [method: string, path: string, headers?: Record<string, string>]) =>
    check(await rawRequest(issuer, ...request));
  for (const [template, item] of Object.entries(document.paths)) {
    const path = template.replace('{upstream}', 'example').replace('{name}', 'example').replace('{path}', 'orders');
    for (const method of Object.keys(item)) {
      await send(method.toUpperCase(), path);
      await send(method.toUpperCase(), `/.${path}`);
      if (['post', 'put', 'patch', 'delete'].includes(method)) await send(method.toUpperCase(), path, tooLong);
    }
    await send('HEAD', path);
    // The mirror takes every method, of which OpenAPI has no name for most.
    if (!template.endsWith('{path}')) await send('PURGE', path);
  }
  for (const accept of ['application/json', 'text/html']) {
    await send('GET', '/nowhere', { Accept: accept });
    await send('GET', '/assets/providers/nobody', { Accept: accept });
  }
}
