import type { AccessToken, Session } from '#clients/page';

interface Order {
  id: string;
  item: string;
  quantity: number;
}

export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}.`);
  return found;
}

/** Everything that this page shows. It never shows the token itself, only facts about it. */
export function createView(now: () => number) {
  let token: AccessToken | undefined;

  const drawToken = (): void => {
    element('token').textContent = token ? `${token.type}, number ${tokenNumber(token)}` : 'none';
    element('scopes').textContent = token ? token.scopes.join(' ') : '–';
    element('expires').textContent = token ? secondsLeft(token, now()) : '–';
  };
  setInterval(drawToken, 250);

  const notice = (text: string | undefined, code?: string): void => {
    const place = element('notice');
    place.hidden = text === undefined;
    place.dataset.code = code ?? '';
    place.textContent = text ?? '';
  };

  const drawOrders = (content: Node): void => element('orders').replaceChildren(content);

  return {
    notice,

    /** A site learns the name only of a person who has connected it. */
    account({ signedIn, account }: Session): void {
      const name = account?.name ?? account?.sub;
      element('account').textContent = !signedIn
        ? 'Not signed in'
        : name
          ? `Signed in as ${name}`
          : 'Signed in, not connected';
      document.documentElement.dataset.signedIn = String(signedIn);
    },

    token(next: AccessToken): void {
      token = next;
      drawToken();
    },

    orders(orders: Order[] | { error: string }): void {
      if (!Array.isArray(orders)) return;
      const list = document.createElement('ul');
      for (const { id, item, quantity } of orders) {
        const line = document.createElement('li');
        line.append(`${quantity} × ${item}`, text('small', id));
        list.append(line);
      }
      drawOrders(orders.length > 0 ? list : text('p', 'You have no orders.'));
    },

    async answer(response: Response): Promise<void> {
      const body = await response.clone().text();
      const isJson = response.headers.get('content-type')?.includes('json');
      element('answer').textContent =
        `${response.status} ${response.statusText}\n${isJson ? pretty(JSON.parse(body)) : body}`;
    },

    /** No one is signed in, so clear what was shown. */
    reset(): void {
      token = undefined;
      drawToken();
      notice(undefined);
      element('answer').textContent = '–';
      const nothing = text('p', 'Nothing loaded yet.');
      nothing.className = 'soft';
      drawOrders(nothing);
    },

    async busy(id: string, work: () => Promise<void>): Promise<void> {
      notice(undefined);
      element(id).setAttribute('aria-busy', 'true');
      await work();
      element(id).removeAttribute('aria-busy');
    },
  };
}

/** One line for each entry of a list, or each member of an object. */
function pretty(value: object): string {
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Object.entries(value).map(([key, entry]) => {
    const text = JSON.stringify(entry);
    return Array.isArray(value) ? `  ${text}` : `  ${JSON.stringify(key)}: ${text}`;
  });
  return `${open}\n${lines.join(',\n')}\n${close}`;
}

function text(tag: string, content: string): HTMLElement {
  const created = document.createElement(tag);
  created.textContent = content;
  return created;
}

/** The end of the token's `jti`, which is enough to tell tokens apart. */
function tokenNumber({ token }: AccessToken): string {
  const [, payload = ''] = token.split('.');
  const { jti } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  return `…${String(jti).slice(-6)}`;
}

function secondsLeft({ expiresAt }: AccessToken, now: number): string {
  const seconds = Math.ceil((expiresAt - now) / 1_000);
  return seconds > 0 ? `${seconds} s` : 'expired; the next use brings a new one';
}
