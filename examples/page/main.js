import { connect, LatchkeyError } from '@latchkey/page';

/** The API's name in the broker's configuration, which is also its address. */
const api = import.meta.env.VITE_API;
const latchkey = connect({ resource: api, scopes: ['orders:read'] });
latchkey.catch(explain);

document.getElementById('load').addEventListener('click', () => load().catch(explain));

async function load() {
  notify('');
  // One click opens one window: the first click signs in, the next one connects the site.
  const response = await (await latchkey).fetch(`${api}/orders`, { interactive: 'if_needed' });
  const rows = (await response.json()).map(({ item, quantity }) => {
    const row = document.createElement('li');
    row.textContent = `${quantity} × ${item}`;
    return row;
  });
  document.getElementById('orders').replaceChildren(...rows);
}

function explain(error) {
  if (!(error instanceof LatchkeyError)) throw error;
  notify(error.code === 'access_not_granted' ? 'Press the button again to connect this site.' : error.message);
}

function notify(text) {
  document.getElementById('notice').textContent = text;
}
