import { LatchkeyProvider, RequireAccess, useLatchkey } from '@latchkey/react';
import type { ReactNode } from 'react';
import { api, Loading, Orders, reportsApi } from './app.tsx';

// #region provider
export const Provider = ({ children }: { children: ReactNode }) => (
  <LatchkeyProvider resource={api} scopes={['orders:read']}>
    {children}
  </LatchkeyProvider>
);
// #endregion

// #region login state
export function LoginState() {
  const { state, account, connect } = useLatchkey();
  if (state === 'loading') return <Loading />;
  if (state !== 'ready')
    return (
      <button type="button" onClick={connect}>
        Sign in
      </button>
    );
  return <p>{account?.name}</p>;
}
// #endregion

// #region guard
export const Guarded = () => (
  <RequireAccess instead={{ loading: <Loading /> }}>
    <Orders />
  </RequireAccess>
);
// #endregion

// #region call with token
export function useOrders() {
  const { fetch } = useLatchkey();
  return () => fetch(`${api}/orders`);
}
// #endregion

// #region several APIs
export function useReports() {
  const { fetch } = useLatchkey();
  return () => fetch(`${reportsApi}/reports`, { resource: reportsApi, scopes: ['reports:read'] });
}
// #endregion

// #region step-up
export function usePayment() {
  const { fetch } = useLatchkey();
  return () => fetch(`${api}/payments`, { method: 'POST', interactive: 'if_needed' });
}
// #endregion

// #region sign-out everywhere
export function SignOut() {
  const { signOut } = useLatchkey();
  return (
    <button type="button" onClick={signOut}>
      Sign out
    </button>
  );
}
// #endregion
