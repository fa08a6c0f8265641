import { Agent } from 'node:http';
import { type Answer, ask, type Question } from './ask.ts';
import type { Seen } from './backend.ts';
import type { Gateway } from './gateway.ts';
import type { Stack } from './stack.ts';

/** One case: sends requests through a gateway and checks the responses. Throws if one is wrong. */
export interface Case {
  name: string;
  run(gateway: Gateway, stack: Stack): Promise<void>;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.status}, not ${status}: ${answer.body.slice(0, 120)}`);
  return answer;
}

function expectChallenge(answer: Answer, status: number, ...parts: string[]): void {
  expectStatus(answer, status);
  const challenge = answer.headers['www-authenticate'] ?? '(no challenge)';
  for (const part of parts) if (!challenge.includes(part)) throw new Error(`the challenge lacks ${part}: ${challenge}`);
  if (challenge.split('error_description').length > 2) throw new Error(`the challenge is there twice: ${challenge}`);
}

function expectSeen(answer: Answer, expected: Partial<Record<string, RegExp>>): void {
  const seen = JSON.parse(expectStatus(answer, 200).body) as Seen;
  const identity = Object.fromEntries(Object.entries(seen.identity).filter(([, values]) => values.join('') !== ''));
  const names = Object.keys(identity).sort().join(' ');
  const wanted = Object.keys(expected).sort().join(' ');
  if (names !== wanted) throw new Error(`the API saw [${names}], not [${wanted}]`);
  for (const [name, values] of Object.entries(identity)) {
    if (values.length !== 1 || !expected[name]?.test(values[0] ?? '')) {
      throw new Error(`the API saw ${name}: ${values.join(' and ')}`);
    }
  }
  if (/latchkey/i.test(seen.connection)) throw new Error(`the API saw Connection: ${seen.connection}`);
}

const ada = (stack: Stack) => ({
  'x-latchkey-subject': /^[\w-]{22}$/,
  'x-latchkey-client': new RegExp(`^${stack.origins.notes}$`),
  'x-latchkey-scope': /^orders:read$/,
  'x-latchkey-groups': /^example:staff,example:admins$/,
});

const forged = {
  'X-Latchkey-Subject': 'admin',
  'X-LATCHKEY-GROUPS': 'example:admins',
  'x-latchkey-client': ['evil', 'more-evil'],
  X_Latchkey_Subject: 'admin',
  'X-Latchkey_Groups': 'example:admins',
  'X_Latchkey-Scope': 'orders:write',
  'X-Forwarded-Uri': '/orders',
  'X-Latchkey-Rules': 'resource=anything',
};

/** All characters in header names other than letters and digits (RFC 9110 §5.6.2). CGI maps each to `_`. */
const separators = [..."!#$%&'*+-.^_`|~"];

/** All identity headers, spelled with the given character in place of the hyphen. */
const spelledWith = (separator: string) =>
  Object.fromEntries(
    ['X-Latchkey-Subject', 'x-latchkey-client', 'X-LATCHKEY-SCOPE', 'x-Latchkey-groups'].flatMap((name) => {
      const [x, latchkey, what] = name.split('-');
      return [
        [[x, latchkey, what].join(separator), 'admin'],
        [`${x}-${latchkey}${separator}${what}`, 'admin'],
        [`${x}${separator}${latchkey}-${what}`, 'admin'],
      ];
    }),
  );

/** Cases with a running broker. */
export const cases: readonly Case[] = [
  {
    name: 'allowed',
    async run({ port }, stack) {
      const orders = expectStatus(await ask(port, { path: '/orders', headers: bearer(stack.tokens.ada) }), 200);
      if (!orders.body.startsWith('[')) throw new Error(`no orders: ${orders.body.slice(0, 80)}`);
      const staff = await ask(port, { path: '/staff/list?page=2', headers: bearer(stack.tokens.ada) });
      expectSeen(staff, ada(stack));
      const body = 'x'.repeat(200_000);
      const posted = await ask(port, { method: 'POST', path: '/staff/list', headers: bearer(stack.tokens.ada), body });
      expectSeen(posted, ada(stack));
      const { method, bytes } = JSON.parse(posted.body) as Seen;
      if (method !== 'POST' || bytes !== body.length) throw new Error(`the API got ${method} with ${bytes} bytes`);
      if (staff.headers['set-cookie'] !== undefined) throw new Error('a cookie was set');
    },
  },
  {
    name: 'no token',
    async run({ port }) {
      expectChallenge(
        await ask(port, { path: '/orders' }),
        401,
        'Bearer realm="latchkey", DPoP realm="latchkey", algs="ES256"',
      );
      expectStatus(await ask(port, { path: '/staff/list', headers: { Authorization: 'Basic YTpi' } }), 401);
      const malformed = await ask(port, { path: '/staff/list', headers: { Authorization: 'Bearer two tokens' } });
      expectChallenge(malformed, 401, 'Bearer realm="latchkey", error="invalid_request"');
    },
  },
  {
    name: 'wrong scope',
    async run({ port }, { tokens }) {
      const answer = await ask(port, { path: '/orders', headers: bearer(tokens.writer) });
      expectChallenge(answer, 403, 'error="insufficient_scope"', 'scope="orders:read"');
    },
  },
  {
    name: 'wrong group',
    async run({ port }, { tokens }) {
      const answer = await ask(port, { path: '/staff/list', headers: bearer(tokens.mallory) });
      expectChallenge(answer, 403, 'error="insufficient_group"');
    },
  },
  {
    name: 'forged headers',
    async run({ port }, stack) {
      const staff = await ask(port, { path: '/staff/list', headers: { ...forged, ...bearer(stack.tokens.ada) } });
      expectSeen(staff, ada(stack));
      // A service has no groups, so the gateway sets no header that would overwrite the forged one.
      const reports = await ask(port, {
        path: '/reports/all',
        headers: { ...forged, ...bearer(stack.tokens.reporter) },
      });
      expectSeen(reports, {
        'x-latchkey-subject': /^svc:reporter$/,
        'x-latchkey-client': /^reporter$/,
        'x-latchkey-scope': /^reports:read$/,
      });
      expectStatus(await ask(port, { path: '/staff/list', headers: forged }), 401);
    },
  },
  {
    name: 'spellings',
    async run({ port }, stack) {
      for (const separator of separators) {
        const headers = spelledWith(separator);
        // A gateway may either reject a spelling or remove it.
        const answers = [
          [{ path: '/staff/list', headers: { ...headers, ...bearer(stack.tokens.ada) } }, ada(stack)],
          [{ method: 'OPTIONS', path: '/staff/list', headers }, {}],
        ] as const;
        for (const [question, expected] of answers) {
          const answer = await ask(port, question);
          if (answer.status !== 400) expectSeen(answer, expected);
        }
      }
    },
  },
  {
    name: 'Connection',
    async run({ port }, stack) {
      for (const connection of [
        'X-Latchkey-Subject, X-Latchkey-Groups, x_latchkey_client',
        'keep-alive, x-latchkey-scope',
        'close,X-LATCHKEY-SUBJECT',
        'x-latchkey-subject, upgrade',
      ]) {
        const headers = { Connection: connection, ...bearer(stack.tokens.ada) };
        expectSeen(await ask(port, { path: '/staff/list', headers }), ada(stack));
      }
    },
  },
  {
    name: 'other audience',
    async run({ port }, { tokens }) {
      const wrong = 'error="invalid_token"';
      expectChallenge(await ask(port, { path: '/orders', headers: bearer(tokens.reporter) }), 401, wrong);
      expectChallenge(await ask(port, { path: '/reports/all', headers: bearer(tokens.ada) }), 401, wrong);
    },
  },
  {
    name: 'step-up',
    async run({ port }, { tokens }) {
      const weak = await ask(port, { path: '/vault/keys', headers: bearer(tokens.ada) });
      expectChallenge(weak, 401, 'insufficient_user_authentication', 'acr_values="phr"', 'max_age="300"');
      expectStatus(await ask(port, { path: '/vault/keys', headers: bearer(tokens.strong) }), 200);
    },
  },
  {
    name: 'bound token',
    async run({ port }, { tokens, proofFor }) {
      const path = '/staff/list?page=2';
      const send = (proof: string) =>
        ask(port, { path, headers: { Authorization: `DPoP ${tokens.bound}`, DPoP: proof } });
      const proof = await proofFor('GET', `http://127.0.0.1:${port}${path}`);
      expectStatus(await send(proof), 200);
      expectChallenge(await send(proof), 401, 'DPoP realm="latchkey", error="invalid_dpop_proof"', 'jti');
      const elsewhere = await proofFor('GET', `http://127.0.0.1:${port}/orders`);
      expectChallenge(await send(elsewhere), 401, 'DPoP realm="latchkey", error="invalid_dpop_proof"', 'htu');
      expectStatus(await ask(port, { path, headers: bearer(tokens.bound) }), 401);
    },
  },
  {
    name: 'keep-alive',
    async run({ port }, stack) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const send = (question: Omit<Question, 'agent'>) => ask(port, { ...question, agent });
      try {
        const path = '/staff/list';
        expectSeen(await send({ path, headers: bearer(stack.tokens.ada) }), ada(stack));
        const second = await send({ path });
        expectStatus(second, 401);
        if (!second.reused) throw new Error('the connection was not kept');
        expectStatus(await send({ path, headers: bearer(stack.tokens.mallory) }), 403);
        const service = await send({ path: '/reports/all', headers: bearer(stack.tokens.reporter) });
        if (!expectStatus(service, 200).body.includes('svc:reporter')) throw new Error(`wrong person: ${service.body}`);
        expectSeen(await send({ path, headers: bearer(stack.tokens.ada) }), ada(stack));
      } finally {
        agent.destroy();
      }
    },
  },
  {
    name: 'path tricks',
    async run({ port }, { tokens }) {
      for (const path of [
        '/reports/../vault/keys',
        '/reports/%2e%2e/vault/keys',
        '/reports/..%2fvault/keys',
        '/reports//../vault/keys',
        '/./vault/keys',
        '//vault/keys',
        '/reports/..%5cvault/keys',
      ]) {
        const answer = await ask(port, { path, headers: bearer(tokens.reporter) });
        if (answer.status === 200 && (JSON.parse(answer.body) as Seen).path.startsWith('/vault')) {
          throw new Error(`${path} reached ${answer.body}`);
        }
        if (answer.status >= 500) throw new Error(`${path}: ${answer.status}`);
      }
    },
  },
  {
    name: 'preflight',
    async run({ port }, { origins }) {
      const headers = { Origin: origins.notes, 'Access-Control-Request-Method': 'GET', ...forged };
      expectSeen(await ask(port, { method: 'OPTIONS', path: '/staff/list', headers }), {});
      const refused = await ask(port, { path: '/orders', headers: { Origin: origins.notes } });
      expectStatus(refused, 401);
      if (refused.headers['access-control-allow-origin'] !== origins.notes) throw new Error('the page cannot read it');
    },
  },
  {
    name: 'hostile tokens',
    async run({ port }, { tokens }) {
      for (const { name, token } of tokens.hostile) {
        const { status } = await ask(port, { path: '/staff/list', headers: bearer(token) }).catch((error: unknown) => {
          // The header is a megabyte. A gateway may hang up before all of it is sent.
          if (token.length > 100_000) return { status: 431 };
          throw error;
        });
        if (status < 400 || status >= 500) throw new Error(`${name}: ${status}`);
      }
    },
  },
];

/** Traefik has no setting for its answer if the check fails. It answers 500, and waits 30 s for a silent broker. */
const unchecked = ({ name }: Gateway) => (name === 'traefik' ? 500 : 503);

/** Cases with a stopped broker. */
export const brokerDown: Case = {
  name: 'broker down',
  async run(gateway, { tokens }) {
    const { port } = gateway;
    const answer = await ask(port, { path: '/staff/list', headers: bearer(tokens.ada) });
    expectStatus(answer, unchecked(gateway));
    if (answer.status === 503 && answer.headers['retry-after'] === undefined) throw new Error('no Retry-After');
    expectStatus(await ask(port, { path: '/orders' }), unchecked(gateway));
    expectStatus(await ask(port, { path: '/nothing-here' }), 404);
  },
};

/** Cases with a server on the broker's port that accepts connections and never answers. */
export const brokerHangs: Case = {
  name: 'broker hangs',
  async run(gateway, { tokens }) {
    const answer = await ask(gateway.port, { path: '/staff/list', headers: bearer(tokens.ada), deadlineMs: 40_000 });
    expectStatus(answer, unchecked(gateway));
  },
};

/** Cases with a running broker and a stopped API. A gateway must not take the API's failure for a broker's answer. */
export const apiDown: Case = {
  name: 'API down',
  async run({ port }, { tokens }) {
    const { status } = await ask(port, { path: '/staff/list', headers: bearer(tokens.ada) });
    if (status !== 502 && status !== 503) throw new Error(`${status}, not 502 or 503`);
  },
};
