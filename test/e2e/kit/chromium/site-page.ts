import { decodeJwt, type JWTPayload } from 'jose';
import type { Page } from 'playwright';

/** Waits until a site's page shows that someone, or no one, is signed in. */
export const showsSignedIn = async (page: Page, signedIn: boolean): Promise<void> => {
  await page.locator(`html[data-signed-in=${signedIn}]`).waitFor();
};

/** Presses a button of a site and waits for the API's answer. */
export async function pressForAnswer(page: Page, button: string): Promise<{ status: number; claims: JWTPayload }> {
  const [request] = await Promise.all([
    page.waitForEvent('requestfinished', (sent) => sent.headers().authorization?.startsWith('Bearer ') ?? false),
    page.getByRole('button', { name: button }).click(),
  ]);
  const response = await request.response();
  const token = (request.headers().authorization ?? '').slice('Bearer '.length);
  return { status: response?.status() ?? 0, claims: decodeJwt(token) };
}
