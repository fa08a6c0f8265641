import { randomBytes } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { sha256 } from '../keys/hash.ts';
import { budgets } from '../limits/budgets.ts';
import { formBody } from '../middleware/body.ts';
import { refuseBlindRequest } from '../middleware/other-site.ts';
import { callerOf } from '../middleware/rate-limit.ts';
import { devicePrompt } from '../oauth/device-prompt.ts';
import { grantPublicKey } from '../oauth/grants/grant-seal.ts';
import { requestedTarget, requireClient, requireGrant } from '../oauth/public-client.ts';
import { newUserCode, userCodeHash, userCodeLifeMs } from '../oauth/user-code.ts';

/** Polling interval in seconds. */
const interval = 5;

/** `POST /device_authorization` (RFC 8628 §3.1, §3.2). */
export function deviceAuthorization(deps: Deps) {
  const { config, store, ring, feed, now } = deps;
  return async (c: BrokerContext) => {
    refuseBlindRequest(c, config);
    const form = await formBody(c);
    const client = requireClient(deps, form, c.req.header('authorization'));
    requireGrant(client, 'device');
    const { resource, scopes } = requestedTarget(deps, client, form);
    const caller = callerOf(c, config);
    await deps.count(budgets.deviceAuthorization, `${client.clientId} ${caller}`);
    const prompt = await devicePrompt(deps, client, form.login_hint, caller);
    const deviceCode = randomBytes(32).toString('base64url');
    let userCode: string;
    let outcome: 'inserted' | 'user_code_taken';
    do {
      userCode = newUserCode();
      // Read once: the key file may be replaced at any time.
      const { key, kid: ringKid } = ring.current;
      outcome = await store.insertDeviceGrant({
        deviceCodeHash: sha256(deviceCode),
        userCodeHash: userCodeHash(key, userCode),
        clientId: client.clientId,
        scopes,
        resource,
        publicKey: grantPublicKey(key, deviceCode),
        ringKid,
        interval,
        createdAt: now(),
        expiresAt: now() + userCodeLifeMs,
        ip: c.get('address'),
        userAgent: c.req.header('User-Agent')?.slice(0, 200),
        ...prompt,
      });
    } while (outcome === 'user_code_taken');
    if (prompt) await feed.publish({ type: 'device_request', account: prompt.accountKey });
    return c.json({
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: `${config.issuer}/device`,
      verification_uri_complete: `${config.issuer}/device?user_code=${userCode}`,
      expires_in: userCodeLifeMs / 1_000,
      interval,
      ...(prompt && { latchkey_number: prompt.numbers[0] }),
    });
  };
}
