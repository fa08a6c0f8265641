import { connectPort, LatchkeyError } from '../../../clients/page/worker.ts';

/** A dedicated or shared worker of the probe. It requests a token over the port it gets, and replies over another. */
interface Given {
  port: MessagePort;
  reply: MessagePort;
  resource: string;
  scopes: string[];
}

async function ask({ port, reply, resource, scopes }: Given): Promise<void> {
  try {
    const lk = await connectPort(port, { resource, scopes, minTtl: 1 });
    reply.postMessage({ token: (await lk.getToken()).token });
  } catch (error) {
    reply.postMessage({ code: error instanceof LatchkeyError ? error.code : String(error) });
  }
}

const onGiven = ({ data }: MessageEvent<Given>): void => void ask(data);
addEventListener('message', onGiven);
// In a shared worker, each page connects over its own port.
addEventListener('connect', (event) => {
  const [page] = (event as MessageEvent).ports;
  page?.addEventListener('message', onGiven);
  page?.start();
});
