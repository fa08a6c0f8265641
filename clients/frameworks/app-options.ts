import type { TokenOptions } from '@latchkey/page';
import type { Language } from './texts.ts';

/** What an app, or a part of it, needs of Latchkey. All but `language` and `installUrl` are defaults of every call. */
export interface AppOptions extends Pick<TokenOptions, 'minTtl' | 'profile' | 'acrValues' | 'maxAge'> {
  /** The API, as named in the broker's configuration. */
  resource: string;
  /** What the page needs at least, to be of use. Ask for more where it is needed. */
  scopes: readonly string[];
  /** The language of the ready-made prompts. Default: the document's, else the browser's, else English. */
  language?: Language | undefined;
  /** Where people get the extension. Without it, the prompt has no link. */
  installUrl?: string | undefined;
}
