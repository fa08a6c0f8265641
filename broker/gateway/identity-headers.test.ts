import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessClaims } from '../tokens/token-verifier.ts';
import { identityHeaders } from './identity-headers.ts';

const claims = (more: Partial<AccessClaims>): AccessClaims => ({
  iss: 'https://latchkey.example.com',
  sub: 'ada',
  aud: 'https://api.example.com',
  client_id: 'tv',
  exp: 2,
  iat: 1,
  jti: 'x',
  ...more,
});
const decoded = (list: string | undefined, separator: string) =>
  list === undefined || list === '' ? [] : list.split(separator).map(decodeURIComponent);

describe('identity headers', () => {
  it('keep what is common readable', () => {
    expect(
      identityHeaders(
        claims({ azp: 'https://shop.example.com:8443', scope: 'orders:read api/x', groups: ['okta:staff'] }),
      ),
    ).toEqual({
      'X-Latchkey-Subject': 'ada',
      'X-Latchkey-Client': 'https://shop.example.com:8443',
      'X-Latchkey-Scope': 'orders:read api/x',
      'X-Latchkey-Groups': 'okta:staff',
    });
  });

  it('let no value end a header or an item, and lose nothing on the way', () => {
    const groups = ['okta:a,b', 'okta:line\r\nX-Latchkey-Subject: admin', 'okta:Größe 文', 'okta:50%', 'okta:"q"'];
    const headers = identityHeaders(claims({ groups, sub: 'a\r\nb' }));
    expect(headers['X-Latchkey-Subject']).toBe('a%0D%0Ab');
    expect(decoded(headers['X-Latchkey-Groups'], ',')).toEqual(groups);
  });

  it('are visible ASCII and bounded for every claim that there can be', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 200 }), text, (sub, groups, scope) => {
        const headers = identityHeaders(claims({ sub, groups, scope, azp: sub }));
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(headers['X-Latchkey-Groups']?.length).toBeLessThanOrEqual(1_024);
      }),
    );
  });

  it('hold whole items only', () => {
    const groups = Array.from({ length: 300 }, (_, index) => `okta:group-${index}`);
    const shown = decoded(identityHeaders(claims({ groups }))['X-Latchkey-Groups'], ',');
    expect(shown.length).toBeGreaterThan(50);
    expect(shown).toEqual(groups.slice(0, shown.length));
    expect(identityHeaders(claims({ groups: ['x'.repeat(2_000)] }))['X-Latchkey-Groups']).toBe('');
  });
});
