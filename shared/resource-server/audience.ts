import { Refused } from './refused.ts';

/** Whether a token is for one of these resources. */
export const isFor = (aud: string | readonly string[], resources: string | readonly string[]): boolean =>
  [aud].flat().some((audience) => [resources].flat().includes(audience));

/** Refuses a token with another audience. */
export const wrongAudience = (aud: unknown, wanted: string | readonly string[], cause?: unknown): Refused =>
  new Refused(
    {
      code: 'invalid_token',
      reason: 'wrong_audience',
      message: `The token is for ${shown(aud)}, this API is ${shown(wanted)}: ask for a token with this resource.`,
    },
    { cause },
  );

/** Formats a claim's value for a message: shortened, and in quotes. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
