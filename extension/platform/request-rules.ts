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
  /** IDs of the tabs that the rules name. */
  tabs(): Promise<ReadonlySet<number>>;
  /** Replaces all rules at once. */
  replace(rules: readonly RequestRule[]): Promise<void>;
}

export const requestRules: RequestRules = {
  async tabs() {
    const rules = await browser.declarativeNetRequest.getSessionRules();
    return new Set(rules.flatMap(({ condition }) => condition.tabIds ?? []));
  },
  async replace(rules) {
    const old = await browser.declarativeNetRequest.getSessionRules();
    await browser.declarativeNetRequest.updateSessionRules({
      removeRuleIds: old.map(({ id }) => id),
      addRules: rules.map((rule, index) => ({ ...rule, id: index + 1 })),
    });
  },
};
