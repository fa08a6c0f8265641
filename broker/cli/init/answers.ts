import { exactOrigin, isSecureUrl } from '@latchkey/shared/origin.ts';
import { type PresetName, presetNames } from '../../config/provider-presets.ts';

import { clientIdFault, issuerFault, suggestedName } from './provider-rules.ts';

/** The parts of a first configuration. */
export interface Answers {
  /** The broker's public URL. */
  issuer: string;
  preset: PresetName;
  /** The provider's issuer. */
  upstream: string;
  /** What the provider is called in this configuration, and in the names of its groups. */
  name: string;
  clientId: string;
  /** The origin of the first site. */
  site: string;
  /** The first API, which is the audience of its tokens. */
  api: string;
}

export interface Question {
  key: keyof Answers;
  /** The option on the command line, and the question that replaces it. */
  option: string;
  text: string;
  example: string;
  /** Taken if there is no answer. Without it, there has to be one. */
  suggestion?(before: Readonly<Partial<Answers>>): string;
  /**
   * @param before the answers to earlier questions
   * @returns what is wrong with the answer, if anything
   */
  check(answer: string, before: Readonly<Partial<Answers>>): string | undefined;
}

const isUrl = (text: string): boolean => URL.canParse(text) && isSecureUrl(new URL(text));
const anOrigin = (text: string) =>
  exactOrigin(text) === undefined ? 'must be an origin such as https://latchkey.example.com (no path)' : undefined;
const aUrl = (text: string) => (isUrl(text) ? undefined : 'must be an https: URL (http: only on loopback)');

/** In the order of the questions. */
export const questions: readonly Question[] = [
  {
    key: 'issuer',
    option: 'issuer',
    text: 'Public URL of this broker',
    example: 'https://latchkey.example.com',
    check: anOrigin,
  },
  {
    key: 'preset',
    option: 'preset',
    text: `Identity provider (${presetNames.join(', ')})`,
    example: 'okta',
    check: (text) =>
      (presetNames as string[]).includes(text) ? undefined : `must be one of ${presetNames.join(', ')}`,
  },
  {
    key: 'upstream',
    option: 'upstream-issuer',
    text: 'Issuer URL of the identity provider',
    example: 'https://acme.okta.com/oauth2/default',
    check: (text, { preset = 'generic' }) => aUrl(text) ?? issuerFault(preset, text),
  },
  {
    key: 'name',
    option: 'name',
    text: 'Name of this provider here; its groups are then written NAME:group',
    example: 'acme',
    suggestion: ({ preset = 'generic', upstream = '' }) => suggestedName(preset, upstream),
    check: (text) =>
      /^[a-z][a-z0-9-]{0,31}$/.test(text)
        ? undefined
        : 'must be up to 32 lower-case letters, digits and hyphens, and begin with a letter',
  },
  {
    key: 'clientId',
    option: 'client-id',
    text: 'Client ID at the identity provider',
    example: '0oa1b2c3d4',
    check: (text, { preset = 'generic' }) => clientIdFault(preset, text),
  },
  {
    key: 'site',
    option: 'site',
    text: 'First site (origin) that can request tokens',
    example: 'https://shop.example.com',
    check: anOrigin,
  },
  {
    key: 'api',
    option: 'api',
    text: 'First API (audience)',
    example: 'https://api.example.com',
    check: aUrl,
  },
];
