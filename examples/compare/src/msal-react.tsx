import {
  InteractionRequiredAuthError,
  InteractionStatus,
  InteractionType,
  PublicClientApplication,
} from '@azure/msal-browser';
import { MsalAuthenticationTemplate, MsalProvider, useMsal } from '@azure/msal-react';
import type { ReactNode } from 'react';
import { api, asksForStepUp, Loading, Orders, reportsApi } from './app.tsx';

// #region provider
const authority = 'https://login.microsoftonline.com/example.com';
const auth = { clientId: 'client', authority, redirectUri: location.origin };
const ordersScopes = { scopes: [`${api}/orders.read`] };
export const createMsal = () => new PublicClientApplication({ auth, cache: { cacheLocation: 'localStorage' } });

export const Provider = ({ children, msal }: { children: ReactNode; msal: PublicClientApplication }) => (
  <MsalProvider instance={msal}>{children}</MsalProvider>
);
// #endregion

// #region login state
export function LoginState() {
  const { instance, inProgress, accounts } = useMsal();
  const [account] = accounts;
  if (inProgress !== InteractionStatus.None) return <Loading />;
  if (account === undefined)
    return (
      <button type="button" onClick={() => instance.loginRedirect(ordersScopes)}>
        Sign in
      </button>
    );
  return <p>{account.name}</p>;
}
// #endregion

// #region guard
export const Guarded = () => (
  <MsalAuthenticationTemplate
    interactionType={InteractionType.Redirect}
    authenticationRequest={ordersScopes}
    loadingComponent={Loading}
  >
    <Orders />
  </MsalAuthenticationTemplate>
);
// #endregion

// #region call with token
export function useCall(wanted: { scopes: string[] }) {
  const { instance, accounts } = useMsal();
  return async (url: string, init: RequestInit = {}) => {
    const request = { ...wanted, ...(accounts[0] ? { account: accounts[0] } : {}) };
    const result = await instance.acquireTokenSilent(request).catch(async (error) => {
      if (error instanceof InteractionRequiredAuthError) await instance.acquireTokenRedirect(request);
      throw error;
    });
    return fetch(url, { ...init, headers: { Authorization: `Bearer ${result.accessToken}` } });
  };
}

export function useOrders() {
  const call = useCall(ordersScopes);
  return () => call(`${api}/orders`);
}
// #endregion

// #region several APIs
export function useReports() {
  const call = useCall({ scopes: [`${reportsApi}/reports.read`] });
  return () => call(`${reportsApi}/reports`);
}
// #endregion

// #region step-up
export function usePayment() {
  const { instance, accounts } = useMsal();
  const call = useCall(ordersScopes);
  return async () => {
    const response = await call(`${api}/payments`, { method: 'POST' });
    if (!asksForStepUp(response)) return response;
    // The page is left, and the person pays again when they are back.
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });
    await instance.acquireTokenRedirect({ ...ordersScopes, claims, ...(accounts[0] ? { account: accounts[0] } : {}) });
    return response;
  };
}
// #endregion

// #region sign-out everywhere
export function SignOut() {
  const { instance } = useMsal();
  return (
    <button type="button" onClick={() => instance.logoutRedirect()}>
      Sign out
    </button>
  );
}
// #endregion
