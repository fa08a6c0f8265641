import { connect, type Latchkey, LatchkeyError, whenInstalled } from '#clients/page';
import { createView, element } from './view.ts';

interface SiteData {
  name: string;
  api: string;
  scopes: string[];
}

const site: SiteData = JSON.parse(element('site').textContent ?? '');
const view = createView(() => Date.now());

// The demo's tokens live ten seconds. A token must be valid for two more when it is used.
const find = () => connect({ resource: site.api, scopes: site.scopes, minTtl: 2 });

try {
  start(await find());
} catch (error) {
  explain(error);
  // The person may connect this site in the extension while the page is open.
  void whenInstalled().then(find).then(start).catch(explain);
}

function start(lk: Latchkey): void {
  const onClick = (id: string, act: () => Promise<void>) =>
    document.getElementById(id)?.addEventListener('click', () => view.busy(id, () => act().catch(explain)));

  async function showState(): Promise<void> {
    const session = await lk.session();
    view.account(session);
    if (session.signedIn) view.token(await lk.getToken());
    else view.reset();
  }

  async function call(path: string, scopes: string[], init?: RequestInit): Promise<Response> {
    const response = await lk.fetch(`${site.api}${path}`, { ...init, scopes, interactive: 'if_needed' });
    view.token(await lk.getToken({ scopes }));
    return response;
  }

  async function load(): Promise<void> {
    const response = await call('/orders', site.scopes);
    await view.answer(response);
    view.orders(await response.json());
  }

  onClick('connect', async () => {
    view.token(await lk.getToken({ interactive: 'if_needed' }));
    await showState();
    await view.answer(await call('/whoami', site.scopes));
  });
  onClick('load', load);
  onClick('order', async () => {
    const order = { item: 'Brass gear wheel', quantity: 1 };
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order) };
    await view.answer(await call('/orders', ['orders:read', 'orders:write'], init));
    await load();
  });
  // If the API asks for a second factor, the extension gets it and the call is repeated.
  onClick('cancel', async () => {
    await view.answer(await call('/orders', ['orders:read', 'orders:write'], { method: 'DELETE' }));
    await load();
  });
  onClick('sign-out', () => lk.signOut());

  lk.on('session', () => void showState().catch(explain));
  lk.on('access', () => void showState().catch(explain));
  void showState().catch(explain);
}

function explain(error: unknown): void {
  if (!(error instanceof LatchkeyError)) {
    view.notice(`Something went wrong: ${error instanceof Error ? error.message : String(error)}`);
  } else if (error.code === 'not_signed_in') {
    view.account({ signedIn: false });
    view.reset();
  } else {
    view.notice(inWords(error), error.code);
  }
}

function inWords({ code, message }: LatchkeyError): string {
  switch (code) {
    case 'not_installed':
      return 'The Latchkey extension is not in this browser. “npm run demo” opens one that has it.';
    case 'access_not_granted':
      return `${site.name} may not do this yet. Press “Connect” to ask for access.`;
    case 'user_denied':
      return 'You said no, so nothing was read.';
    case 'policy_denied':
      return 'Your organization doesn’t allow this for you.';
    default:
      return message;
  }
}
