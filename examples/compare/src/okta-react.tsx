import { OktaAuth, type OktaAuthOptions, toRelativeUrl } from '@okta/okta-auth-js';
import { LoginCallback, Security, useOktaAuth } from '@okta/okta-react';
import { type ReactNode, useEffect } from 'react';
import { api, asksForStepUp, Loading, Orders, reportsApi } from './app.tsx';

// #region provider
const options: OktaAuthOptions = {
  issuer: 'https://example.okta.com/oauth2/orders',
  clientId: 'client',
  redirectUri: `${location.origin}/login/callback`,
  scopes: ['openid', 'profile', 'offline_access', 'orders:read'],
};
export const oktaAuth = new OktaAuth(options);
const restore = async (_auth: OktaAuth, uri: string) => location.replace(toRelativeUrl(uri || '/', location.origin));

export const Provider = ({ children }: { children: ReactNode }) => (
  <Security oktaAuth={oktaAuth} restoreOriginalUri={restore}>
    {location.pathname === '/login/callback' ? <LoginCallback /> : children}
  </Security>
);
// #endregion

// #region login state
export function LoginState() {
  const { authState, oktaAuth } = useOktaAuth();
  if (!authState || authState.isPending) return <Loading />;
  if (!authState.isAuthenticated)
    return (
      <button type="button" onClick={() => oktaAuth.signInWithRedirect()}>
        Sign in
      </button>
    );
  return <p>{authState.idToken?.claims.name}</p>;
}
// #endregion

// #region guard
export function Guarded() {
  const { authState, oktaAuth } = useOktaAuth();
  useEffect(() => {
    if (!authState || authState.isPending || authState.isAuthenticated) return;
    oktaAuth.setOriginalUri(location.href);
    void oktaAuth.signInWithRedirect();
  }, [authState, oktaAuth]);
  return authState?.isAuthenticated ? <Orders /> : <Loading />;
}
// #endregion

// #region call with token
export function useOrders() {
  const { oktaAuth } = useOktaAuth();
  return async () => {
    const token = await oktaAuth.getOrRenewAccessToken();
    if (token === null) throw new Error('sign in again');
    return fetch(`${api}/orders`, { headers: { Authorization: `Bearer ${token}` } });
  };
}
// #endregion

// #region several APIs
// A token of Okta has one audience, that of its authorization server.
const reportsAuth = new OktaAuth({
  ...options,
  issuer: 'https://example.okta.com/oauth2/reports',
  scopes: ['openid', 'reports:read'],
  tokenManager: { storageKey: 'reports' },
});

export const useReports = () => async () => {
  let token = await reportsAuth.getOrRenewAccessToken();
  if (token === null) {
    const { tokens } = await reportsAuth.token.getWithoutPrompt();
    reportsAuth.tokenManager.setTokens(tokens);
    token = tokens.accessToken?.accessToken ?? null;
  }
  return fetch(`${reportsApi}/reports`, { headers: { Authorization: `Bearer ${token}` } });
};
// #endregion

// #region step-up
export function usePayment() {
  const { oktaAuth } = useOktaAuth();
  return async () => {
    const token = await oktaAuth.getOrRenewAccessToken();
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${api}/payments`, { method: 'POST', headers });
    if (!asksForStepUp(response)) return response;
    // The page is left, and the person pays again when they are back.
    oktaAuth.setOriginalUri(location.href);
    await oktaAuth.signInWithRedirect({ acrValues: 'urn:okta:loa:2fa:any' });
    return response;
  };
}
// #endregion

// #region sign-out everywhere
export function SignOut() {
  const { oktaAuth } = useOktaAuth();
  return (
    <button type="button" onClick={() => oktaAuth.signOut()}>
      Sign out
    </button>
  );
}
// #endregion
