import { describe, expect, it } from 'vitest';
import { challenge } from './challenge.ts';

describe('a challenge', () => {
  it('stays one header with one value a parameter, whatever is in it', () => {
    const message = 'bad "thing"\r\nSet-Cookie: a=b\\';
    expect(challenge({ code: 'invalid_token', message }, 'Bearer', 'optional')).toBe(
      `Bearer realm="latchkey", error="invalid_token", error_description="bad 'thing'??Set-Cookie: a=b?"`,
    );
    expect(challenge({ code: 'invalid_token', message: 'y', params: { max_age: '5' } }, 'DPoP', 'optional')).toBe(
      'DPoP realm="latchkey", error="invalid_token", error_description="y", max_age="5", algs="ES256"',
    );
  });

  it('names the schemes, and no error, where there was no token', () => {
    const missing = { code: 'missing_token', message: 'There is no access token.' } as const;
    expect(challenge(missing, 'Bearer', 'optional')).toBe(
      'Bearer realm="latchkey", DPoP realm="latchkey", algs="ES256"',
    );
    expect(challenge(missing, 'DPoP', 'required')).toBe('DPoP realm="latchkey", algs="ES256"');
    expect(challenge(missing, 'Bearer', 'off')).toBe('Bearer realm="latchkey"');
  });

  it('is left out where no other token would help', () => {
    expect(challenge({ code: 'temporarily_unavailable', message: 'x' }, 'Bearer', 'optional')).toBeUndefined();
  });
});
