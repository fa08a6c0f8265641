import { once } from 'node:events';
import { connect } from 'node:net';
import { outboundProxyOf, unusedProxy } from '../outbound-proxy.ts';
import { about, type Finding } from './finding.ts';

const patienceMs = 5_000;

/**
 * Says whether requests go through a proxy, and whether it can be reached. A proxy that this Node.js doesn't use is a fault:
 * the requests go out directly, which a closed network drops and an open one shouldn't see.
 *
 * @param env the environment, for `HTTPS_PROXY` and `NO_PROXY`
 */
export async function checkOutbound(env: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  const proxy = outboundProxyOf(env);
  if (proxy === undefined) return [];
  const outgoing = about('outgoing connections');
  const unused = unusedProxy(env, proxy);
  if (unused !== undefined) return [outgoing.failed(unused.what, `${unused.cure}.`)];
  const { url, variable, noProxy } = proxy;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const name = `${url.hostname}:${port}`;
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patienceMs) });
    return [outgoing.ok(`through ${name} (${variable})${noProxy === '' ? '' : `, except NO_PROXY: ${noProxy}`}`)];
  } catch (error) {
    const { code, name: kind } = error as NodeJS.ErrnoException;
    return [
      outgoing.failed(
        `the proxy ${name} (${variable}) can't be reached: ${kind === 'AbortError' ? 'no answer' : code}`,
        `Correct ${variable}, or unset it if this network needs no proxy.`,
      ),
    ];
  } finally {
    socket.destroy();
  }
}
