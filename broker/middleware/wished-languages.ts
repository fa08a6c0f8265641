import type { BrokerContext } from '../env.ts';
import { acceptedLanguages } from '../web/pages/languages.ts';

/** The languages that the caller asks for, as tags in order of preference. The extension sends that of its own texts. */
export const wishedLanguages = (c: BrokerContext): string[] => acceptedLanguages(c.req.header('Accept-Language') ?? '');
