import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRing, RingError } from './ring.ts';
import { open, seal } from './seal.ts';

const [old, current] = [randomBytes(32), randomBytes(32)];
const ring = createRing([
  { kid: 'new', key: current },
  { kid: 'old', key: old },
]);
const context = { purpose: 'session-refresh', id: 'row', secret: randomBytes(16) } as const;

describe('a sealed value', () => {
  it('opens with ring, secret, row and purpose, and with nothing less', () => {
    const sealed = seal(ring, context, 'refresh-token');
    expect(open(ring, context, sealed)).toBe('refresh-token');
    expect(open(ring, { ...context, secret: randomBytes(16) }, sealed)).toBeUndefined();
    expect(open(ring, { purpose: context.purpose, id: context.id }, sealed)).toBeUndefined();
    expect(open(ring, { ...context, id: 'another row' }, sealed)).toBeUndefined();
    expect(open(ring, { ...context, purpose: 'device-refresh' }, sealed)).toBeUndefined();
    expect(open(createRing([{ kid: 'new', key: randomBytes(32) }]), context, sealed)).toBeUndefined();
  });

  it('opens after the ring has a new first key', () => {
    const before = createRing([{ kid: 'old', key: old }]);
    expect(open(ring, context, seal(before, context, 'refresh-token'))).toBe('refresh-token');
  });

  it('opens if the key file is replaced while it is sealed', () => {
    const turns = [...ring.all];
    const replaced = {
      ...ring,
      get current() {
        return turns.shift() ?? ring.current;
      },
    };
    expect(open(ring, context, seal(replaced, context, 'refresh-token'))).toBe('refresh-token');
  });

  it('names the missing key where the ring has lost it', () => {
    const sealed = seal(ring, context, 'x');
    expect(() => open(createRing([{ kid: 'old', key: old }]), context, sealed)).toThrow(RingError);
  });

  it('opens in no changed form', () => {
    const { sealed, ringKid } = seal(ring, context, 'refresh-token');
    fc.assert(
      fc.property(
        fc.nat(Buffer.from(sealed, 'base64url').length - 1),
        fc.integer({ min: 1, max: 255 }),
        (index, flip) => {
          const bytes = Buffer.from(sealed, 'base64url');
          bytes.writeUInt8(bytes.readUInt8(index) ^ flip, index);
          return open(ring, context, { sealed: bytes.toString('base64url'), ringKid }) === undefined;
        },
      ),
    );
    expect(open(ring, context, { sealed: '', ringKid })).toBeUndefined();
  });
});
