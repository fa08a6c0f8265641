import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Access, AccessView } from '@latchkey/shared/page-messages.ts';
import { maxResources } from '@latchkey/shared/page-names.ts';
import { liesUnder } from '@latchkey/shared/resource-urls.ts';

/** One API that a page uses. */
export interface ResourceScopes {
  /** The API, as named in the broker's configuration: the tokens' audience (RFC 8707). */
  resource: string;
  /** As few as the page needs. */
  scopes: readonly string[];
}

/**
 * Copies what a page names.
 *
 * @throws {LatchkeyError} `invalid_request` if it names no resource, too many, or one twice
 */
export function readResources(named: readonly ResourceScopes[]): Access[] {
  if (!named.length || named.length > maxResources) throw invalid(`Name 1 to ${maxResources} resources.`);
  const names = new Set<string>();
  return named.map(({ resource, scopes }) => {
    if (names.has(resource)) throw invalid(`${resource} is named twice. Name it once, with all its scopes.`);
    names.add(resource);
    return { resource, scopes: [...new Set(scopes)] };
  });
}

/**
 * Finds the resource of a URL. The configuration's longest URL decides, also if it is of a resource that the page hasn't
 * named: the page never chooses.
 *
 * @param views what this site can have
 * @throws {LatchkeyError} `invalid_request` if the URL is under none of the named resources' URLs
 */
export function resourceAt(url: URL, views: readonly AccessView[], named: readonly Access[]): Access {
  let longest = 0;
  let owner: string | undefined;
  for (const { resource, urls } of views) {
    for (const allowed of urls) {
      if (!liesUnder(url.href, allowed)) continue;
      const { length } = new URL(allowed).pathname;
      if (length <= longest) continue;
      longest = length;
      owner = resource;
    }
  }
  return (
    named.find(({ resource }) => resource === owner) ??
    refuse(
      `${url.origin}${url.pathname} is under none of the urls of ${named.map(({ resource }) => resource).join(', ')}.`,
    )
  );
}

const invalid = (message: string): LatchkeyError => new LatchkeyError({ code: 'invalid_request', message });

const refuse = (message: string): never => {
  throw invalid(message);
};
