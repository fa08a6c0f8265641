import type { Identity } from '../../platform/identity.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { type Problem, ProblemError } from '../../protocol/problem.ts';
import { problemBody } from '../error-body.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { UiHandlers } from '../ui-port.ts';

export interface AccountHandlersDeps {
  profiles: Profiles;
  /**
   * The latest problem. The popup closes when the sign-in window opens, and shows the problem when it is opened again.
   */
  problem: StoredValue<Problem>;
  identity: Pick<Identity, 'showWindow' | 'closeWindow'>;
}

type Methods =
  | `sign_in.${'show' | 'cancel'}`
  | 'session.sign_in'
  | 'session.sign_out'
  | 'account.add'
  | 'account.choose'
  | 'account.sign_out_all';

/** Sign-in, sign-out, and the choice of each site's account. Without an account, a method uses the main one. */
export function accountHandlers({ profiles, problem, identity }: AccountHandlersDeps): Pick<UiHandlers, Methods> {
  const named = (account: string | undefined) => (account === undefined ? profiles.main() : profiles.get(account));

  /** Counts sign-ins. */
  let latest = 0;
  /** The one that the user canceled last. There is no problem then. */
  let canceled = 0;

  const signingIn = async (work: () => Promise<void>): Promise<Record<string, never>> => {
    await problem.clear();
    latest += 1;
    const mine = latest;
    try {
      await work();
    } catch (error) {
      const told = problemBody(error);
      if (canceled !== mine) await problem.set(told);
      throw new ProblemError(told);
    }
    return {};
  };

  return {
    'session.sign_in': ({ account, provider }) =>
      signingIn(async () => {
        const { signIn } = await named(account);
        await signIn.run(provider === undefined ? undefined : { upstream: provider });
      }),
    async 'sign_in.show'() {
      await identity.showWindow();
      return {};
    },
    async 'sign_in.cancel'() {
      canceled = latest;
      await identity.closeWindow();
      return {};
    },
    'account.add': ({ provider }) => signingIn(() => profiles.add(provider)),
    async 'session.sign_out'({ account }) {
      await problem.clear();
      await profiles.signOut((await named(account)).id);
      return {};
    },
    async 'account.sign_out_all'() {
      await problem.clear();
      const { id: main } = await profiles.main();
      // Sign out of the main account last, so that the other accounts' sites fall back to it, not to a third one.
      for (const { id } of await profiles.all()) if (id !== main) await profiles.signOut(id);
      await profiles.signOut(main);
      return {};
    },
    async 'account.choose'({ account, sub, origin }) {
      await profiles.choose(account, origin, sub);
      return {};
    },
  };
}
