import { browser } from './browser.ts';

/** A browser's rule for requests (`declarativeNetRequest`), without its number. */
export interface RequestRule {
  condition: {
    regexFilter: string;
    isUrlFilterCaseSensitive: true;
    initiatorDomains: string[];
    resourceTypes: ['xmlhttprequest'];
    tabIds: number[];
  };
  action: {
    type: 'modifyHeaders';
    requestHeaders: [{ header: string; operation: 'set'; value: string }];
  };
}

/** The tabs and URLs of a rule. */
export interface RuleTarget {
  condition: { regexFilter?: string | undefined; tabIds?: number[] | undefined };
}

/** The rules by which the browser changes requests, until it closes. Only builds with `attach_tokens` have the permission. */
export interface RequestRules {
  /**
   * Replaces all rules at once. Makes none of those that the browser can't read, which it reports, or that are too many.
   *
   * @returns the rules before, and those that were made
   */
  replace(rules: readonly RequestRule[]): Promise<{ before: RuleTarget[]; made: RequestRule[] }>;
}

/** As many of these rules as browsers let an extension have (`MAX_NUMBER_OF_REGEX_RULES`, which Firefox doesn't name). */
const maxRules = 1_000;

export const requestRules: RequestRules = {
  async replace(rules) {
    const { declarativeNetRequest: api } = browser;
    const readable = await Promise.all(
      rules.map(async ({ condition: { regexFilter: regex } }) => {
        const { isSupported, reason } = await api.isRegexSupported({ regex, isCaseSensitive: true });
        if (!isSupported) reportError(`${reason}: ${regex}`);
        return isSupported;
      }),
    );
    // With one rule that the browser refuses, it would make none.
    const made = rules.filter((_, index) => readable[index]).slice(0, maxRules);
    const before = await api.getSessionRules();
    await api.updateSessionRules({
      removeRuleIds: before.map(({ id }) => id),
      addRules: made.map((rule, index) => ({ ...rule, id: index + 1 })),
    });
    return { before, made };
  },
};
