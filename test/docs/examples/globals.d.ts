import type * as Api from '@latchkey/api';
import type * as Page from '@latchkey/page';
import type * as LatchkeyReact from '@latchkey/react';
import type { Hono } from 'hono';
import type * as React from 'react';
import type * as Vitest from 'vitest';

/** What the examples of the documentation take from the application around them. */
declare global {
  const lk: Page.Latchkey;
  const verify: Api.Verify;
  const api: string;

  const LatchkeyError: typeof Page.LatchkeyError;
  const verifier: typeof Api.verifier;
  const useAccess: typeof LatchkeyReact.useAccess;
  const useState: typeof React.useState;
  const useEffect: typeof React.useEffect;
  const it: typeof Vitest.it;
  const expect: typeof Vitest.expect;
  const vi: typeof Vitest.vi;

  const app: Hono<{ Variables: { claims: Api.Claims } }>;
  const button: HTMLButtonElement;
  const request: Request;
  const router: import('vue-router').Router;
  const worker: Worker;
  const refreshToken: string;
  const App: React.FC;
  const OrderForm: React.FC;
  const OrderList: React.FC<{ orders: unknown[]; owner?: string; onSignOut: () => unknown }>;

  function ordersOf(sub: string): { id: string }[];
  function refund(c: import('hono').Context): Response;
  function show(...what: unknown[]): void;
  function showTime(...what: unknown[]): void;
  function showInstallHint(): void;
  function offerButton(interaction: string, act: () => void): void;
  function explain(code: string): void;
  function keep(tokens: object): Promise<void>;

  const page: import('playwright').Page;
}
