import { check } from './check.ts';
import { type OpenSites, pressForAnswer } from './sites.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';
import { openTab, shows } from './tab.ts';

/** A token expires while its page stays open. */
export async function playExpiry(stage: Stage, step: Step, sites: OpenSites): Promise<void> {
  const { shop, lastToken, rotations } = sites;
  const { counts } = stage.demo.idp;
  const opened: string[] = [];
  stage.onOpened((url) => opened.push(url));

  await step('expired', 'The token in the shop’s tab runs out', async () => {
    await shop.toFront();
    await shows(shop, '#expires', 'expired');
    return { page: shop, result: undefined };
  });

  await step('renewed', 'The next use brings a new token: no window, and the refresh token has rotated', async () => {
    const { status, claims } = await pressForAnswer(shop, 'Load orders');
    check(status === 200, `the API answered ${status}, not 200`);
    check(claims.jti !== lastToken.jti, 'it is the same token as before');
    check((claims.exp ?? 0) > (lastToken.exp ?? 0), 'the new token does not live longer than the old one');
    check(counts.rotations > rotations, 'the identity provider has rotated no refresh token');
    check(counts.reuses === 0, 'a refresh token was used twice');
    check(opened.length === 0, `windows were opened: ${opened.join(', ')}`);
    return { page: shop, result: undefined };
  });

  await step('refused', 'Without a token the API refuses', async () => {
    const page = await openTab(stage, `${stage.demo.origins.api}/orders`);
    await shows(page, 'body', 'missing_token');
    return { page, result: undefined };
  });
}
