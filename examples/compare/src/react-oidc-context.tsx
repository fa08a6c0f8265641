import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { ReactNode } from 'react';
import { AuthProvider, useAuth, withAuthenticationRequired } from 'react-oidc-context';
import { api, asksForStepUp, Loading, Orders, reportsApi } from './app.tsx';

// #region provider
const settings = {
  authority: 'https://idp.example.com',
  client_id: 'client',
  redirect_uri: location.origin,
  scope: 'openid profile offline_access orders:read',
  resource: api,
  monitorSession: true,
  onSigninCallback: () => history.replaceState({}, '', location.pathname),
};

export const Provider = ({ children }: { children: ReactNode }) => (
  <AuthProvider {...settings}>{children}</AuthProvider>
);
// #endregion

// #region login state
export function LoginState() {
  const { isLoading, user, signinRedirect } = useAuth();
  if (isLoading) return <Loading />;
  if (!user)
    return (
      <button type="button" onClick={() => signinRedirect()}>
        Sign in
      </button>
    );
  return <p>{user.profile.name}</p>;
}
// #endregion

// #region guard
export const Guarded = withAuthenticationRequired(Orders, { OnRedirecting: Loading });
// #endregion

// #region call with token
export function useOrders() {
  const auth = useAuth();
  return async () => {
    const user = auth.user?.expired ? await auth.signinSilent() : auth.user;
    if (!user) throw new Error('sign in again');
    return fetch(`${api}/orders`, { headers: { Authorization: `Bearer ${user.access_token}` } });
  };
}
// #endregion

// #region several APIs
// A user of the library has one access token, so the second API needs a manager and a store of its own.
const reports = new UserManager({
  ...settings,
  scope: 'openid reports:read',
  resource: reportsApi,
  userStore: new WebStorageStateStore({ prefix: 'reports.', store: sessionStorage }),
});

export const useReports = () => async () => {
  const known = await reports.getUser();
  const user = known && !known.expired ? known : await reports.signinSilent();
  return fetch(`${reportsApi}/reports`, { headers: { Authorization: `Bearer ${user?.access_token}` } });
};
// #endregion

// #region step-up
export function usePayment() {
  const auth = useAuth();
  return async () => {
    const headers = { Authorization: `Bearer ${auth.user?.access_token}` };
    const response = await fetch(`${api}/payments`, { method: 'POST', headers });
    if (!asksForStepUp(response)) return response;
    // The page is left, and the person pays again when they are back.
    await auth.signinRedirect({ acr_values: 'phr', state: location.pathname });
    return response;
  };
}
// #endregion

// #region sign-out everywhere
export function SignOut() {
  const { signoutRedirect } = useAuth();
  return (
    <button type="button" onClick={() => signoutRedirect()}>
      Sign out
    </button>
  );
}
// #endregion
