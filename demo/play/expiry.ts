import { check } from './check.ts';
import { pressForAnswer } from './site-page.ts';
import type { OpenSites } from './sites.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';

/** Longer than the lifetime of any token in the demo. */
const expiryDeadlineMs = 30_000;

/** A token expires while its page stays open. */
export async function playExpiry(stage: Stage, step: Step, sites: OpenSites): Promise<void> {
  const { shop, lastToken } = sites;
  const { counts } = stage.demo.idp;
  const rotationsBefore = counts.rotations;
  const opened: string[] = [];
  stage.context.on('page', (page) => opened.push(page.url()));

  await step('expired', 'The token in the shop’s tab runs out', async () => {
    await shop.bringToFront();
    await shop.locator('#expires', { hasText: 'expired' }).waitFor({ timeout: expiryDeadlineMs });
    return { page: shop, result: undefined };
  });

  await step('renewed', 'The next use brings a new token: no window, and the refresh token has rotated', async () => {
    const { status, claims } = await pressForAnswer(shop, 'Load orders');
    check(status === 200, `the API answered ${status}, not 200`);
    check(claims.jti !== lastToken.jti, 'it is the same token as before');
    check((claims.exp ?? 0) > (lastToken.exp ?? 0), 'the new token does not live longer than the old one');
    check(counts.rotations > rotationsBefore, 'the identity provider has rotated no refresh token');
    check(counts.reuses === 0, 'a refresh token was used twice');
    check(opened.length === 0, `windows were opened: ${opened.join(', ')}`);
    return { page: shop, result: undefined };
  });

  await step('refused', 'Without a token the API refuses', async () => {
    const page = await stage.openTab(`${stage.demo.origins.api}/orders`);
    await page.getByText('missing_token').waitFor();
    return { page, result: undefined };
  });
}
