import { browser } from './browser.ts';

/** A browser's rule for requests (`declarativeNetRequest`), without its number. */
export interface RequestRule {
  priority: number;
  condition: {
    regexFilter: string;
    isUrlFilterCaseSensitive: true;
    initiatorDomains?: string[];
    resourceTypes: ('xmlhttprequest' | 'main_frame' | 'sub_frame')[];
    tabIds?: number[];
  };
  action:
    | { type: 'allowAllRequests' }
    | { type: 'modifyHeaders'; requestHeaders: [{ header: string; operation: 'set'; value: string }] };
}

/** The rules by which the browser changes requests. Only builds with `attach_tokens` have the permission. */
export interface RequestRules {
  /** The rules until the browser closes. */
  read(): Promise<readonly Pick<RequestRule, 'condition'>[]>;
  /** Replaces the rules until the browser closes, all at once. */
  replace(rules: readonly RequestRule[]): Promise<void>;
  /** Replaces the rules that stay on disk, if they differ. */
  keep(rules: readonly RequestRule[]): Promise<void>;
}

const numbered = (rules: readonly RequestRule[]) => rules.map((rule, index) => ({ ...rule, id: index + 1 }));
const idsOf = (rules: readonly { id: number }[]): number[] => rules.map(({ id }) => id);

export const requestRules: RequestRules = {
  read: async () => (await net().getSessionRules()) as RequestRule[],
  async replace(rules) {
    const old = await net().getSessionRules();
    await net().updateSessionRules({ removeRuleIds: idsOf(old), addRules: numbered(rules) });
  },
  async keep(rules) {
    const old = await net().getDynamicRules();
    const filters = (list: readonly Pick<RequestRule, 'condition'>[]) =>
      JSON.stringify(list.map(({ condition }) => condition.regexFilter));
    if (filters(old as RequestRule[]) === filters(rules)) return;
    await net().updateDynamicRules({ removeRuleIds: idsOf(old), addRules: numbered(rules) });
  },
};

const net = () => browser.declarativeNetRequest;
