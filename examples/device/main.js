import { setTimeout as sleep } from 'node:timers/promises';
import { deviceLogin, refresh } from '@latchkey/device';
import { credentialFile } from '@latchkey/device/store';

// As `latchkey dev` has them.
const { ISSUER = 'http://localhost:9401', API = 'http://localhost:3000', CLIENT = 'cli' } = process.env;

const broker = { issuer: ISSUER, clientId: CLIENT };
const file = credentialFile('credentials.json', { now: Date.now, sleep });
const stored = await file.read();
const tokens = stored ? await renew(stored.tokens.refresh_token) : await signIn();
// A refresh token works once: keep the next one before you use anything else.
await file.write({ version: 1, issuer: ISSUER, client_id: CLIENT, tokens });

const response = await fetch(`${API}/orders`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
console.log(await response.text());

async function signIn() {
  for await (const state of deviceLogin({ ...broker, scope: 'orders:read', resource: API })) {
    if (state.type === 'code') console.log(`Open ${state.verification_uri} and enter ${state.user_code}`);
    if (state.type === 'done') return state.tokens;
  }
}

/** Signs in again if the person, the provider or an administrator has ended the sign-in. */
async function renew(refreshToken) {
  try {
    return await refresh({ ...broker, refreshToken });
  } catch (error) {
    if (error.code !== 'invalid_grant') throw error;
    return signIn();
  }
}
