import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from 'playwright';
import { createStore } from '../../broker/store/open.ts';
import { startDemo } from '../../demo/stack.ts';
import { demoUsers } from '../../demo/users.ts';
import { typeCredentials } from '../e2e/kit/chromium/person.ts';
import { openStage } from '../e2e/kit/chromium/stage.ts';
import { startOtlpReceiver } from '../e2e/kit/otlp-receiver.ts';
import { freePorts } from '../e2e/kit/ports.ts';
import type { Traced } from './traced.ts';

/**
 * A click on a page of a site, in Chromium with the extension: the person signs in at a real provider, and the page gets its
 * data. All that this leaves, by the ID that the extension gave it.
 */
export async function signedInByPage(executable: string): Promise<Traced> {
  await using done = new AsyncDisposableStack();
  const collector = done.adopt(await startOtlpReceiver(), (it) => it.close());
  // The broker is another process, and inherits them.
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' });
  // Playwright otherwise shows no requests of service workers.
  process.env.PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS = '1';
  const dir = done.adopt(await mkdtemp(join(tmpdir(), 'latchkey-trace-')), (it) => rm(it, { recursive: true }));
  const ports = await freePorts();
  const atProvider: Traced['provider'] = [];
  const note = (message: unknown) => {
    const { url = '', headers, socket } = (message as { request: IncomingMessage }).request;
    if (socket.localPort === ports.idp) atProvider.push({ url, traceparent: String(headers.traceparent) });
  };
  subscribe('http.server.request.start', note);
  done.defer(() => void unsubscribe('http.server.request.start', note));
  const demo = done.adopt(await startDemo({ ports, dir, now: Date.now, log: () => undefined }), (it) => it.close());
  const stage = done.adopt(await openStage(demo, executable), (it) => it.close());

  const sent: Request[] = [];
  stage.context.on('request', (request) => void sent.push(request));
  const page = await stage.openTab(demo.origins.notes);
  const click = () => page.getByRole('button', { name: 'Load orders' }).click();
  const window = await stage.windowOf(demo.origins.idp, click);
  const [user] = demoUsers;
  if (!user) throw new Error('the demo has people');
  await Promise.all([window.waitForEvent('close'), typeCredentials(window, user)]);
  await page.locator('#orders').getByText('Punched cards').waitFor();

  const ofExtension = sent.filter((request) => request.headers().traceparent !== undefined);
  const first = ofExtension.find((request) => request.url().endsWith('/session/authorize'));
  const id = first?.headers().traceparent?.split('-')[1];
  if (id === undefined) throw new Error('the extension has sent no traceparent with its sign-in');
  const store = await createStore(`sqlite:${join(dir, 'latchkey.db')}`, { now: Date.now });
  const audit = await store.auditAfter(0, 100);
  await store.close();
  const log = (await readFile(demo.state.brokerLog, 'utf8')).split('\n');
  // Sends the spans that are left.
  await stage.close();
  await demo.close();
  return {
    id,
    page: [`${demo.origins.notes}: click on “Load orders”, signed in as ${user.name}, orders shown`],
    extension: ofExtension.map((request) => ({
      url: `${request.method()} ${request.url()}`,
      traceparent: request.headers().traceparent ?? '',
    })),
    log,
    spans: collector.spans,
    provider: atProvider,
    audit,
  };
}
