import { Auth0Provider, useAuth0, withAuthenticationRequired } from '@auth0/auth0-react';
import type { ReactNode } from 'react';
import { api, asksForStepUp, Loading, Orders, reportsApi } from './app.tsx';

// #region provider
export const Provider = ({ children }: { children: ReactNode }) => (
  <Auth0Provider
    domain="example.auth0.com"
    clientId="client"
    authorizationParams={{ redirect_uri: location.origin, audience: api, scope: 'openid profile orders:read' }}
    useRefreshTokens
    cacheLocation="localstorage"
  >
    {children}
  </Auth0Provider>
);
// #endregion

// #region login state
export function LoginState() {
  const { isLoading, user, loginWithRedirect } = useAuth0();
  if (isLoading) return <Loading />;
  if (user === undefined)
    return (
      <button type="button" onClick={() => loginWithRedirect()}>
        Sign in
      </button>
    );
  return <p>{user.name}</p>;
}
// #endregion

// #region guard
export const Guarded = withAuthenticationRequired(Orders, { onRedirecting: Loading });
// #endregion

// #region call with token
export function useOrders() {
  const { createFetcher } = useAuth0();
  return () => createFetcher().fetchWithAuth(`${api}/orders`);
}
// #endregion

// #region several APIs
export function useReports() {
  const { createFetcher } = useAuth0();
  const wanted = { audience: reportsApi, scope: ['reports:read'] };
  return () => createFetcher().fetchWithAuth(`${reportsApi}/reports`, {}, wanted);
}
// #endregion

// #region step-up
export function usePayment() {
  const { createFetcher, loginWithRedirect } = useAuth0();
  return async () => {
    const response = await createFetcher().fetchWithAuth(`${api}/payments`, { method: 'POST' });
    if (!asksForStepUp(response)) return response;
    // The page is left, and the person pays again when they are back.
    const acr_values = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
    await loginWithRedirect({ authorizationParams: { acr_values }, appState: { returnTo: location.pathname } });
    return response;
  };
}
// #endregion

// #region sign-out everywhere
export function SignOut() {
  const { logout } = useAuth0();
  return (
    <button type="button" onClick={() => logout({ logoutParams: { returnTo: location.origin } })}>
      Sign out
    </button>
  );
}
// #endregion
