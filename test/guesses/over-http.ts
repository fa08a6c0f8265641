import { newUserCode } from '../../broker/oauth/user-code.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';
import { createPerson } from '../e2e/kit/person.ts';

export interface HttpOutcome {
  guesses: number;
  /** Rejected as wrong, so the broker compared the code. */
  compared: number;
  /** Rejected with 429, so the broker didn't compare the code. */
  refused: number;
  honest: { people: number; served: number };
}

/**
 * The same attack over HTTP, with a real broker, its pages and a real provider. Every guess submits a form and signs
 * in. Addresses come from the header of a reverse proxy. After every ten guesses, an honest user signs in a device from
 * one of the attackers' addresses.
 */
export async function attackOverHttp(guesses: number, addresses: number): Promise<HttpOutcome> {
  const broker = await startBrokerAndIdp((config) => {
    config.trusted_proxies = ['127.0.0.0/8', '::1/128'];
  });
  try {
    const { origins } = broker;
    const address = (index: number) => `203.0.113.${index % addresses}`;
    const attackers = (
      [
        ['mallory', 'intruder-1988'],
        ['grace', 'compiler-1952'],
      ] as const
    ).map((credentials) => {
      const headers: Record<string, string> = {};
      return { headers, person: createPerson(origins, credentials, headers) };
    });
    const outcome: HttpOutcome = { guesses, compared: 0, refused: 0, honest: { people: 0, served: 0 } };
    for (let guess = 0; guess < guesses; guess += 1) {
      const attacker = attackers[guess % attackers.length];
      if (!attacker) break;
      attacker.headers['x-forwarded-for'] = address(guess);
      const { status } = await attacker.person.enter(newUserCode());
      if (status === 400) outcome.compared += 1;
      if (status === 429) outcome.refused += 1;
      if (guess % 10 === 9) {
        const headers = { 'x-forwarded-for': address(guess) };
        const ada = createPerson(origins, ['ada', 'engine-1843'], headers);
        const confirmation = await ada.enter(await userCode(origins.broker, headers));
        const done = confirmation.status === 200 ? await ada.decide(confirmation, 'allow') : undefined;
        outcome.honest.people += 1;
        if (done?.text.includes('You’re signed in')) outcome.honest.served += 1;
      }
    }
    return outcome;
  } finally {
    await broker.close();
  }
}

/** Of a device that starts at the user's address. */
async function userCode(broker: string, headers: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ client_id: 'tv' });
  const answer = await fetch(`${broker}/device_authorization`, { method: 'POST', body, headers });
  return ((await answer.json()) as { user_code: string }).user_code;
}
