import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pageErrorCodes } from '@latchkey/shared/errors.ts';
import { activityKinds } from '@latchkey/shared/session-activity.ts';
import { describe, expect, it } from 'vitest';
import { lineIds } from './diagnostics/lines.ts';

const extension = join(import.meta.dirname, '..');
const messages = JSON.parse(await readFile(join(extension, '_locales/en/messages.json'), 'utf8')) as Record<
  string,
  { message: string; placeholders?: Record<string, { content: string }> }
>;
const sources = (await readdir(import.meta.dirname, { recursive: true })).filter((file) =>
  /(?<!\.test)\.tsx?$/.test(file),
);
const code = (await Promise.all(sources.map((file) => readFile(join(import.meta.dirname, file), 'utf8')))).join('\n');
const manifest = await readFile(join(extension, '../manifest.config.ts'), 'utf8');

/** Texts that are the same in several languages. */
const international = ['name', 'version'];

/** Names that appear literally in the code, and names that it builds at runtime. */
const used = new Set([
  ...[...code.matchAll(/\b(?:message|say)\(([^)]*)\)/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(?<!=== )'([a-z_]+)'/g)].map(([, name = '']) => name),
  ),
  ...[...manifest.matchAll(/__MSG_([a-z_]+)__/g)].map(([, name = '']) => name),
  ...[...pageErrorCodes, 'broke_off', 'cookies_blocked'].map((error) => `problem_${error}`),
  ...['denied', 'interaction', 'unavailable', 'setup'].map((kind) => `problem_provider_${kind}`),
  ...['none', 'organization', 'other_account', 'never'].map((access) => `access_${access}`),
  ...['none', 'organization', 'other_account', 'never', 'person', 'off'].map((state) => `state_${state}`),
  ...['baked', 'policy', 'person'].map((source) => `broker_${source}`),
  ...['refuse', 'allow'].map((rule) => `policy_private_${rule}`),
  ...['one', 'many'].map((rule) => `policy_accounts_${rule}`),
  ...[
    'not_set_up',
    'signed_out',
    'reauth',
    'signed_in',
    'news',
    'device',
    'connected',
    'not_connected',
    'blocked',
    'asking',
  ].map((standing) => `icon_${standing}`),
  ...['ok', 'attention', 'failed', 'skipped', 'checking'].map((verdict) => `verdict_${verdict}`),
  ...lineIds.map((id) => `diag_${id}`),
  ...activityKinds.filter((kind) => !kind.endsWith('_signed_out')).map((kind) => `activity_${kind}`),
  ...['person', 'organization', 'protection'].map((by) => `activity_signed_out_${by}`),
  ...['openid', 'profile', 'email', 'groups'].map((fact) => `device_knows_${fact}`),
  ...['malformed', 'wrong', 'too_many', 'not_allowed'].map((fault) => `device_${fault}`),
  ...['allowed', 'denied', 'reported', 'expired', 'used', 'wrong_number'].map((outcome) => `device_${outcome}`),
]);

describe('texts', () => {
  it('are all there', () => {
    expect([...used].filter((name) => !(name in messages))).toEqual([]);
  });

  it('are all used', () => {
    expect(Object.keys(messages).filter((name) => !used.has(name))).toEqual([]);
  });

  it('have their placeholders defined', () => {
    for (const { message, placeholders = {} } of Object.values(messages)) {
      const named = [...message.matchAll(/\$([A-Z]+)\$/g)].map(([, name = '']) => name.toLowerCase());
      expect(Object.keys(placeholders)).toEqual(named);
    }
  });
});

describe.each(['de', 'es', 'ja', 'ar'])('texts in %s', async (locale) => {
  const file = join(extension, '_locales', locale, 'messages.json');
  const translated = JSON.parse(await readFile(file, 'utf8')) as typeof messages;

  it('are as many as in English, with the same placeholders, and all translated', () => {
    expect(Object.keys(translated)).toEqual(Object.keys(messages));
    for (const [name, { message, placeholders }] of Object.entries(translated)) {
      expect(placeholders, name).toEqual(messages[name]?.placeholders);
      for (const placeholder of Object.keys(placeholders ?? {}))
        expect(message, name).toContain(`$${placeholder.toUpperCase()}$`);
      if (!international.includes(name)) expect(message, name).not.toBe(messages[name]?.message);
    }
  });
});
