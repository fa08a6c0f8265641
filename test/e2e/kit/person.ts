import type { TestBroker } from './broker.ts';
import { createVisitor, fieldOf, type Visit } from './visitor.ts';

/** A user at a browser, and their actions on the broker's pages. */
export function createPerson(
  { broker, idp }: Pick<TestBroker['origins'], 'broker' | 'idp'>,
  [username, password]: readonly [string, string] = ['ada', 'engine-1843'],
  headers: Record<string, string> = {},
  before?: (url: URL) => Promise<void>,
  fetch?: Parameters<typeof createVisitor>[3],
) {
  const visitor = createVisitor([broker, idp], headers, before, fetch);

  /** Signs in if the provider asks for it. @returns the next page */
  const signIn = async (page: Visit): Promise<Visit> =>
    page.url.origin === idp ? visitor.visit(page.url, { username, password }) : page;

  /** Presses a button on one of the broker's pages. @param fields the visible fields of its form */
  const press = (page: Visit, path: string, action: string, fields: Record<string, string> = {}): Promise<Visit> => {
    const ticket: Record<string, string> = /name="ticket"/.test(page.text)
      ? { ticket: fieldOf(page.text, 'ticket') }
      : {};
    return visitor.visit(`${broker}${path}`, { csrf: fieldOf(page.text, 'csrf'), ...ticket, ...fields, action });
  };

  return {
    visitor,
    signIn,
    press,
    /** Enters a device's code. @returns the confirmation page, or the page that says why there is none */
    async enter(userCode: string): Promise<Visit> {
      const form = await visitor.visit(`${broker}/device?user_code=${userCode}`);
      return signIn(await visitor.visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code: userCode }));
    },
    decide: (confirmation: Visit, action: 'allow' | 'deny' | 'report') =>
      press(confirmation, '/device/decision', action),
    /** Opens a native client's authorization request. @returns the confirmation page */
    open: async (url: string | URL): Promise<Visit> => signIn(await visitor.visit(url)),
    decideNative: (confirmation: Visit, action: 'allow' | 'deny' | 'report' | 'switch_account') =>
      press(confirmation, '/authorize/decision', action),
  };
}

export type Person = ReturnType<typeof createPerson>;
