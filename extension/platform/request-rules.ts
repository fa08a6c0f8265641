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

/** The rules by which the browser changes requests, until it closes. Only builds with `attach_tokens` have the permission. */
export interface RequestRules {
  /** What the rules that there are hold for. */
  conditions(): Promise<Pick<RequestRule['condition'], 'regexFilter' | 'tabIds'>[]>;
  /** Replaces all rules at once. Reports those that the browser can't read, and makes the others. */
  replace(rules: readonly RequestRule[]): Promise<void>;
}

export const requestRules: RequestRules = {
  async conditions() {
    const rules = await browser.declarativeNetRequest.getSessionRules();
    return rules.map(({ condition: { regexFilter = '', tabIds = [] } }) => ({ regexFilter, tabIds }));
  },
  async replace(rules) {
    const readable = await Promise.all(rules.map(isReadable));
    const old = await browser.declarativeNetRequest.getSessionRules();
    await browser.declarativeNetRequest.updateSessionRules({
      removeRuleIds: old.map(({ id }) => id),
      addRules: rules.filter((_, index) => readable[index]).map((rule, index) => ({ ...rule, id: index + 1 })),
    });
  },
};

/** With one rule that the browser refuses, it would make none. */
async function isReadable({ condition: { regexFilter: regex } }: RequestRule): Promise<boolean> {
  const { isSupported, reason } = await browser.declarativeNetRequest.isRegexSupported({
    regex,
    isCaseSensitive: true,
  });
  if (!isSupported) reportError(new Error(`the browser can't read the rule for ${regex}: ${reason}`));
  return isSupported;
}
