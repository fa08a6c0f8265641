import type { Violation } from './violations.ts';

const compose =
  'serve, compose and the CLI put the broker together: nothing imports them. Take what you need as an argument.';
const routes =
  'Routes are the table of the HTTP surface, and only app.ts imports them: what several of them need belongs in middleware/ or web/.';
const surface =
  'Only the surface (routes/, middleware/, web/, openapi/) reads requests and answers them: take plain values, and return what happened.';
const features =
  'Features build on the domain (policy, tokens, revocation, upstream, limits, audit), not below it: move what both need down, or pass it in.';
const deps = 'Only the surface and the features know all parts of the broker: name the parts that you take.';
const store = 'policy imports no store: pass what it decides on.';
const domain =
  'The ground (store, keys, config, metrics, trace) knows nothing of what builds on it: move what both need down, or pass it in.';

/** The layers of the broker, from the top. */
const rooms = {
  surface: ['routes', 'middleware', 'web', 'openapi'],
  features: ['oauth', 'session', 'gateway', 'hooks', 'events', 'doctor'],
  domain: ['policy', 'tokens', 'revocation', 'upstream', 'limits', 'audit'],
  ground: ['store', 'keys', 'config', 'metrics', 'trace'],
};
const all = Object.values(rooms).flat();

/** Each of these rooms imports each of these files, as a file of that room and as one of a folder in it would. */
const refuse = (from: readonly string[], to: readonly string[], refused: string): Violation[] =>
  from.flatMap((room) =>
    to.flatMap((path) => [
      { where: `broker/${room}`, code: `import '${path}';`, refused },
      { where: `broker/${room}/folder`, code: `import '${path.replace('../', '../../')}';`, refused },
    ]),
  );
const fileOf = (room: string) => `../${room}/file.ts`;

const { domain: inDomain, ground: inGround, features: inFeatures } = rooms;

/** Imports that go up a layer of the broker. */
export const upwardImports: Violation[] = [
  ...refuse(
    all,
    ['../app.ts', '../admin.ts', '../serve.ts', '../compose.ts', '../cli/main.ts', '../bin/main.ts'],
    compose,
  ),
  ...refuse(['middleware', 'web', 'openapi'], [fileOf('routes')], routes),
  ...refuse(
    [...inFeatures, ...inDomain, ...inGround],
    [...rooms.surface.map(fileOf), '../env.ts', 'hono', 'hono/cookie', '@hono/node-server'],
    surface,
  ),
  ...refuse([...inDomain, ...inGround], inFeatures.map(fileOf), features),
  ...refuse([...inDomain, ...inGround], ['../deps.ts'], deps),
  ...refuse(['policy'], [fileOf('store')], store),
  ...refuse(inGround, inDomain.map(fileOf), domain),
];
