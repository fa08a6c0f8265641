import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '../stack.ts';
import { loadOrders, shopOfAda, tokenExpires, withoutWindow } from './sites.ts';

/** The client's secret is replaced while people work: first in the broker's configuration, next to the old one, then at the provider. */
export async function newSecret(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  await loadOrders(shop);
  const secret = randomBytes(32).toString('base64url');
  const file = join(stack.dir, 'next-client-secret');
  await writeFile(file, secret, { mode: 0o600 });
  await withoutWindow(stack, async () => {
    await stack.reconfigure((upstream) => ({ ...upstream, client_secret_file: [file, stack.secretFile] }));
    await tokenExpires(shop);
    await loadOrders(shop);
    await stack.provider.replaceSecret(secret);
    await tokenExpires(shop);
    await loadOrders(shop);
    await stack.reconfigure((upstream) => ({ ...upstream, client_secret_file: file }));
    const { length } = stack.address.tokenRequests;
    await tokenExpires(shop);
    await loadOrders(shop);
    const statuses = stack.address.tokenRequests.slice(length).map(({ status }) => status);
    if (statuses.length === 0 || statuses.some((status) => status !== 200))
      throw new Error(`with the new secret alone, the provider has answered: ${statuses.join(', ') || 'nothing'}`);
  });
}
