// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { LoginState } from '../src/okta-react.tsx';

afterEach(cleanup);

// #region test of a component
const okta = vi.hoisted(() => ({ useOktaAuth: vi.fn() }));
vi.mock('@okta/okta-react', async (original) => ({ ...(await original<object>()), ...okta }));

it('shows who is signed in, and a button to nobody', async () => {
  const oktaAuth = { signInWithRedirect: vi.fn() };
  okta.useOktaAuth.mockReturnValue({ oktaAuth, authState: { isAuthenticated: false } });
  const { rerender } = render(<LoginState />);
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  const authState = { isAuthenticated: true, idToken: { claims: { name: 'Ada' } } };
  okta.useOktaAuth.mockReturnValue({ oktaAuth, authState });
  rerender(<LoginState />);
  expect(await screen.findByText('Ada')).toBeTruthy();
});
// #endregion
