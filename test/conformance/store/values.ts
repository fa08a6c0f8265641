import { randomBytes } from 'node:crypto';
import type {
  NewDeviceGrant,
  NewDeviceSession,
  NewSession,
  PageSession,
  Person,
  SigningKey,
} from '../../../broker/store/store.ts';

/** When it happens. */
export const t0 = 1_800_000_000_000;
export const minute = 60_000;

export const id = () => randomBytes(32).toString('base64url');

export const issuer = 'https://idp.example.com';

export const newPerson = () => ({
  newSub: id(),
  issuer,
  idpSub: id(),
  upstream: 'idp',
  name: 'Ada',
  email: 'ada@example.com',
});

const grantOf = (person: Person) => ({
  sub: person.sub,
  upstream: person.upstream,
  issuer: person.issuer,
  sid: id(),
  issuedAt: t0,
  sealedRefresh: id(),
  ringKid: 'ring-1',
  claims: { groups: ['staff', 'ops'], auth_time: t0 / 1_000, amr: ['pwd'] },
  refreshedAt: t0,
  createdAt: t0,
  absoluteExpiresAt: t0 + 60 * minute,
});

export const newSession = (person: Person): NewSession => ({
  ...grantOf(person),
  id: id(),
  jkt: id(),
  secretCheck: id(),
  idleExpiresAt: t0 + 10 * minute,
  userAgent: 'Browser/1.0',
});

export const newPageSession = (person: Person): PageSession => ({
  id: id(),
  sub: person.sub,
  upstream: person.upstream,
  issuer: person.issuer,
  sid: id(),
  issuedAt: t0,
  groups: ['idp:staff'],
  expiresAt: t0 + 15 * minute,
});

export const newDeviceSession = (person: Person): NewDeviceSession => ({
  ...grantOf(person),
  id: id(),
  clientId: 'tv',
  currentHash: id(),
  scopes: ['orders:read'],
  resource: 'https://api.example.com',
  name: 'Living room',
});

export const newDeviceGrant = (): NewDeviceGrant => ({
  deviceCodeHash: id(),
  userCodeHash: id(),
  clientId: 'tv',
  scopes: ['openid', 'orders:read'],
  resource: 'https://api.example.com',
  publicKey: id(),
  ringKid: 'ring-1',
  interval: 5,
  createdAt: t0,
  expiresAt: t0 + 10 * minute,
  ip: '192.0.2.1',
});

export const newSigningKey = (state: SigningKey['state']): SigningKey => ({
  kid: id(),
  state,
  publicJwk: { kty: 'EC', crv: 'P-256', x: id(), y: id() },
  sealedPrivate: id(),
  ringKid: 'ring-1',
  createdAt: t0,
});
