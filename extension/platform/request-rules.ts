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
  regexFilter?: string | undefined;
  tabIds?: number[] | undefined;
}

/** The rules by which the browser changes requests, until it closes. Only builds with `attach_tokens` have the permission. */
export interface RequestRules {
  /**
   * Replaces all rules at once. Reports those that the browser can't read, and makes the others.
   *
   * @returns what the rules before held for
   */
  replace(rules: readonly RequestRule[]): Promise<RuleTarget[]>;
}

export const requestRules: RequestRules = {
  async replace(rules) {
    const { declarativeNetRequest: api } = browser;
    const readable = rules.map(async (rule, index) => {
      const { regexFilter: regex } = rule.condition;
      const { isSupported, reason } = await api.isRegexSupported({ regex, isCaseSensitive: true });
      if (isSupported) return [{ ...rule, id: index + 1 }];
      reportError(`${reason}: ${regex}`);
      return [];
    });
    // With one rule that the browser refuses, it would make none.
    const addRules = (await Promise.all(readable)).flat();
    const old = await api.getSessionRules();
    await api.updateSessionRules({ removeRuleIds: old.map(({ id }) => id), addRules });
    return old.map(({ condition }) => condition);
  },
};
